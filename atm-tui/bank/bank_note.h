/* SPDX-License-Identifier: ISC */
/*
 * A note of the journal: one transaction under way, and its small file.
 *
 * A withdrawal's file lives on until its notes are the customer's, a step
 * at a time.  One that only a person can settle is set aside under another
 * name, and is the operator's from then on.
 */
#ifndef ATM_BANK_NOTE_H
#define ATM_BANK_NOTE_H

#include <stdbool.h>
#include <sys/types.h>

#include "../../shared/wire/wire.h"

/* What fits into one sealed block, and NUL. */
#define BANK_REQUEST_SIZE 257
/* What a step says besides its name. */
#define BANK_NOTE_DETAIL 128
/* Before the txid, in the name of a file that was set aside. */
#define BANK_NOTE_ASIDE "reconcile."
#define BANK_NOTE_FILE_SIZE 1536

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
	int directory;          /* the journal's */
	off_t length;           /* of its file */
	int fd;
};

/* The first words of the steps' lines; NOTE_ASKED has none. */
extern const char *const bank_note_words[NOTE_STEP_COUNT];

/* As bank_journal_add(), whose directory and kiosk these are. */
int bank_note_new(struct bank_note **note, int directory, const char *kiosk,
    const char *txid, const char *customer, const char *request);
/* Takes the texts over; false where one is not of its form. */
bool bank_note_fill(struct bank_note *note, const char *txid,
    const char *customer, const char *request);
/* Whether the locked file still has its name. */
bool bank_note_is_linked(int fd);
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
