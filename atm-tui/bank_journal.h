/* SPDX-License-Identifier: ISC */
/*
 * Transactions under way, on disk: one small file in the kiosk's state
 * directory for each, named by its txid, there before the request leaves and
 * gone when its outcome is known.  So even the kiosk's own crash leaves a
 * question that OUTCOME answers, not a doubt.
 *
 * Several kiosk processes may share a directory: a file that is locked
 * (flock) belongs to a living process and is left alone.
 */
#ifndef ATM_BANK_JOURNAL_H
#define ATM_BANK_JOURNAL_H

#include <stddef.h>

#include "../shared/wire.h"

/* What fits into one sealed block, and NUL. */
#define BANK_REQUEST_SIZE 257

struct bank_journal;

/* One transaction under way, locked by this process while it is in memory. */
struct bank_note {
	char txid[WIRE_TXID_TEXT];
	char customer[WIRE_ID_SIZE];
	char request[BANK_REQUEST_SIZE]; /* as sent, with verb and txid */
	struct bank_note *next;          /* of bank_journal_left() */
	const struct bank_journal *journal;
	int fd;
};

/*
 * Opens the directory, made 0700 if it is missing (its parent is not).
 * 0; BANK_ESYS with errno; BANK_ENOMEM.
 */
int bank_journal_open(struct bank_journal **journal, const char *directory);
void bank_journal_close(struct bank_journal *journal);

/*
 * Notes a transaction; on return it is on stable storage.  0 and *note, or
 * BANK_EEXIST, BANK_EINVAL (too long, a newline in it), BANK_ENOMEM,
 * BANK_ESYS with errno: it must not be sent then.
 */
int bank_journal_add(struct bank_journal *journal, const char *txid,
    const char *customer, const char *request, struct bank_note **note);

/*
 * What was left over of this customer's and belongs to no living process,
 * oldest first; each is the caller's to end by one of the two below.
 * Returns how many, or BANK_ESYS, BANK_ENOMEM.
 */
int bank_journal_left(struct bank_journal *journal, const char *customer,
    struct bank_note **notes);

/* The outcome is known: removes the file, and frees. */
void bank_note_done(struct bank_note *note);
/* It is not: leaves the file, unlocked, to a later login, and frees. */
void bank_note_leave(struct bank_note *note);

#endif
