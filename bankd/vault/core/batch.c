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

#include <openssl/crypto.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/clock.h"
#include "../../store/store_serve.h"
#include "vault_state.h"
#include "hosts.h"
#include "lines.h"
#include "rates.h"
#include "room.h"
#include "bank_clock.h"

#define NAMED_MAX (BATCH_MAX * STEP_ACCOUNTS)
#define PUBLISH_US 100000

struct batch {
	struct step *steps;
	size_t count;
	bool running;
	bool undone; /* nothing of a run is left outside the store */
	const char **ids;
	struct ledger_account **accounts;
};

struct batch *
batch_new(void)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (batch == NULL)
		return NULL;
	batch->steps = calloc(BATCH_MAX, sizeof(*batch->steps));
	batch->ids = calloc(NAMED_MAX, sizeof(*batch->ids));
	batch->accounts = calloc(NAMED_MAX, sizeof(struct ledger_account *));
	if (batch->steps != NULL && batch->ids != NULL &&
	    batch->accounts != NULL)
		return batch;
	batch_free(batch);
	return NULL;
}

void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	free(batch->steps);
	free(batch->ids);
	free(batch->accounts);
	free(batch);
}

bool
batch_is_full(const struct batch *batch)
{
	return batch->count == BATCH_MAX ||
	    (batch->count > 0 && batch->steps[batch->count - 1].last);
}

static void
apply_nothing(struct books *books, struct step *step)
{
	(void)books;
	(void)step;
}

static void
finish_nothing(struct vault *vault, struct step *step)
{
	(void)vault;
	(void)step;
}

/* Of a step that was answered before the commit, or lost its session. */
static const struct step_kind nothing = {
	.apply = apply_nothing,
	.finish = finish_nothing,
};

void
batch_forget(struct vault *vault, const struct session *session)
{
	struct batch *batch = vault->batch;
	struct step *step;

	for (size_t i = 0; i < batch->count; i++) {
		step = &batch->steps[i];
		if (step->connection == NULL ||
		    step->connection->session != session)
			continue;
		if (step->kind->drop != NULL)
			step->kind->drop(vault, step);
		request_wipe(&step->request);
		step->connection->steps--;
		memset(step, 0, offsetof(struct step, text));
		step->kind = &nothing;
	}
}

struct step *
batch_add(struct vault *vault, const struct step_kind *kind,
    struct connection *connection)
{
	struct batch *batch = vault->batch;
	struct step *step;

	if (batch_is_full(batch))
		batch_run(vault);
	assert(!batch->running);
	step = &batch->steps[batch->count++];
	memset(step, 0, offsetof(struct step, text));
	step->kind = kind;
	step->connection = connection;
	if (connection != NULL)
		connection->steps++;
	return step;
}

/* Gets copies of all accounts that the steps name, in one call. */
static int
name_accounts(struct vault *vault)
{
	struct batch *batch = vault->batch;
	struct step *step;
	size_t count = 0;
	int error;

	for (size_t i = 0; i < batch->count * STEP_ACCOUNTS; i++) {
		step = &batch->steps[i / STEP_ACCOUNTS];
		if (step->ids[i % STEP_ACCOUNTS] != NULL)
			batch->ids[count++] = step->ids[i % STEP_ACCOUNTS];
	}
	error = store_begin(
	    vault->books->store, batch->ids, count, batch->accounts);
	if (error != 0)
		return error;
	count = 0;
	for (size_t i = 0; i < batch->count * STEP_ACCOUNTS; i++) {
		step = &batch->steps[i / STEP_ACCOUNTS];
		if (step->ids[i % STEP_ACCOUNTS] != NULL)
			step->accounts[i % STEP_ACCOUNTS] =
			    batch->accounts[count++];
	}
	return 0;
}

/* Takes back what the run before left outside the store, newest first. */
void
batch_undo(struct vault *vault)
{
	struct batch *batch = vault->batch;
	struct step *step;

	if (!batch->running || batch->undone)
		return;
	batch->undone = true;
	vault->books->touched_count = 0;
	for (size_t i = batch->count; i-- > 0;) {
		step = &batch->steps[i];
		if (step->counted)
			step->session->outcomes--;
		if (step->refused)
			refusals_undo(&step->session->refusals);
		if (step->rated)
			rates_undo(vault->books->rates);
		step->counted = step->refused = false;
		step->rated = step->moved = false;
	}
}

static int
commit(struct vault *vault)
{
	uint64_t began_us = clock_steady_us();
	int error = store_commit(vault->books->store);

	if (error == 0)
		latency_add(
		    &vault->counts->commits, clock_steady_us() - began_us);
	if (error == BANK_EAGAIN) {
		error = hosts_catch_up(vault);
		return error == 0 ? BANK_EAGAIN : error;
	}
	return error;
}

static bool
may_write(const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->steps[i].writes)
			return true;
	}
	return false;
}

/* `again`: all that others did before this run is known. */
static int
apply_and_commit(struct vault *vault, bool again)
{
	struct batch *batch = vault->batch;
	int error;

	vault->books->error = 0;
	vault->books->touched_count = 0;
	batch_undo(vault);
	batch->undone = false;
	if ((error = name_accounts(vault)) != 0) {
		store_abort(vault->books->store);
		return error;
	}
	for (size_t i = 0; i < batch->count && vault->books->error == 0; i++)
		batch->steps[i].kind->apply(vault->books, &batch->steps[i]);
	if (vault->books->error == 0 && store_dirty(vault->books->store))
		return commit(vault);
	store_abort(vault->books->store);
	if (vault->books->error == 0 && may_write(batch))
		return hosts_confirm(vault, again);
	return vault->books->error;
}

static bool
answer(struct vault *vault, struct step *step)
{
	if (store_begin(vault->books->store, &step->ids[STEP_CUSTOMER], 1,
		&step->accounts[STEP_CUSTOMER]) != 0)
		return false;
	step->kind->apply(vault->books, step);
	if (vault->books->error != 0)
		return false;
	step->connection->steps--;
	step->kind->finish(vault, step);
	request_wipe(&step->request);
	step->kind = &nothing;
	step->connection = NULL;
	step->ids[STEP_CUSTOMER] = NULL;
	return true;
}

/*
 * Answers the steps that only read, before any step has changed a copy.  A
 * connection's requests are answered in their order.  An error of the store or
 * of the link is left to the batch that follows, which meets it again.
 */
static void
answer_readers(struct vault *vault)
{
	struct batch *batch = vault->batch;
	struct step *step;
	bool more = true;

	vault->books->error = 0;
	for (size_t i = 0; i < batch->count && more; i++) {
		step = &batch->steps[i];
		if (step->reads && step->connection->steps == 1)
			more = answer(vault, step);
	}
	if (vault->front.ipc != NULL)
		(void)ipc_flush(vault->front.ipc);
}

static void
set_time(struct vault *vault)
{
	vault->books->now_ms = bank_clock_now(vault->clock);
	store_note_time(vault->books->store, vault->books->now_ms);
	rates_tick(vault->books->rates, clock_steady_ms());
}

static void
fail(struct vault *vault, int error)
{
	char reason[128];

	if (error == BANK_EFORK)
		hosts_fork(vault);
	snprintf(reason, sizeof(reason), "the store can't be written: %s",
	    bank_strerror(error));
	vault_fail(
	    vault, error == BANK_ENOMEM ? EX_OSERR : EX_SOFTWARE, reason);
}

static void
commit_or_fail(struct vault *vault)
{
	bool writes = may_write(vault->batch);
	const char *no_room = NULL;
	bool again = false;
	int error;

	vault->books->mode = room_mode(vault, writes);
	if (vault->books->mode != VAULT_NORMAL)
		no_room = "less than min_free is left";
	set_time(vault);
	if (writes)
		answer_readers(vault);
	while ((error = apply_and_commit(vault, again)) != 0) {
		again = again || error == BANK_EAGAIN;
		if (error == BANK_EAGAIN)
			set_time(vault);
		else if (error == BANK_ENOSPC && room_next_mode(vault))
			no_room = store_room_reason(vault->books->store);
		else {
			fail(vault, error);
			return;
		}
	}
	hosts_answered(vault);
	if (writes)
		room_tell(vault, no_room);
}

/* After the answers are on their way; soon, or at once. */
void
batch_publish_later(struct vault *vault)
{
	static const struct timeval at_once, soon = { 0, PUBLISH_US };
	enum store_behind behind = store_behind(vault->books->store);

	if (behind == STORE_FAR_BEHIND)
		(void)evtimer_add(vault->publish, &at_once);
	else if (behind == STORE_BEHIND &&
	    !evtimer_pending(vault->publish, NULL))
		(void)evtimer_add(vault->publish, &soon);
}

static void
run_steps(struct vault *vault)
{
	struct batch *batch = vault->batch;
	struct step *step;

	batch->running = true;
	commit_or_fail(vault);
	lines_update(vault);
	vault->counts->batches++;
	if (batch->count > vault->counts->largest_batch)
		vault->counts->largest_batch = batch->count;
	for (size_t i = 0; i < batch->count; i++) {
		step = &batch->steps[i];
		if (step->connection != NULL)
			step->connection->steps--;
	}
	for (size_t i = 0; i < batch->count; i++) {
		step = &batch->steps[i];
		step->kind->finish(vault, step);
		request_wipe(&step->request);
	}
	batch->count = 0;
	batch->running = false;
	batch_publish_later(vault);
}

void
batch_run(struct vault *vault)
{
	struct batch *batch = vault->batch;

	for (;;) {
		if (batch->count > 0)
			run_steps(vault);
		while (!batch_is_full(batch) && deferred_run(vault))
			continue;
		if (batch->count == 0)
			return;
	}
}
