/* SPDX-License-Identifier: ISC */
/*
 * What the kiosk asks of the bank: connection, login, requests, and the
 * promise that a customer sees one result, a true one.  A client of the
 * event loop: nothing here blocks or draws.  Knows no curses.
 *
 * While no customer is logged in it keeps a connection greeted and ready,
 * and makes a new one unseen when the bank's deadline ends it.  When the
 * link is lost within a session it reconnects, resumes, and sends again what
 * was unanswered, transactions with the same txid.  A transaction's txid is
 * on disk (kiosk state directory) before its request leaves, and goes from
 * there when its outcome is known; one that is left over is asked by OUTCOME
 * at that customer's next login here, before the login is reported.
 *
 * A withdrawal is two steps.  When the bank has booked it, the machine says
 * what it does by the four calls below; what it never said, or what was lost
 * before, is taken back as soon as there is a link, at the next start if need
 * be.  Only what the machine had begun is an operator's to settle.
 */
#ifndef ATM_BANK_H
#define ATM_BANK_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../shared/config.h"
#include "../shared/wire.h"

struct bank;

enum bank_link {
	BANK_LINK_DOWN, /* can't be reached; trying again */
	BANK_LINK_CONNECTING,
	BANK_LINK_READY,   /* greeted: a login may be sent */
	BANK_LINK_SESSION, /* a customer is logged in */
	BANK_LINK_RESUMING /* in a session whose link was lost */
};

/* What came of a request. */
enum bank_outcome {
	BANK_ANSWERED, /* reply->code and what stands in it, true */
	BANK_REFUSED,  /* a plain E before a session: code and text */
	BANK_LOST,     /* link and session are gone; a transaction's outcome is
	                * not known, and is asked at the next login */
	BANK_OVER      /* the session ended (idle, locked); nothing was done */
};

struct bank_reply {
	enum bank_outcome outcome;
	struct wire_reader reader; /* BANK_ANSWERED, BANK_REFUSED: the text */
};

/*
 * `reply` and what it points to are valid during the call only.  Called from
 * the event loop; it may ask the bank anew, but not free it.
 */
typedef void bank_reply_fn(void *context, const struct bank_reply *reply);

struct bank_callbacks {
	/* The link's state changed; `why` is for people, may be NULL. */
	void (*link)(void *context, enum bank_link link, const char *why);
	/* The session ended without being asked to: back to the welcome. */
	void (*session_over)(void *context, enum bank_outcome outcome);
	/* One notice, `received 12 5.00 chris`, already cleaned. */
	void (*notice)(void *context, const char *text, size_t length);
	/* What became of a transaction left over from before this login. */
	void (*settled)(void *context, const char *request, bool carried_out,
	    const struct bank_reply *reply);
	void *context;
};

/*
 * Starts connecting.  `config` is of the table atm_options.  On failure
 * error[0..size) says what, where and what to do (certificate or key
 * unreadable, state directory not writable), and BANK_ECONFIG, BANK_ESYS with
 * errno, or BANK_ENOMEM is returned.  callbacks->notice may be NULL: no
 * notices are asked for then.
 */
int bank_new(struct bank **bank, struct event_base *base,
    const struct config *config, const struct bank_callbacks *callbacks,
    char *error, size_t size);
/* Closes without asking the bank; use bank_exit() first for a proper end. */
void bank_free(struct bank *bank);

enum bank_link bank_link_state(const struct bank *bank);
/* Seconds until the next try while BANK_LINK_DOWN; when it went down (ms). */
unsigned bank_next_try(const struct bank *bank);
uint64_t bank_down_since_ms(const struct bank *bank);

/*
 * Logs in; waits for the link if it must.  The password is wiped from this
 * module's memory once the bank has answered (a link lost before that has the
 * login sent once more); the caller wipes its copy.  The reply has code 200
 * (session), or 401, 403, 423, 429, 503; or BANK_LOST within 15 s.
 * BANK_EINVAL: ID or password can't be one.  BANK_EBUSY: one is under way.
 */
int bank_login(struct bank *bank, const char *id, const char *password,
    bank_reply_fn *reply, void *context);
/* O: opens an account; the customer then logs in.  Errors as above. */
int bank_sign_up(struct bank *bank, const char *id, const char *password,
    const char *name, bank_reply_fn *reply, void *context);

/*
 * A question or another request without txid: `2`, `HISTORY 10`, ....  As the
 * two below: 0, and `reply` is called once; BANK_ECLOSED (no session),
 * BANK_EINVAL (too long), BANK_ENOMEM, and it never is.
 */
int bank_request(struct bank *bank, const char *request, bank_reply_fn *reply,
    void *context);
/*
 * A transaction: `verb`, then a txid made here, then `arguments`:
 * bank_transact(b, "1", "2 fey 10.50", ...).  BANK_ESYS where it can't be
 * noted on disk; it is not sent then.
 */
int bank_transact(struct bank *bank, const char *verb, const char *arguments,
    bank_reply_fn *reply, void *context);
/* `3`: ends the session; the reply carries the final balances. */
int bank_exit(struct bank *bank, bank_reply_fn *reply, void *context);

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

/* What the login said; empty strings and 0 outside a session. */
struct bank_session {
	char id[WIRE_ID_SIZE];
	char name[WIRE_NAME_SIZE];
	char last_login[WIRE_TIME_TEXT];
	char kiosk[WIRE_ID_SIZE];
	unsigned failed;
	unsigned grace_s;
	bool cash;
};
const struct bank_session *bank_session(const struct bank *bank);

#endif
