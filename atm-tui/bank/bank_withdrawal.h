/* SPDX-License-Identifier: ISC */
/*
 * A withdrawal is two steps.  When the bank has booked it, the machine says
 * what it does by the four calls below; what it never said, or what was lost
 * before, is taken back as soon as there is a link, at the next start if need
 * be.  Only what the machine had begun is an operator's to settle.
 */
#ifndef ATM_BANK_WITHDRAWAL_H
#define ATM_BANK_WITHDRAWAL_H

#include "bank.h"

/*
 * A WITHDRAW that is answered by 200 is this module's until one of the last
 * three is called; from within the answer's callback on.
 *
 * The machine is about to be told, `notes` says what: 0, and that is on disk;
 * or BANK_ECLOSED (none is booked), BANK_ESYS: it must not be told.
 */
#define BANK_NOTES_SIZE 128
int bank_withdrawal_begin(struct bank *bank, const char *notes);
/* The customer has the notes. */
void bank_withdrawal_done(struct bank *bank);
/* Nobody can tell: logged, and set aside for an operator. */
void bank_withdrawal_unclear(struct bank *bank, const char *why);
/* No notes came: it is taken back, and `taken` called once, from the loop or
 * from within this call. */
enum bank_taken {
	BANK_TAKEN_BACK,
	BANK_TAKEN_LATER, /* the session is gone: as soon as there is a link */
	BANK_NOT_TAKEN    /* the bank refused; set aside for an operator */
};
typedef void bank_taken_fn(void *context, enum bank_taken taken);
void bank_withdrawal_failed(
    struct bank *bank, bank_taken_fn *taken, void *context);
/* Whether withdrawals wait to be taken back, which needs no session. */
bool bank_is_taking_back(const struct bank *bank);

/* The rest is for bank*.c. */
struct bank_note;
/* The bank has booked it: the note is the machine's. */
void bank_withdrawal_booked(struct bank *bank, struct bank_note *note,
    const struct wire_reader *reader);
/* The answer to its REVERSE; NULL: none came.  Takes the note. */
void bank_withdrawal_reversed(struct bank *bank, struct bank_note *note,
    const struct wire_reader *reader);
/* What becomes of a note by the answer to REVERSE or V; takes it. */
enum bank_taken bank_withdrawal_settle(struct bank *bank,
    struct bank_note *note, const struct wire_reader *reader);
/* Logs all that an operator needs, and sets it aside. */
void bank_withdrawal_aside(
    struct bank *bank, struct bank_note *note, const char *why);

#endif
