/* SPDX-License-Identifier: ISC */
/*
 * Transactions under way, on disk: one small file in the kiosk's state
 * directory for each, named by its txid, there before the request leaves and
 * gone when its outcome is known.  So even the kiosk's own crash leaves a
 * question that OUTCOME answers, not a doubt.
 *
 * A withdrawal's file lives on until its notes are the customer's, a step
 * at a time.  One that only a person can settle is set aside under another
 * name, and is the operator's from then on.
 *
 * Several kiosk processes may share a directory: a file that is locked
 * (flock) belongs to a living process and is left alone.
 */
#ifndef ATM_BANK_JOURNAL_H
#define ATM_BANK_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../shared/wire.h"

/* What fits into one sealed block, and NUL. */
#define BANK_REQUEST_SIZE 257
/* What a step says besides its name. */
#define BANK_NOTE_DETAIL 128
/* Before the txid, in the name of a file that was set aside. */
#define BANK_NOTE_ASIDE "reconcile."

struct bank_journal;

/* How far a withdrawal has come, in the order of the lines of its file. */
enum bank_note_step {
	NOTE_ASKED,   /* the bank may have booked it */
	NOTE_BOOKED,  /* it has: `seq time` */
	NOTE_RUNNING, /* the machine was told: the notes, `40.00 20x2` */
	NOTE_FAILED,  /* no notes left it: to be taken back */
	NOTE_DONE,    /* the customer has them */
	NOTE_ASIDE,   /* a person has to look: why */
	NOTE_STEP_COUNT
};

/* One transaction under way, locked by this process while it is in memory. */
struct bank_note {
	char txid[WIRE_TXID_TEXT];
	char customer[WIRE_ID_SIZE];
	char kiosk[WIRE_ID_SIZE];        /* empty: not enrolled */
	char request[BANK_REQUEST_SIZE]; /* as sent, with verb and txid */
	enum bank_note_step step;
	char details[NOTE_STEP_COUNT][BANK_NOTE_DETAIL];
	struct bank_note *next; /* of the lists below */
	const struct bank_journal *journal;
	off_t length; /* of its file */
	int fd;
};

/*
 * Opens the directory, made 0700 if it is missing (its parent is not).
 * 0; BANK_ESYS with errno; BANK_ENOMEM.
 */
int bank_journal_open(struct bank_journal **journal, const char *directory);
void bank_journal_close(struct bank_journal *journal);
/* The name under which this kiosk is enrolled; it stands in new notes. */
void bank_journal_set_kiosk(struct bank_journal *journal, const char *name);

/*
 * Notes a transaction; on return it is on stable storage.  0 and *note, or
 * BANK_EEXIST, BANK_EINVAL (too long, a newline in it), BANK_ENOMEM,
 * BANK_ESYS with errno: it must not be sent then.
 */
int bank_journal_add(struct bank_journal *journal, const char *txid,
    const char *customer, const char *request, struct bank_note **note);

/*
 * What was left over and belongs to no living process, oldest first: this
 * customer's; all withdrawals; all that was set aside.  Each is the caller's
 * to end by one of those below.  Returns how many, or BANK_ESYS, BANK_ENOMEM.
 */
int bank_journal_left(struct bank_journal *journal, const char *customer,
    struct bank_note **notes);
int bank_journal_withdrawals(
    struct bank_journal *journal, struct bank_note **notes);
int bank_journal_aside(struct bank_journal *journal, struct bank_note **notes);

bool bank_note_is_withdrawal(const struct bank_note *note);
/*
 * Adds a step; on return it is on stable storage.  0, BANK_EINVAL (not a
 * later step, or too long), BANK_ESYS with errno: nothing may be done then
 * that follows from it.
 */
int bank_note_step(
    struct bank_note *note, enum bank_note_step step, const char *detail);

/* The outcome is known: removes the file, and frees. */
void bank_note_done(struct bank_note *note);
/* It is not: leaves the file, unlocked, to a later login, and frees. */
void bank_note_leave(struct bank_note *note);
/* Renames it, so that nobody but an operator touches it again; frees. */
void bank_note_set_aside(struct bank_note *note);

#endif
