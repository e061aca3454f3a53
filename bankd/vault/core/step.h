/* SPDX-License-Identifier: ISC */
/*
 * A step: what one customer or operator asks of the store in a batch.
 */
#ifndef BANKD_STEP_H
#define BANKD_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "../../ledger/ledger.h"
#include "request.h"

#define STEP_REPLY_SIZE 1024
/*
 * Not a reply: the next check decides; in finish(), a worker has the rest of
 * the work and the answer comes later.
 */
#define STEP_GO_ON WIRE_REPLY_COUNT

struct books;
struct connection;
struct session;
struct step;
struct vault;

struct step_kind {
	void (*apply)(struct books *books, struct step *step);
	void (*finish)(struct vault *vault, struct step *step);
	/* Instead of finish(), where its session has ended; may be NULL. */
	void (*drop)(struct vault *vault, struct step *step);
};

enum step_account { STEP_CUSTOMER, STEP_OTHER, STEP_BANK, STEP_ACCOUNTS };

struct step {
	const struct step_kind *kind;
	struct connection *connection; /* who is answered, or NULL */
	struct session *session;
	const struct kiosk_seen *kiosk;
	void *subject; /* a login, a change of password, a command */
	struct request request;
	const char *ids[STEP_ACCOUNTS]; /* NULL: not needed */
	bool writes;                    /* may have something to write */
	bool reads;                     /* its customer's account alone */
	bool last;                      /* ends a session: ends its batch */

	/* The outcome, made anew each time that the batch is applied. */
	struct ledger_account *accounts[STEP_ACCOUNTS]; /* NULL: none */
	enum wire_reply reply;
	bool counted, refused; /* in the session's outcomes, its refusals */
	bool rated;            /* counted in books->rates */
	bool moved;            /* entry is new: no repeat's */
	const char *limit;     /* which, for WIRE_OVER_LIMIT */
	const char *rule; /* of a new password, for WIRE_INCORRECT; or NULL */
	struct ledger_entry entry, original;
	size_t length;
	char text[STEP_REPLY_SIZE];
};

#endif
