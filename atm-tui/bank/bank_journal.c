/* SPDX-License-Identifier: ISC */
/*
 * The kiosk's notes of transactions under way: their directory, and reading
 * what was left over.  Part of atm-tui; what it reads was written by
 * bank_note.c, or torn by a crash while it was.
 */
#include "bank_journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"

struct bank_journal {
	int directory;
	char kiosk[WIRE_ID_SIZE];
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

void
bank_journal_set_kiosk(struct bank_journal *journal, const char *name)
{
	string_copy(journal->kiosk, name, sizeof(journal->kiosk));
}

int
bank_journal_add(struct bank_journal *journal, const char *txid,
    const char *customer, const char *request, struct bank_note **note)
{
	return bank_note_new(
	    note, journal->directory, journal->kiosk, txid, customer, request);
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

/* One line that says how far it came; unknown ones are passed over. */
static void
note_read_step(struct bank_note *note, const char *line)
{
	for (enum bank_note_step i = NOTE_BOOKED; i < NOTE_STEP_COUNT; i++) {
		size_t length = strlen(bank_note_words[i]);

		if (strncmp(line, bank_note_words[i], length) != 0 ||
		    (line[length] != ' ' && line[length] != '\0'))
			continue;
		if (i > note->step)
			note->step = i;
		string_copy(note->details[i],
		    line[length] == ' ' ? line + length + 1 : "",
		    BANK_NOTE_DETAIL);
	}
}

/* 0; BANK_EINVAL where the file was not finished; BANK_ESYS. */
static int
note_read(struct bank_note *note, const char *txid)
{
	char text[BANK_NOTE_FILE_SIZE + 1];
	char *at = text, *line, *customer, *request;
	ssize_t length = file_read_at(note->fd, text, BANK_NOTE_FILE_SIZE, 0);
	bool ended = false;

	if (length < 0)
		return BANK_ESYS;
	text[length] = '\0';
	customer = note_line(&at, "customer ");
	request = customer != NULL ? note_line(&at, "request ") : NULL;
	if (request == NULL || !bank_note_fill(note, txid, customer, request))
		return BANK_EINVAL;
	line = note_line(&at, "kiosk ");
	if (line != NULL)
		string_copy(note->kiosk, line, sizeof(note->kiosk));
	while ((line = note_line(&at, "")) != NULL) {
		if (ended)
			note_read_step(note, line);
		else
			ended = strcmp(line, "end") == 0;
	}
	note->length = at - text;
	return ended ? 0 : BANK_EINVAL;
}

/*
 * Takes a file that no process has locked; NULL where one has, or on failure.
 * An unfinished file, and that of a withdrawal that is done, is removed.
 */
static struct bank_note *
note_take(
    const struct bank_journal *journal, const char *name, const char *txid)
{
	struct bank_note *note = calloc(1, sizeof(*note));
	int error;

	if (note == NULL)
		return NULL;
	note->directory = journal->directory;
	note->fd = openat(journal->directory, name,
	    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (note->fd < 0) {
		free(note);
		return NULL;
	}
	if (flock(note->fd, LOCK_EX | LOCK_NB) != 0 ||
	    !bank_note_is_linked(note->fd)) {
		bank_note_leave(note);
		return NULL;
	}
	error = note_read(note, txid);
	if (error == 0 && note->step != NOTE_DONE)
		return note;
	string_copy(note->txid, txid, sizeof(note->txid));
	if (name == txid && (error == 0 || error == BANK_EINVAL))
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

typedef bool note_filter(const struct bank_note *note, const char *customer);

/* Takes all files whose name is `prefix` and a txid, and that are wanted. */
static int
journal_scan(struct bank_journal *journal, const char *prefix,
    note_filter *wanted, const char *customer, struct bank_note **notes)
{
	uint8_t binary[WIRE_TXID_SIZE];
	size_t skip = strlen(prefix);
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
		const char *name = entry->d_name, *txid = name + skip;
		struct bank_note *note;

		if (strncmp(name, prefix, skip) != 0 ||
		    wire_parse_txid(txid, strlen(txid), binary) != 0 ||
		    (note = note_take(journal, name, txid)) == NULL)
			continue;
		if (!wanted(note, customer)) {
			bank_note_leave(note);
			continue;
		}
		note_insert(notes, note);
		count++;
	}
	closedir(directory);
	return count;
}

static bool
is_customers(const struct bank_note *note, const char *customer)
{
	return strcmp(note->customer, customer) == 0;
}

static bool
is_withdrawal(const struct bank_note *note, const char *customer)
{
	(void)customer;
	return bank_note_is_withdrawal(note);
}

int
bank_journal_left(struct bank_journal *journal, const char *customer,
    struct bank_note **notes)
{
	return journal_scan(journal, "", is_customers, customer, notes);
}

int
bank_journal_withdrawals(struct bank_journal *journal, struct bank_note **notes)
{
	return journal_scan(journal, "", is_withdrawal, NULL, notes);
}

int
bank_journal_aside(struct bank_journal *journal, struct bank_note **notes)
{
	return journal_scan(
	    journal, BANK_NOTE_ASIDE, is_withdrawal, NULL, notes);
}
