/* SPDX-License-Identifier: ISC */
/*
 * The vault's batch: the steps that came in together are applied in order to
 * the store's copies of accounts, committed once, and only then finished,
 * that is, answered.  Those that only read are answered before it, from what
 * is on disk: their kiosks go on while the disk writes.  Without room on the
 * disk all of them are applied again in a mode that writes less (struct vault,
 * `mode`), so apply() may depend on nothing but the step, the store and the
 * mode, and change nothing else.
 *
 * The life of a step:
 *
 *	batch_add() --> apply() --> commit --> finish() --> gone
 *	                  ^  |         |
 *	                  +--+         +-- nothing to write: finish() at once
 *	       again, from the store's copies, after a full disk
 *
 * apply() sets `reply`; finish() may not change it.  STEP_GO_ON there means
 * that somebody else answers: a worker that was given the rest of the work.
 */
#ifndef BANKD_BATCH_H
#define BANKD_BATCH_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../ledger/ledger.h"
#include "request.h"

#define BATCH_MAX 512
#define STEP_REPLY_SIZE 1024
/* Not a reply: the next check decides, or the answer comes later. */
#define STEP_GO_ON WIRE_REPLY_COUNT

struct connection;
struct kiosk_seen;
struct session;
struct step;
struct vault;

struct step_kind {
	void (*apply)(struct vault *vault, struct step *step);
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
	bool counted;      /* in session->outcomes */
	bool refused;      /* kept in session->refusals */
	bool rated;        /* counted in vault->rates */
	bool moved;        /* entry is new: no repeat's */
	const char *limit; /* which, for WIRE_OVER_LIMIT */
	const char *rule;  /* of a new password, for WIRE_INCORRECT; or NULL */
	struct ledger_entry entry, original;
	size_t length;
	char text[STEP_REPLY_SIZE];
};

/* Something to do between two batches, embedded in what it concerns. */
struct deferred {
	void (*run)(struct vault *vault, struct deferred *deferred);
	bool queued;
	TAILQ_ENTRY(deferred) link;
};

/* Lines of the two files that a batch changed. */
struct touched {
	int32_t line;
	const char *hash; /* the step's, or NULL */
};

struct batch {
	struct step *steps;
	size_t count;
	bool running;
	int error; /* sticky: what the store said to a step */
	const char **ids;
	struct ledger_account **accounts;
	struct touched *touched;
	size_t touched_count;
	TAILQ_HEAD(deferred_queue, deferred) deferred;
};

/* 0 or BANK_ENOMEM. */
int batch_init(struct batch *batch);
void batch_free(struct batch *batch);

/* A new step, zeroed, at the end; runs the batch first if it is full. */
struct step *batch_add(struct vault *vault, const struct step_kind *kind,
    struct connection *connection);
bool batch_is_full(const struct batch *batch);
/* Runs until no step and nothing deferred is left. */
void batch_run(struct vault *vault);
void batch_defer(struct vault *vault, struct deferred *deferred);
void batch_forget(struct vault *vault, struct deferred *deferred);

/* For apply(). An error of the store ends this run of the batch. */
void batch_failed(struct vault *vault, int error);
/* The lines of a customer are to be brought up to date. */
void batch_touch(struct vault *vault, const struct ledger_account *account,
    const char *hash);
/* The entry of a step that the rules let pass, and both its lines. */
void batch_append(struct vault *vault, struct step *step,
    struct ledger_account *debit, struct ledger_account *credit);
/* One of the bank's own accounts, made where it is missing; or NULL. */
struct ledger_account *batch_bank_account(struct vault *vault, const char *id);

#endif
