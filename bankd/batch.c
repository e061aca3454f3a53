/* SPDX-License-Identifier: ISC */
/*
 * The vault's batch: apply, commit, files, and only then the answers.  What
 * a failed write means is decided here and nowhere else: a full disk runs
 * the batch again with less to write, anything else ends the process.
 */
#include "batch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <openssl/crypto.h>

#include "../shared/error.h"
#include "../shared/log.h"
#include "../shared/util.h"
#include "committer.h"
#include "vault_state.h"

#define TOUCHED_MAX (2 * BATCH_MAX)
#define NAMED_MAX (BATCH_MAX * STEP_ACCOUNTS)
#define OVERLAP_MIN 8
#define BYTES_PER_MB (UINT64_C(1024) * 1024)

int
batch_init(struct batch *batch)
{
	TAILQ_INIT(&batch->deferred);
	batch->open = &batch->lots[0];
	for (size_t i = 0; i < NELEM(batch->lots); i++) {
		struct lot *lot = &batch->lots[i];

		lot->steps = calloc(BATCH_MAX, sizeof(*lot->steps));
		lot->touched = calloc(TOUCHED_MAX, sizeof(*lot->touched));
		if (lot->steps == NULL || lot->touched == NULL)
			return BANK_ENOMEM;
	}
	batch->ids = calloc(NAMED_MAX, sizeof(*batch->ids));
	batch->accounts = calloc(NAMED_MAX, sizeof(struct ledger_account *));
	if (batch->ids == NULL || batch->accounts == NULL)
		return BANK_ENOMEM;
	return 0;
}

void
batch_free(struct batch *batch)
{
	committer_free(batch->committer);
	for (size_t i = 0; i < NELEM(batch->lots); i++) {
		free(batch->lots[i].steps);
		free(batch->lots[i].touched);
	}
	free(batch->ids);
	free(batch->accounts);
}

bool
batch_is_full(const struct batch *batch)
{
	const struct lot *lot = batch->open;

	return lot->count == BATCH_MAX ||
	    (lot->count > 0 && lot->steps[lot->count - 1].last);
}

bool
batch_in_hand(const struct batch *batch)
{
	return batch->open->count > 0 || batch->committing != NULL;
}

struct step *
batch_add(struct vault *vault, const struct step_kind *kind,
    struct connection *connection)
{
	struct batch *batch = &vault->batch;
	struct step *step;

	if (batch_is_full(batch))
		batch_run(vault);
	assert(!batch->running);
	step = &batch->open->steps[batch->open->count++];
	memset(step, 0, offsetof(struct step, text));
	step->kind = kind;
	step->connection = connection;
	if (connection != NULL)
		connection->steps++;
	return step;
}

void
batch_defer(struct vault *vault, struct deferred *deferred)
{
	if (deferred->queued)
		return;
	deferred->queued = true;
	TAILQ_INSERT_TAIL(&vault->batch.deferred, deferred, link);
}

void
batch_forget(struct vault *vault, struct deferred *deferred)
{
	if (!deferred->queued)
		return;
	deferred->queued = false;
	TAILQ_REMOVE(&vault->batch.deferred, deferred, link);
}

void
batch_failed(struct vault *vault, int error)
{
	if (vault->batch.error == 0)
		vault->batch.error = error;
}

void
batch_touch(
    struct vault *vault, const struct ledger_account *account, const char *hash)
{
	struct lot *lot = vault->batch.applying;

	if (account->line < 0)
		return;
	assert(lot->touched_count < TOUCHED_MAX);
	lot->touched[lot->touched_count++] =
	    (struct touched) { account->line, hash };
}

struct ledger_account *
batch_bank_account(struct vault *vault, const char *id)
{
	struct ledger_account *account = NULL;
	int error;

	error = store_begin(vault->store, &id, 1, &account);
	if (error == 0 && account == NULL)
		error = store_account_new(
		    vault->store, id, "", "", vault->now_ms, &account);
	if (error != 0)
		batch_failed(vault, error);
	return error == 0 ? account : NULL;
}

/* Gets the copies of all accounts that the steps name, in one question. */
static int
name_accounts(struct vault *vault, struct lot *lot)
{
	struct batch *batch = &vault->batch;
	struct step *step;
	size_t count = 0;
	int error;

	for (size_t i = 0; i < lot->count * STEP_ACCOUNTS; i++) {
		step = &lot->steps[i / STEP_ACCOUNTS];
		if (step->ids[i % STEP_ACCOUNTS] != NULL)
			batch->ids[count++] = step->ids[i % STEP_ACCOUNTS];
	}
	error = store_begin(vault->store, batch->ids, count, batch->accounts);
	if (error != 0)
		return error;
	count = 0;
	for (size_t i = 0; i < lot->count * STEP_ACCOUNTS; i++) {
		step = &lot->steps[i / STEP_ACCOUNTS];
		if (step->ids[i % STEP_ACCOUNTS] != NULL)
			step->accounts[i % STEP_ACCOUNTS] =
			    batch->accounts[count++];
	}
	return 0;
}

/* What the run before kept in sessions, newest first. */
static void
undo_outcomes(struct lot *lot)
{
	struct step *step;

	for (size_t i = lot->count; i-- > 0;) {
		step = &lot->steps[i];
		if (step->counted)
			step->session->outcomes--;
		if (step->refused)
			refusals_undo(step->session->refusals);
		step->counted = step->refused = step->moved = false;
	}
}

static uint64_t
steady_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The part of a commit that may be on the committer's thread. */
static void
write_commit(void *context)
{
	struct vault *vault = context;
	uint64_t began_us = steady_us();

	vault->batch.result = store_commit_write(vault->store);
	vault->batch.took_us = steady_us() - began_us;
}

static int
end_commit(struct vault *vault)
{
	int error = store_commit_end(vault->store, vault->batch.result);

	if (error == 0)
		latency_add(&vault->counts.commits, vault->batch.took_us);
	return error;
}

/* 0: to be committed with store_commit_begin(), or nothing is to be. */
static int
apply(struct vault *vault, struct lot *lot)
{
	struct batch *batch = &vault->batch;

	batch->error = 0;
	batch->applying = lot;
	lot->touched_count = 0;
	undo_outcomes(lot);
	batch->error = name_accounts(vault, lot);
	for (size_t i = 0; i < lot->count && batch->error == 0; i++)
		lot->steps[i].kind->apply(vault, &lot->steps[i]);
	if (batch->error != 0 || !store_dirty(vault->store))
		store_abort(vault->store);
	return batch->error;
}

static int
apply_and_commit(struct vault *vault, struct lot *lot)
{
	int error = apply(vault, lot);

	if (error != 0 || !store_dirty(vault->store))
		return error;
	if ((error = store_commit_begin(vault->store)) != 0)
		return error;
	write_commit(vault);
	return end_commit(vault);
}

static bool
may_write(const struct lot *lot)
{
	for (size_t i = 0; i < lot->count; i++) {
		if (lot->steps[i].writes)
			return true;
	}
	return false;
}

/* The disk is asked only where there may be something to write. */
static enum vault_mode
mode_at_first(const struct vault *vault, bool writes)
{
	uint64_t least =
	    (uint64_t)vault_option(vault, BANK_MIN_FREE) * BYTES_PER_MB;

	if (vault->paused)
		return VAULT_REFUSING;
	if (!writes || least == 0)
		return VAULT_NORMAL;
	return state_dir_free(&vault->dir) < least ? VAULT_REFUSING
						   : VAULT_NORMAL;
}

/* Told when it begins and when it is over, not for each batch. */
static void
tell_room(struct vault *vault)
{
	bool little = vault->mode != VAULT_NORMAL;

	/* A pause says nothing about the disk. */
	if (vault->paused || little == vault->little_room)
		return;
	vault->little_room = little;
	log_event(little ? LOG_WARNING : LOG_NOTICE,
	    little ? "disk_full" : "disk_has_room", "transactions",
	    LOG_TEXT(little ? "refused" : "taken"), NULL);
}

/*
 * After a full disk: transactions first, then the reserve is given up so
 * that logins can still be recorded.  False where nothing is left to try.
 */
static bool
next_mode(struct vault *vault)
{
	if (vault->mode == VAULT_READ_ONLY)
		return false;
	if (vault->mode == VAULT_NORMAL || store_make_room(vault->store) != 0)
		vault->mode++;
	return true;
}

static void
prepare(struct vault *vault, const struct lot *lot)
{
	vault->mode = mode_at_first(vault, may_write(lot));
	vault->now_ms = bank_clock_now(&vault->clock);
	store_note_time(vault->store, vault->now_ms);
}

/* Given how the lot's first run ended: it is committed, or the vault ends. */
static void
settle(struct vault *vault, struct lot *lot, int error)
{
	char reason[128];

	while (error == BANK_ENOSPC && next_mode(vault))
		error = apply_and_commit(vault, lot);
	if (error == 0) {
		if (may_write(lot))
			tell_room(vault);
		return;
	}
	snprintf(reason, sizeof(reason), "the store can't be written: %s",
	    bank_strerror(error));
	vault_fail(
	    vault, error == BANK_ENOMEM ? EX_OSERR : EX_SOFTWARE, reason);
}

static int
by_line(const void *a, const void *b)
{
	const struct touched *one = a, *other = b;

	return (one->line > other->line) - (one->line < other->line);
}

/* Each line once, with the newest hash that it was touched with. */
static void
update_files(struct vault *vault, struct lot *lot)
{
	const struct ledger_account *account;
	const char *hash = NULL;
	int error;

	if (lot->touched_count > 1)
		qsort(lot->touched, lot->touched_count, sizeof(*lot->touched),
		    by_line);
	for (size_t i = 0; i < lot->touched_count; i++) {
		if (lot->touched[i].hash != NULL)
			hash = lot->touched[i].hash;
		if (i + 1 < lot->touched_count &&
		    lot->touched[i + 1].line == lot->touched[i].line)
			continue;
		account = store_account_by_line(
		    vault->store, (uint32_t)lot->touched[i].line);
		error = account == NULL
		    ? BANK_EIO
		    : files_update(vault->files, account, hash);
		if (error != 0)
			vault_fail(vault, EX_SOFTWARE,
			    "the files password and balance can't be written");
		hash = NULL;
	}
}

/* The files, then the answers. */
static void
finish(struct vault *vault, struct lot *lot)
{
	struct step *step;

	update_files(vault, lot);
	vault->counts.batches++;
	if (lot->count > vault->counts.largest_batch)
		vault->counts.largest_batch = lot->count;
	for (size_t i = 0; i < lot->count; i++) {
		step = &lot->steps[i];
		if (step->connection != NULL)
			step->connection->steps--;
	}
	for (size_t i = 0; i < lot->count; i++) {
		step = &lot->steps[i];
		step->kind->finish(vault, step);
		request_wipe(&step->request);
	}
	lot->count = 0;
}

static void
run_open(struct vault *vault)
{
	struct batch *batch = &vault->batch;

	batch->running = true;
	prepare(vault, batch->open);
	settle(vault, batch->open, apply_and_commit(vault, batch->open));
	finish(vault, batch->open);
	batch->running = false;
}

/* The lot whose commit was under way, which is to be finished; or NULL. */
static struct lot *
end_committing(struct vault *vault)
{
	struct batch *batch = &vault->batch;
	struct lot *lot = batch->committing;

	if (lot == NULL)
		return NULL;
	committer_wait(batch->committer);
	settle(vault, lot, end_commit(vault));
	batch->committing = NULL;
	return lot;
}

static void
finish_committing(struct vault *vault)
{
	struct lot *lot = end_committing(vault);

	if (lot == NULL)
		return;
	vault->batch.running = true;
	finish(vault, lot);
	vault->batch.running = false;
}

static void
run_deferred(struct vault *vault)
{
	struct batch *batch = &vault->batch;
	struct deferred *deferred;

	while (!batch_is_full(batch) &&
	    (deferred = TAILQ_FIRST(&batch->deferred)) != NULL) {
		batch_forget(vault, deferred);
		deferred->run(vault, deferred);
	}
}

void
batch_run(struct vault *vault)
{
	struct batch *batch = &vault->batch;

	finish_committing(vault);
	for (;;) {
		if (batch->open->count > 0)
			run_open(vault);
		run_deferred(vault);
		if (batch->open->count == 0 && TAILQ_EMPTY(&batch->deferred))
			return;
	}
}

int
batch_overlap(struct vault *vault)
{
	return committer_new(&vault->batch.committer, vault->base, write_commit,
	    vault_settle, vault);
}

/* A few are sooner done here than on two threads. */
static bool
may_overlap(const struct batch *batch)
{
	const struct lot *lot = batch->open;

	if (batch->committer == NULL || lot->count < OVERLAP_MIN ||
	    !TAILQ_EMPTY(&batch->deferred))
		return false;
	for (size_t i = 0; i < lot->count; i++) {
		if (!lot->steps[i].plain)
			return false;
	}
	return true;
}

/* Applies the open lot and begins its commit; then finishes the one before. */
static void
overlap(struct vault *vault)
{
	struct batch *batch = &vault->batch;
	struct lot *lot = batch->open, *before = end_committing(vault);
	bool writes;
	int error;

	batch->running = true;
	prepare(vault, lot);
	error = apply(vault, lot);
	writes = error == 0 && store_dirty(vault->store);
	if (writes)
		error = store_commit_begin(vault->store);
	if (writes && error == 0) {
		batch->committing = lot;
		committer_start(batch->committer);
	} else
		settle(vault, lot, error);
	if (before != NULL)
		finish(vault, before);
	if (batch->committing == NULL)
		finish(vault, lot);
	batch->open =
	    lot == &batch->lots[0] ? &batch->lots[1] : &batch->lots[0];
	batch->running = false;
}

void
batch_go(struct vault *vault)
{
	struct batch *batch = &vault->batch;

	if (batch->committing != NULL && !committer_has_ended(batch->committer))
		return;
	if (may_overlap(batch))
		overlap(vault);
	if (batch->committing == NULL || committer_has_ended(batch->committer))
		batch_run(vault);
}
