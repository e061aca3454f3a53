/* SPDX-License-Identifier: ISC */
/*
 * One note of a transaction under way: its file, written a line at a time.
 * Part of atm-tui; knows no bank and no sockets.  A file is
 *
 *	customer chris
 *	request WITHDRAW 0192...  2 40.00
 *	kiosk kiosk-1
 *	end
 *	booked 17 2026-11-21T07:00:00Z
 *	running 40.00 20x2
 *	done
 *
 * and without the line `end` it was never finished, hence never sent.  What
 * follows are steps, each synced before it is acted on; a line without its
 * newline was not synced, and doesn't count.
 */
#include "bank_note.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

const char *const bank_note_words[] = {
	[NOTE_ASKED] = NULL,
	[NOTE_BOOKED] = "booked",
	[NOTE_RUNNING] = "running",
	[NOTE_FAILED] = "failed",
	[NOTE_DONE] = "done",
	[NOTE_ASIDE] = "aside",
};
static_assert(
    NELEM(bank_note_words) == NOTE_STEP_COUNT, "each step has its word");

bool
bank_note_is_linked(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

/*
 * Another process that looks for what is left over may see the file between
 * its making and its locking, and take it for an unfinished one: then it is
 * made anew.
 */
static int
note_create(int directory, const char *txid)
{
	for (;;) {
		int fd = openat(directory, txid,
		    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

		if (fd < 0)
			return errno == EEXIST ? BANK_EEXIST : BANK_ESYS;
		if (flock(fd, LOCK_EX) != 0) {
			close(fd);
			return BANK_ESYS;
		}
		if (bank_note_is_linked(fd))
			return fd;
		close(fd);
	}
}

/* Adds to the file, whole and synced or not at all. */
static int
note_append(struct bank_note *note, const char *text, size_t length)
{
	ssize_t written = pwrite(note->fd, text, length, note->length);
	int saved;

	if (written == (ssize_t)length && fsync(note->fd) == 0) {
		note->length += written;
		return 0;
	}
	saved = written >= 0 && written < (ssize_t)length ? ENOSPC : errno;
	/* Where that fails too, the next one is written over it. */
	if (ftruncate(note->fd, note->length) == 0)
		fsync(note->fd);
	errno = saved;
	return BANK_ESYS;
}

static int
note_write(struct bank_note *note)
{
	char text[BANK_NOTE_FILE_SIZE];
	bool enrolled = note->kiosk[0] != '\0';
	int length =
	    snprintf(text, sizeof(text), "customer %s\nrequest %s\n%s%s%send\n",
		note->customer, note->request, enrolled ? "kiosk " : "",
		note->kiosk, enrolled ? "\n" : "");
	int error;

	if (length < 0 || (size_t)length >= sizeof(text))
		return BANK_EINVAL;
	error = note_append(note, text, (size_t)length);
	if (error == 0 && fsync(note->directory) != 0)
		error = BANK_ESYS;
	return error;
}

bool
bank_note_fill(struct bank_note *note, const char *txid, const char *customer,
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
bank_note_new(struct bank_note **result, int directory, const char *kiosk,
    const char *txid, const char *customer, const char *request)
{
	struct bank_note *note = calloc(1, sizeof(*note));
	int error, saved;

	if (note == NULL)
		return BANK_ENOMEM;
	note->directory = directory;
	string_copy(note->kiosk, kiosk, sizeof(note->kiosk));
	if (!bank_note_fill(note, txid, customer, request)) {
		free(note);
		return BANK_EINVAL;
	}
	note->fd = note_create(directory, txid);
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

bool
bank_note_is_withdrawal(const struct bank_note *note)
{
	return strncmp(note->request, "WITHDRAW ", 9) == 0;
}

int
bank_note_step(
    struct bank_note *note, enum bank_note_step step, const char *detail)
{
	char line[BANK_NOTE_DETAIL + 16];
	int length = snprintf(line, sizeof(line), "%s%s%s\n",
	    bank_note_words[step], *detail == '\0' ? "" : " ", detail);
	int error;

	if (step <= note->step || strlen(detail) >= BANK_NOTE_DETAIL ||
	    strchr(detail, '\n') != NULL)
		return BANK_EINVAL;
	error = note_append(note, line, (size_t)length);
	if (error != 0)
		return error;
	note->step = step;
	string_copy(note->details[step], detail, BANK_NOTE_DETAIL);
	return 0;
}

/*
 * Not synced: a file that comes back after a power cut is a question asked
 * once too often, and answered as before.
 */
void
bank_note_done(struct bank_note *note)
{
	unlinkat(note->directory, note->txid, 0);
	bank_note_leave(note);
}

void
bank_note_leave(struct bank_note *note)
{
	close(note->fd);
	free(note);
}

void
bank_note_set_aside(struct bank_note *note)
{
	char name[sizeof(BANK_NOTE_ASIDE) + WIRE_TXID_TEXT];
	int directory = note->directory;

	snprintf(name, sizeof(name), BANK_NOTE_ASIDE "%s", note->txid);
	if (renameat(directory, note->txid, directory, name) == 0)
		fsync(directory);
	bank_note_leave(note);
}
