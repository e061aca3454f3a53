/* SPDX-License-Identifier: ISC */
/*
 * The machine's cash: its notes, their stock, and handing them out.  A
 * withdrawal is two steps: the bank books it, then the command of
 * `[cash] dispense` hands the notes out (without one: simulated).  Where no
 * notes came, the withdrawal is taken back; where nobody can tell, it is the
 * operator's.  Nothing here blocks or draws.
 */
#ifndef ATM_CASH_H
#define ATM_CASH_H

#include "../bank/bank.h"
#include "cash_notes.h"
#include "../base/device.h"

struct cash;

/* What the customer is to be told by the two at the end. */
enum cash_result {
	CASH_NOT_BOOKED, /* the bank's reply says why: nothing happened */
	CASH_LOST,       /* no answer; no notes; what was booked goes back */
	CASH_GIVEN,      /* booked, and handed out */
	CASH_TAKEN_BACK, /* no notes came, and the bank has taken it back */
	CASH_GOES_BACK,  /* no notes came; it will be taken back */
	CASH_KEPT,       /* no notes came, and the bank wouldn't take it back */
	CASH_UNCLEAR,    /* notes may have come: the operator has to look */
	CASH_RESULT_COUNT
};

/*
 * Called once, from the event loop.  `reply` is the bank's answer to the
 * withdrawal itself; valid during the call.
 */
typedef void cash_fn(
    void *context, enum cash_result result, const struct bank_reply *reply);

/*
 * Reads what atm.ini says of notes; 0, or BANK_ECONFIG or BANK_ENOMEM with
 * error[0..size).  Low stock is logged here and whenever a note becomes low.
 * Without a bank (NULL) nothing is reported and nothing may be handed out.
 */
int cash_new(struct cash **cash, struct devices *devices,
    const struct config *config, struct bank *bank, char *error, size_t size);
/* A command that still runs is left to run.  `cash` may be NULL. */
void cash_free(struct cash *cash);

/* The notes that are left now; *counted: there is a stock of them. */
const struct cash_notes *cash_left(struct cash *cash, bool *counted);

/*
 * Whether this machine hands out real, or counted, notes.  One that doesn't
 * may give any amount to who asks for it by a word of plain mode.
 */
bool cash_is_real(const struct cash *cash);
/* How notes can make the amount now, and what they can instead. */
void cash_plan(struct cash *cash, int64_t cents, struct cash_plan *plan);

/*
 * Withdraws.  `exact`: an amount that notes can't make is refused, with
 * BANK_EINVAL.  BANK_EBUSY where one is under way; others as
 * bank_transact().  `done` is never called then.
 */
int cash_withdraw(struct cash *cash, enum wire_account account, int64_t cents,
    bool exact, cash_fn *done, void *context);
/* From asking the bank until `done` is called. */
bool cash_is_busy(const struct cash *cash);
/* Within that time: while its command hands the notes out. */
bool cash_is_handing_out(const struct cash *cash);
/* The notes of the newest withdrawal, `3 × $20`; empty where it has none. */
char *cash_handed_out(const struct cash *cash, char *text, size_t size);

/*
 * What happened, and what the customer is to do or to know: each a sentence
 * in English (N_()), or NULL where the bank's words say it all.
 */
const char *cash_words(enum cash_result result);
const char *cash_advice(const struct cash *cash, enum cash_result result);

#endif
