/* SPDX-License-Identifier: ISC */
/*
 * Counting attempts (the vault's).  A row's count includes the attempts that
 * are being compared (`pending`): count - pending have failed.
 *
 * In the row of an ID at all kiosks success_ms is when the operator cleared
 * it, which voids older rows of the ID at its kiosks.
 */
#include "attempts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../core/batch.h"
#include "../core/books.h"
#include "../core/session.h"
#include "../core/vault_core.h"

#define MS UINT64_C(1000)
#define TRUSTED_MS (30 * 24 * 3600 * MS)

struct rows {
	struct store_attempt kiosk, all;
	bool locks; /* this look at them begins a lock */
};

/* `where`: an enrolled kiosk differs from an address spelled like its name. */
static int
make_key(const struct books *books, char where, const char *id,
    const char *kiosk, uint8_t key[STORE_ATTEMPT_KEY])
{
	char text[1 + WIRE_ID_SIZE + CONNECTION_ADDRESS_SIZE] = { where };
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t length = 1;

	length += string_copy(text + length, id, WIRE_ID_SIZE) + 1;
	length += string_copy(text + length, kiosk, CONNECTION_ADDRESS_SIZE);
	if (HMAC(EVP_sha256(), store_attempt_secret(books->store), 32,
		(const uint8_t *)text, length, digest, NULL) == NULL)
		return BANK_ECRYPTO;
	memcpy(key, digest, STORE_ATTEMPT_KEY);
	return 0;
}

int
attempt_init(struct books *books, struct attempt *attempt, const char *id,
    const struct kiosk_seen *kiosk,
    void (*again)(struct vault *vault, struct deferred *deferred))
{
	int error;

	attempt->nobody = id == NULL;
	string_copy(attempt->id, id == NULL ? "" : id, sizeof(attempt->id));
	attempt->enrolled = kiosk->enrolled;
	attempt->again.run = again;
	error = make_key(books, kiosk->enrolled ? 'k' : 'a', attempt->id,
	    kiosk->counted, attempt->at_kiosk);
	if (error == 0)
		error = make_key(books, 't', attempt->id, "", attempt->in_all);
	if (error != 0)
		return error;
	LIST_INSERT_HEAD(&books->attempts->list, attempt, link);
	return 0;
}

void
attempt_free(struct vault *vault, struct attempt *attempt)
{
	deferred_forget(vault, &attempt->again);
	LIST_REMOVE(attempt, link);
}

/* When a lock has ended its failures are forgotten. */
static void
expire(struct store_attempt *row, uint64_t now_ms)
{
	if (row->locked_until_ms == 0 || row->locked_until_ms > now_ms)
		return;
	row->locked_until_ms = 0;
	row->count = row->pending;
}

/* The owner is looked up anew: the account may just have been opened. */
static int
read_row(const struct books *books, const char *id,
    const uint8_t total[STORE_ATTEMPT_KEY],
    const uint8_t key[STORE_ATTEMPT_KEY], struct store_attempt *row)
{
	const struct ledger_account *account = store_account(books->store, id);

	row->owner = account != NULL ? account->number : 0;
	memcpy(row->total, total, STORE_ATTEMPT_KEY);
	memcpy(row->key, key, STORE_ATTEMPT_KEY);
	return store_attempt_get(books->store, row);
}

/* No stranger locks a customer out of their own branch. */
static bool
is_trusted(const struct books *books, const struct attempt *attempt,
    const struct store_attempt *kiosk)
{
	return attempt->enrolled && kiosk->success_ms != 0 &&
	    books->now_ms - kiosk->success_ms < TRUSTED_MS;
}

static void
read_rows(struct books *books, const struct attempt *attempt, struct rows *rows)
{
	int error;

	memset(rows, 0, sizeof(*rows));
	error = read_row(books, attempt->id, attempt->in_all, attempt->at_kiosk,
	    &rows->kiosk);
	if (error == 0)
		error = read_row(books, attempt->id, attempt->in_all,
		    attempt->in_all, &rows->all);
	if (error != 0)
		books_failed(books, error);
	if (!is_trusted(books, attempt, &rows->kiosk))
		rows->kiosk.success_ms = 0;
	if (rows->all.success_ms != 0 &&
	    rows->kiosk.time_ms <= rows->all.success_ms) {
		rows->kiosk.locked_until_ms = 0;
		rows->kiosk.count = rows->kiosk.pending;
	}
	expire(&rows->kiosk, books->now_ms);
	expire(&rows->all, books->now_ms);
}

static void
write_rows(struct books *books, const struct rows *rows)
{
	int error;

	error = store_attempt_put(books->store, &rows->kiosk);
	if (error == 0)
		error = store_attempt_put(books->store, &rows->all);
	if (error != 0)
		books_failed(books, error);
}

static unsigned
comparing(
    const struct books *books, const struct attempt *attempt, bool at_kiosk)
{
	const struct attempt *other;
	unsigned count = 0;

	LIST_FOREACH (other, &books->attempts->list, link) {
		if (other == attempt || !other->comparing)
			continue;
		if (at_kiosk)
			count += memcmp(other->at_kiosk, attempt->at_kiosk,
				     STORE_ATTEMPT_KEY) == 0;
		else
			count += memcmp(other->in_all, attempt->in_all,
				     STORE_ATTEMPT_KEY) == 0;
	}
	return count;
}

/* Whether this row allows one more guess besides those being compared. */
static enum attempt_verdict
judge(struct books *books, struct rows *rows, struct store_attempt *row,
    uint32_t most, unsigned on_their_way)
{
	if (row->locked_until_ms != 0)
		return ATTEMPT_LOCKED;
	if (row->count < most)
		return ATTEMPT_COMPARE;
	if (on_their_way > 0)
		return ATTEMPT_WAIT;
	row->locked_until_ms = books->now_ms +
	    (uint64_t)books_option(books, LOGIN_LOCK_SECONDS) * MS;
	rows->locks = true;
	return ATTEMPT_LOCKED;
}

static enum attempt_verdict
judge_both(struct books *books, struct attempt *attempt, struct rows *rows)
{
	uint32_t most = (uint32_t)books_option(books, LOGIN_MAX_ATTEMPTS);
	uint32_t most_all =
	    (uint32_t)books_option(books, LOGIN_MAX_ATTEMPTS_TOTAL);
	enum attempt_verdict verdict;

	if (attempt->nobody)
		return ATTEMPT_COMPARE;
	verdict = judge(
	    books, rows, &rows->kiosk, most, comparing(books, attempt, true));
	if (verdict == ATTEMPT_COMPARE && rows->kiosk.success_ms == 0)
		verdict = judge(books, rows, &rows->all, most_all,
		    comparing(books, attempt, false));
	/* A lock is written: else each try would begin it anew. */
	if (rows->locks && books->mode != VAULT_READ_ONLY)
		write_rows(books, rows);
	return verdict;
}

bool
attempt_is_locked(struct books *books, struct attempt *attempt)
{
	struct rows rows;

	read_rows(books, attempt, &rows);
	return judge_both(books, attempt, &rows) == ATTEMPT_LOCKED;
}

enum attempt_verdict
attempt_begin(struct books *books, struct attempt *attempt)
{
	enum attempt_verdict verdict;
	struct rows rows;

	read_rows(books, attempt, &rows);
	verdict = judge_both(books, attempt, &rows);
	attempt->comparing = verdict == ATTEMPT_COMPARE;
	attempt->waiting = verdict == ATTEMPT_WAIT;
	if (verdict != ATTEMPT_COMPARE)
		return verdict;
	rows.kiosk.count++;
	rows.kiosk.pending++;
	rows.all.count++;
	rows.all.pending++;
	rows.kiosk.time_ms = rows.all.time_ms = books->now_ms;
	write_rows(books, &rows);
	return verdict;
}

/* Attempts that are still being compared stay in the count. */
static void
settle(
    struct books *books, struct store_attempt *row, bool right, uint32_t most)
{
	if (row->pending > 0)
		row->pending--;
	else if (!right)
		row->count++; /* the table forgot it meanwhile */
	if (right) {
		row->count = row->pending;
		row->locked_until_ms = 0;
		return;
	}
	if (row->locked_until_ms == 0 && row->count - row->pending >= most)
		row->locked_until_ms = books->now_ms +
		    (uint64_t)books_option(books, LOGIN_LOCK_SECONDS) * MS;
}

void
attempt_end(struct books *books, struct attempt *attempt, bool right,
    uint32_t *failures)
{
	struct rows rows;

	read_rows(books, attempt, &rows);
	*failures = rows.all.count - rows.all.pending + (right ? 0 : 1);
	if (attempt->nobody) {
		/* The same work as for an ID; this row never locks. */
		rows.kiosk.count = rows.kiosk.pending = 0;
		rows.all.count = rows.all.pending = 0;
	} else {
		settle(books, &rows.kiosk, right,
		    (uint32_t)books_option(books, LOGIN_MAX_ATTEMPTS));
		settle(books, &rows.all, right,
		    (uint32_t)books_option(books, LOGIN_MAX_ATTEMPTS_TOTAL));
	}
	if (right && attempt->enrolled)
		rows.kiosk.success_ms = books->now_ms;
	write_rows(books, &rows);
}

/* -- whose end found no room -- */

static void
apply_left(struct books *books, struct step *step)
{
	uint32_t failures;

	if (books->mode != VAULT_READ_ONLY)
		attempt_end(books, step->subject, false, &failures);
}

static void
finish_left(struct vault *vault, struct step *step)
{
	struct attempt *left = step->subject;

	if (vault_books(vault)->mode == VAULT_READ_ONLY)
		return;
	deferred_forget(vault, &left->again);
	LIST_REMOVE(left, link);
	free(left);
}

static const struct step_kind left_step = {
	.apply = apply_left,
	.finish = finish_left,
};

static void
settle_left(struct vault *vault, struct deferred *deferred)
{
	struct step *step = batch_add(vault, &left_step, NULL);

	step->subject = container_of(deferred, struct attempt, again);
	step->writes = true;
}

void
attempt_settle_left(struct vault *vault)
{
	struct attempt *left;

	if (vault_books(vault)->mode == VAULT_READ_ONLY)
		return;
	LIST_FOREACH (left, &vault_books(vault)->attempts->left, link)
		deferred_add(vault, &left->again);
}

/* Without memory it is taken back by the next start: nobody was told. */
static void
leave(struct vault *vault, const struct attempt *attempt)
{
	struct attempt *left = malloc(sizeof(*left));

	if (left == NULL)
		return;
	*left = *attempt;
	left->again = (struct deferred) { .run = settle_left };
	LIST_INSERT_HEAD(&vault_books(vault)->attempts->left, left, link);
}

void
attempt_ended(struct vault *vault, struct attempt *attempt)
{
	struct attempt *other;

	attempt->comparing = false;
	if (vault_books(vault)->mode == VAULT_READ_ONLY)
		leave(vault, attempt);
	LIST_FOREACH (other, &vault_books(vault)->attempts->list, link) {
		if (other->waiting &&
		    memcmp(other->in_all, attempt->in_all, STORE_ATTEMPT_KEY) ==
			0) {
			other->waiting = false;
			deferred_add(vault, &other->again);
		}
	}
}

int
attempt_clear(struct books *books, const char *id)
{
	struct store_attempt row;
	uint8_t key[STORE_ATTEMPT_KEY];
	int error;

	if ((error = make_key(books, 't', id, "", key)) != 0)
		return error;
	error = read_row(books, id, key, key, &row);
	if (error == 0) {
		row.count = row.pending;
		row.locked_until_ms = 0;
		row.success_ms = books->now_ms;
		error = store_attempt_put(books->store, &row);
	}
	if (error != 0)
		books_failed(books, error);
	return 0;
}
