/* SPDX-License-Identifier: ISC */
/*
 * The vault's batch: the steps that came in together are applied in order to
 * the store's copies of accounts, committed once, and only then answered.
 * Steps that only read are answered before the commit, from what is on disk:
 * their kiosks go on while the disk writes.  On a full disk all steps are
 * applied again in a mode that writes less (books.h); so apply() may depend
 * on nothing but the step and the books.
 *
 *	batch_add() --> apply() --> commit --> finish() --> gone
 *	                  ^  |         |
 *	                  +--+         +-- nothing to write: finish() at once
 *	       again, from the store's copies, after a full disk
 *
 * apply() sets `reply`; finish() may not change it.  STEP_GO_ON in finish()
 * says that a worker has the rest of the work, and the answer comes later.
 */
#ifndef BANKD_BATCH_H
#define BANKD_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "../../ledger/ledger.h"
#include "request.h"

#define BATCH_MAX 512
#define STEP_REPLY_SIZE 1024
/* Not a reply: the next check decides, or the answer comes later. */
#define STEP_GO_ON WIRE_REPLY_COUNT

struct batch;
struct books;
struct step;
struct vault;

struct step_kind {
	void (*apply)(struct books *books, struct step *step);
	void (*finish)(struct vault *vault, struct step *step);
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

/* NULL where memory is lacking. */
struct batch *batch_new(void);
void batch_free(struct batch *batch);

/* A new step, zeroed, at the end; runs the batch first if it is full. */
struct step *batch_add(struct vault *vault, const struct step_kind *kind,
    struct connection *connection);
bool batch_is_full(const struct batch *batch);
/* Runs until no step and nothing deferred is left. */
void batch_run(struct vault *vault);

#endif
