/* SPDX-License-Identifier: ISC */
/*
 * The store's rows of attempts, guessed at by chance from many kiosks: of an
 * ID that is an account's and one that nobody has the same rows are left at
 * every moment, each ID has no more than it may, the total is never
 * forgotten, and only newer trust takes the place of trust.
 *
 * An input is a row of deeds, a byte for what and one for where.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../bankd/store/store_attempts.h"
#include "../../bankd/store/store_open.h"
#include "../../shared/base/util.h"

#define KIOSKS 24 /* addresses, where only guesses come from */
#define OWN 16    /* enrolled ones, where the customer succeeds */
#define ACCOUNT 1
#define NOBODY 0
#define LOCK_MS 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct model {
	uint64_t now_ms;
	uint32_t totals[2];
	uint64_t trusted_ms[OWN];
};

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_attempts: %s\n", what);
	abort();
}

static char directory[] = "/tmp/fuzz-attempts-XXXXXX";
static struct store *store;

static void
at_exit(void)
{
	static const char *const names[] = { "bank.db", "bank.db-wal",
		"bank.db-shm", "reserve" };
	char path[64];

	store_close(store);
	for (size_t i = 0; i < NELEM(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(directory);
}

/* One for all inputs; nothing of them is ever committed. */
static void
open_once(void)
{
	enum store_end end;
	char error[512];

	if (store != NULL)
		return;
	must(mkdtemp(directory) != NULL, "no directory");
	must(store_open(&store,
		 &(struct store_options) { .directory = directory }, &end,
		 error, sizeof(error)) == 0,
	    error);
	must(atexit(at_exit) == 0, "no end");
}

/* Kiosk 0 is the total. */
static struct store_attempt
row_of(uint32_t owner, uint32_t kiosk)
{
	struct store_attempt row = { .owner = owner };

	put_u32(row.total, owner + 1);
	put_u32(row.key, owner + 1);
	put_u32(row.key + 4, kiosk);
	must(store_attempt_get(store, &row) == 0, "a row that can't be read");
	return row;
}

static void
put(const struct store_attempt *row)
{
	must(store_attempt_put(store, row) == 0, "a row that can't be put");
}

static void
guess_at(struct model *model, uint32_t kiosk, uint64_t locked_until_ms)
{
	for (uint32_t owner = NOBODY; owner <= ACCOUNT; owner++) {
		struct store_attempt row = row_of(owner, kiosk);
		struct store_attempt all = row_of(owner, 0);

		row.count++;
		all.count++;
		row.time_ms = all.time_ms = model->now_ms;
		row.locked_until_ms = locked_until_ms;
		put(&row);
		put(&all);
		model->totals[owner]++;
	}
}

static void
guess(struct model *model, uint8_t where)
{
	guess_at(model, 1 + where % KIOSKS, 0);
}

static void
lock(struct model *model, uint8_t where)
{
	guess_at(model, 1 + where % KIOSKS, model->now_ms + LOCK_MS);
}

static void
clear(struct model *model, uint8_t where)
{
	(void)model;
	for (uint32_t owner = NOBODY; owner <= ACCOUNT; owner++) {
		struct store_attempt row = row_of(owner, 1 + where % KIOSKS);

		row.count = 0;
		row.locked_until_ms = 0;
		put(&row);
	}
}

static void
succeed(struct model *model, uint8_t where)
{
	uint32_t own = where % OWN;
	struct store_attempt row = row_of(ACCOUNT, 1 + KIOSKS + own);

	row.time_ms = row.success_ms = model->now_ms;
	put(&row);
	model->trusted_ms[own] = model->now_ms;
}

static void
wait_for(struct model *model, uint8_t ms)
{
	model->now_ms += ms;
}

static void (*const deeds[])(
    struct model *, uint8_t) = { guess, lock, clear, succeed, wait_for };

/* Of the successes only so many were newer than one that is forgotten. */
static void
check_trust(const struct model *model)
{
	unsigned kept = 0, newer;

	for (uint32_t own = 0; own < OWN; own++) {
		uint64_t at_ms = row_of(ACCOUNT, 1 + KIOSKS + own).success_ms;

		newer = 0;
		for (uint32_t other = 0; other < OWN; other++)
			newer +=
			    model->trusted_ms[other] > model->trusted_ms[own];
		kept += at_ms != 0;
		if (newer < STORE_ATTEMPTS_TRUSTED)
			must(at_ms == model->trusted_ms[own],
			    "trust that is gone");
	}
	must(kept <= STORE_ATTEMPTS_TRUSTED, "too much trust");
}

static void
check(const struct model *model)
{
	unsigned rows = 0;

	for (uint32_t kiosk = 0; kiosk <= KIOSKS; kiosk++) {
		struct store_attempt one = row_of(NOBODY, kiosk);
		struct store_attempt other = row_of(ACCOUNT, kiosk);

		must(one.count == other.count &&
			one.locked_until_ms == other.locked_until_ms,
		    "a customer's ID is told from nobody's");
		rows += kiosk > 0 && one.count > 0;
	}
	must(rows <= STORE_ATTEMPTS_KIOSKS, "too many rows");
	must(row_of(ACCOUNT, 0).count == model->totals[ACCOUNT],
	    "a total that is forgotten");
	check_trust(model);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model model = { .now_ms = 1000 };

	open_once();
	for (size_t i = 0; i + 1 < size; i += 2) {
		deeds[data[i] % NELEM(deeds)](&model, data[i + 1]);
		model.now_ms++;
		check(&model);
	}
	store_abort(store);
	return 0;
}
