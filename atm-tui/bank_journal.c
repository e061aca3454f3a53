/* SPDX-License-Identifier: ISC */
/*
 * The kiosk's notes of transactions under way.  Part of atm-tui; knows no
 * bank and no sockets.  A file is
 *
 *	customer chris
 *	request 1 0192...  1 fey 250.50
 *	end
 *
 * and without its last line it was never finished, hence never sent.  A
 * later step of a transaction (notes handed out, say) is one more line before
 * the request's answer is acted on; a reader of today takes such a file for
 * what it is, a transaction whose outcome must be asked.
 */
#include "bank_journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shared/error.h"
#include "../shared/util.h"

#define NOTE_FILE_SIZE 512

struct bank_journal {
	int directory;
};

int
bank_journal_open(struct bank_journal **journal, const char *directory)
{
	int fd;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return BANK_ESYS;
	if (access(directory, R_OK | W_OK | X_OK) != 0)
		return BANK_ESYS;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return BANK_ESYS;
	*journal = calloc(1, sizeof(**journal));
	if (*journal == NULL) {
		close(fd);
		return BANK_ENOMEM;
	}
	(*journal)->directory = fd;
	return 0;
}

void
bank_journal_close(struct bank_journal *journal)
{
	if (journal == NULL)
		return;
	close(journal->directory);
	free(journal);
}

/* Whether the locked file still has its name. */
static bool
note_is_linked(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

/*
 * Another process's bank_journal_left() may see the file between its making
 * and its locking, and take it for an unfinished one: then it is made anew.
 */
static int
note_create(struct bank_journal *journal, const char *txid)
{
	for (;;) {
		int fd = openat(journal->directory, txid,
		    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

		if (fd < 0)
			return errno == EEXIST ? BANK_EEXIST : BANK_ESYS;
		if (flock(fd, LOCK_EX) != 0) {
			close(fd);
			return BANK_ESYS;
		}
		if (note_is_linked(fd))
			return fd;
		close(fd);
	}
}

static int
note_write(const struct bank_note *note)
{
	char text[NOTE_FILE_SIZE];
	int length = snprintf(text, sizeof(text),
	    "customer %s\nrequest %s\nend\n", note->customer, note->request);
	ssize_t written;

	if (length < 0 || (size_t)length >= sizeof(text))
		return BANK_EINVAL;
	written = write(note->fd, text, (size_t)length);
	if (written != length) {
		if (written >= 0)
			errno = ENOSPC;
		return BANK_ESYS;
	}
	if (fsync(note->fd) != 0 || fsync(note->journal->directory) != 0)
		return BANK_ESYS;
	return 0;
}

static bool
note_fill(struct bank_note *note, const char *txid, const char *customer,
    const char *request)
{
	uint8_t binary[WIRE_TXID_SIZE];

	return wire_parse_txid(txid, strlen(txid), binary) == 0 &&
	    wire_is_id(customer, strlen(customer)) &&
	    strchr(request, '\n') == NULL &&
	    string_copy(note->txid, txid, sizeof(note->txid)) <
	    sizeof(note->txid) &&
	    string_copy(note->customer, customer, sizeof(note->customer)) <
	    sizeof(note->customer) &&
	    string_copy(note->request, request, sizeof(note->request)) <
	    sizeof(note->request);
}

int
bank_journal_add(struct bank_journal *journal, const char *txid,
    const char *customer, const char *request, struct bank_note **result)
{
	struct bank_note *note = calloc(1, sizeof(*note));
	int error, saved;

	if (note == NULL)
		return BANK_ENOMEM;
	note->journal = journal;
	if (!note_fill(note, txid, customer, request)) {
		free(note);
		return BANK_EINVAL;
	}
	note->fd = note_create(journal, txid);
	if (note->fd < 0) {
		error = note->fd;
		free(note);
		return error;
	}
	error = note_write(note);
	if (error != 0) {
		saved = errno;
		bank_note_done(note);
		errno = saved;
		return error;
	}
	*result = note;
	return 0;
}

/* Cuts the line `key value` off *text; NULL where it isn't there. */
static char *
note_line(char **text, const char *key)
{
	size_t length = strlen(key);
	char *value = *text + length;
	char *end;

	if (strncmp(*text, key, length) != 0 ||
	    (end = strchr(value, '\n')) == NULL)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return value;
}

/* 0; BANK_EINVAL where the file was not finished; BANK_ESYS. */
static int
note_read(struct bank_note *note, const char *txid)
{
	char text[NOTE_FILE_SIZE + 1];
	char *at = text, *customer, *request;
	ssize_t length = pread(note->fd, text, NOTE_FILE_SIZE, 0);

	if (length < 0)
		return BANK_ESYS;
	text[length] = '\0';
	customer = note_line(&at, "customer ");
	request = customer != NULL ? note_line(&at, "request ") : NULL;
	if (request == NULL || strstr(at, "end\n") == NULL ||
	    !note_fill(note, txid, customer, request))
		return BANK_EINVAL;
	return 0;
}

/* Takes a file that nobody holds; NULL where somebody does, or on failure. */
static struct bank_note *
note_take(const struct bank_journal *journal, const char *txid)
{
	struct bank_note *note = calloc(1, sizeof(*note));
	int error;

	if (note == NULL)
		return NULL;
	note->journal = journal;
	note->fd = openat(journal->directory, txid,
	    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (note->fd < 0) {
		free(note);
		return NULL;
	}
	if (flock(note->fd, LOCK_EX | LOCK_NB) != 0 ||
	    !note_is_linked(note->fd)) {
		bank_note_leave(note);
		return NULL;
	}
	error = note_read(note, txid);
	if (error == 0)
		return note;
	string_copy(note->txid, txid, sizeof(note->txid));
	if (error == BANK_EINVAL)
		bank_note_done(note);
	else
		bank_note_leave(note);
	return NULL;
}

/* txids begin with their time: sorted by name is sorted by age. */
static void
note_insert(struct bank_note **list, struct bank_note *note)
{
	while (*list != NULL && strcmp((*list)->txid, note->txid) < 0)
		list = &(*list)->next;
	note->next = *list;
	*list = note;
}

int
bank_journal_left(struct bank_journal *journal, const char *customer,
    struct bank_note **notes)
{
	uint8_t binary[WIRE_TXID_SIZE];
	struct dirent *entry;
	int count = 0;
	int fd =
	    openat(journal->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;

	*notes = NULL;
	if (directory == NULL) {
		if (fd >= 0)
			close(fd);
		return BANK_ESYS;
	}
	while ((entry = readdir(directory)) != NULL) {
		const char *name = entry->d_name;
		struct bank_note *note;

		if (wire_parse_txid(name, strlen(name), binary) != 0 ||
		    (note = note_take(journal, name)) == NULL)
			continue;
		if (strcmp(note->customer, customer) != 0) {
			bank_note_leave(note);
			continue;
		}
		note_insert(notes, note);
		count++;
	}
	closedir(directory);
	return count;
}

/*
 * Not synced: a file that comes back after a power cut is a question asked
 * once too often, and answered as before.
 */
void
bank_note_done(struct bank_note *note)
{
	unlinkat(note->journal->directory, note->txid, 0);
	bank_note_leave(note);
}

void
bank_note_leave(struct bank_note *note)
{
	close(note->fd);
	free(note);
}
