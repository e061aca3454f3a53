/* SPDX-License-Identifier: ISC */
/*
 * The script of journal_script.h.  What a lot holds is chance, so that a lot
 * of the same number that is proposed again is another one.
 */
#include "journal_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define RELEASES 7 /* so many lots stay behind bank.db */

char journal_script_error[512];
static const char unreadable[] = "a lot can't be read";

struct journal_history *
journal_history_new(uint8_t bank)
{
	struct journal_history *history = mmap(NULL, sizeof(*history),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (history == MAP_FAILED)
		abort();
	memset(history->digest[0], bank, LOT_DIGEST);
	return history;
}

void
journal_history_free(struct journal_history *history)
{
	munmap(history, sizeof(*history));
}

static void
fill(uint8_t *bytes, size_t length)
{
	uint64_t x = (uint64_t)random() << 32 | (uint64_t)random() | 1;

	for (size_t i = 0; i < length; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bytes[i] = (uint8_t)x;
	}
}

static int
make_lot(struct lot *lot, struct journal_history *history, size_t bytes)
{
	uint64_t number = history->promise.acknowledged + 1;
	struct lot_head head = { .number = number, .seq = number };
	struct chain sha;
	size_t part;
	uint8_t *to;
	int error = chain_open(&sha);

	if (number >= JOURNAL_LOTS_MAX)
		abort();
	memcpy(head.before, history->digest[number - 1], LOT_DIGEST);
	for (; error == 0 && bytes > 0; bytes -= part) {
		part = bytes < LOT_RECORD_MAX ? bytes : LOT_RECORD_MAX;
		if ((to = lot_add(lot, 1, part)) == NULL)
			error = BANK_ENOMEM;
		else
			fill(to, part);
	}
	if (error == 0)
		error = lot_seal(lot, &head, &sha, history->digest[number]);
	chain_close(&sha);
	return error;
}

int
journal_script_propose(
    struct journal *journal, struct journal_history *history, size_t bytes)
{
	struct journal_promise *promise = &history->promise;
	struct lot lot = { 0 };
	int answer = make_lot(&lot, history, bytes);

	promise->begun = promise->acknowledged + 1;
	if (answer == 0)
		answer = journal_begin(journal, &lot);
	if (answer == 0)
		answer = journal_wait(journal);
	if (answer == JOURNAL_MINE) {
		if (history->sync_failed)
			history->broken = "acknowledged after a failed sync";
		promise->acknowledged = promise->begun;
	}
	lot_free(&lot);
	return answer;
}

static struct journal *
open_as(const char *directory, const struct journal_history *history,
    struct journal_options options, int *error)
{
	struct journal *journal;

	options.directory = directory;
	memcpy(options.place.digest, history->digest[options.place.number],
	    LOT_DIGEST);
	*error = journal_file_open(&journal, &options, journal_script_error,
	    sizeof(journal_script_error));
	return journal;
}

struct journal *
journal_script_open(const char *directory,
    const struct journal_history *history, uint64_t number, int *error)
{
	return open_as(directory, history,
	    (struct journal_options) { .place.number = number,
		.begins = number == 0 && history->promise.released == 0,
		.stopped = history->promise.stopped },
	    error);
}

const char *
journal_script_read(struct journal *journal,
    const struct journal_history *history, uint64_t number, uint64_t *newest)
{
	const struct journal_promise *promise = &history->promise;
	struct lot_view view;
	int result;

	while ((result = journal_next(journal, &view)) == JOURNAL_LOT) {
		if (view.head.number != ++number)
			return "a lot is missing";
		if (number > promise->acknowledged + 1 ||
		    number > promise->begun)
			return "a lot that was never begun";
		if (memcmp(view.head.before, history->digest[number - 1],
			LOT_DIGEST) != 0 ||
		    memcmp(view.digest, history->digest[number], LOT_DIGEST) !=
			0)
			return "another lot than the one that was begun";
	}
	if (result != 0)
		return unreadable;
	if (number < promise->acknowledged)
		return "an acknowledged lot is lost";
	*newest = number;
	return NULL;
}

/* Three segments of the first size, some larger, one for a lot alone. */
static size_t
bytes_of(uint64_t number)
{
	static const size_t bytes[JOURNAL_LOTS] = { 100, 5000, 300000, 700000,
		0, 12000, 1300000, 60, 500000, 3900, 90000, 400000 };

	return bytes[number % JOURNAL_LOTS];
}

static int
take_over(struct journal *journal, struct journal_history *history)
{
	struct journal_promise *promise = &history->promise;
	const char *wrong;
	uint64_t newest = 0;

	wrong =
	    journal_script_read(journal, history, promise->released, &newest);
	if (wrong == unreadable) /* by a fault that the test made */
		return BANK_EIO;
	history->broken = wrong;
	if (wrong != NULL)
		return BANK_EDAMAGED;
	promise->begun = promise->acknowledged = newest;
	return 0;
}

static int
propose_one(
    struct journal *journal, struct journal_history *history, int *retries)
{
	struct journal_promise *promise = &history->promise;
	int answer = journal_script_propose(
	    journal, history, bytes_of(promise->acknowledged));

	if (answer == JOURNAL_FULL)
		return (*retries)-- > 0 ? 0 : BANK_ENOSPC;
	if (answer != JOURNAL_MINE)
		return answer;
	if (promise->acknowledged % 3 != 0 || promise->acknowledged < RELEASES)
		return 0;
	promise->released = promise->acknowledged - RELEASES;
	return journal_release(journal, promise->released);
}

int
journal_script_live(const char *directory, int life, int retries,
    struct journal_history *history)
{
	struct journal_promise *promise = &history->promise;
	uint64_t end = (uint64_t)(life + 1) * JOURNAL_LOTS;
	int error;
	struct journal *journal =
	    journal_script_open(directory, history, promise->released, &error);

	promise->stopped = false;
	if (journal == NULL)
		return error;
	error = take_over(journal, history);
	while (error == 0 && promise->acknowledged < end)
		error = propose_one(journal, history, &retries);
	journal_close(journal);
	promise->stopped = error == 0 && life % 2 == 0;
	return error;
}

/* One open, from where bank.db stood long ago. */
static const char *
judge_open(const char *directory, struct journal_history *history,
    struct journal **journal)
{
	uint64_t number = history->promise.released, newest = 0;
	const char *wrong;
	int error;

	*journal = journal_script_open(directory, history, number, &error);
	if (*journal == NULL)
		return journal_script_error;
	wrong = journal_script_read(*journal, history, number, &newest);
	if (wrong == NULL)
		history->promise.acknowledged = newest;
	return wrong;
}

static const char *
judge_look(const char *directory, const struct journal_history *history)
{
	uint64_t number = history->promise.released, newest;
	const char *wrong;
	struct journal *journal;
	int error;

	journal = open_as(directory, history,
	    (struct journal_options) {
		.place.number = number, .looking = true },
	    &error);
	/* There may be none yet. */
	if (journal == NULL)
		return history->promise.acknowledged == 0
		    ? NULL
		    : journal_script_error;
	wrong = journal_script_read(journal, history, number, &newest);
	journal_close(journal);
	return wrong;
}

const char *
journal_script_judge(
    const char *directory, const struct journal_history *history)
{
	static struct journal_history after;
	struct journal *journal = NULL;
	const char *wrong = history->broken;

	after = *history;
	if (wrong == NULL)
		wrong = judge_look(directory, history);
	for (int again = 0; wrong == NULL && again < 2; again++) {
		wrong = judge_open(directory, &after, &journal);
		if (wrong == NULL &&
		    journal_script_propose(journal, &after,
			again == 0 ? 5000 : 900000) != JOURNAL_MINE)
			wrong = "it doesn't go on";
		if (journal != NULL)
			journal_close(journal);
		after.promise.stopped = false;
	}
	if (wrong == NULL) {
		wrong = judge_open(directory, &after, &journal);
		if (journal != NULL)
			journal_close(journal);
	}
	return wrong;
}
