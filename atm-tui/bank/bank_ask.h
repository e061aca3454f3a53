/* SPDX-License-Identifier: ISC */
/*
 * What the kiosk asks of the bank: login, requests, and the promise that a
 * customer sees one result, a true one.
 *
 * When the link is lost within a session it reconnects, resumes, and sends
 * again what was unanswered, transactions with the same txid.  A
 * transaction's txid is on disk (kiosk state directory) before its request
 * leaves, and goes from there when its outcome is known; one that is left
 * over is asked by OUTCOME at that customer's next login here, before the
 * login is reported.
 */
#ifndef ATM_BANK_ASK_H
#define ATM_BANK_ASK_H

#include "bank.h"

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

/* What the login said; empty strings and 0 outside a session. */
struct bank_session {
	char id[WIRE_ID_SIZE];
	char name[WIRE_NAME_SIZE];
	char last_login[WIRE_TIME_TEXT];
	char kiosk[WIRE_ID_SIZE];
	unsigned failed;
	unsigned grace_s;
	bool cash, must_change; /* its password is an operator's, for once */
};
const struct bank_session *bank_session(const struct bank *bank);

#endif
