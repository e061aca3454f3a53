/* SPDX-License-Identifier: ISC */
/*
 * A lot and the records in it: what is written is read back the same, and
 * anything else is refused.
 *
 *	SEED=n   other contents
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/store/record.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/store_fixture.h"

/* How the numbers of a record are chosen. */
enum contents { LEAST, MOST, ANY };

static struct chain sha;

static int
group_setup(void **state)
{
	(void)state;
	fixture_seed();
	return chain_open(&sha);
}

static int
group_teardown(void **state)
{
	(void)state;
	chain_close(&sha);
	return 0;
}

static void
fill(void *to, size_t length, enum contents contents)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < length; i++)
		bytes[i] = contents == LEAST ? 0
		    : contents == MOST       ? 0xff
					     : (uint8_t)random();
}

static void
fill_text(char *to, size_t size, enum contents contents)
{
	size_t length = contents == LEAST ? 0
	    : contents == MOST            ? size - 1
					  : (size_t)random() % size;

	for (size_t i = 0; i < length; i++)
		to[i] = (char)(1 + random() % 255);
	to[length] = '\0';
}

static void
fill_posting(struct ledger_posting *posting, enum contents contents)
{
	fill(&posting->number, sizeof(posting->number), contents);
	fill(posting->cents, sizeof(posting->cents), contents);
	fill(&posting->previous_seq, sizeof(posting->previous_seq), contents);
	posting->account = random() % 2 == 0 ? WIRE_SAVINGS : WIRE_CHECKING;
}

static void
fill_entry(struct ledger_entry *entry, enum contents contents)
{
	fill(&entry->seq, sizeof(entry->seq), contents);
	fill(&entry->time_ms, sizeof(entry->time_ms), contents);
	fill(entry->txid, sizeof(entry->txid), contents);
	entry->kind = (enum ledger_kind)(random() % LEDGER_KIND_COUNT);
	fill_text(entry->kiosk, sizeof(entry->kiosk), contents);
	fill_posting(&entry->debit, contents);
	fill_posting(&entry->credit, contents);
	fill(&entry->amount_cents, sizeof(entry->amount_cents), contents);
	fill(&entry->reverses, sizeof(entry->reverses), contents);
}

static void
fill_account(struct record *record, enum contents contents)
{
	struct ledger_account *account = &record->account;

	fill(&account->number, sizeof(account->number), contents);
	if (record->kind == RECORD_ACCOUNT) {
		fill(&account->line, sizeof(account->line), contents);
		fill_text(account->id, sizeof(account->id), contents);
		fill_text(record->name, sizeof(record->name), contents);
	}
	if (record->kind == RECORD_ACCOUNT || record->kind == RECORD_ROW)
		fill(&account->opened_ms, sizeof(account->opened_ms), contents);
	if (record->kind == RECORD_ACCOUNT || record->kind == RECORD_HASH)
		fill_text(record->hash, sizeof(record->hash), contents);
	if (record->kind == RECORD_ROW) {
		fill(&account->closed_ms, sizeof(account->closed_ms), contents);
		fill(&account->last_login_ms, sizeof(account->last_login_ms),
		    contents);
		fill(account->own_limit, sizeof(account->own_limit), contents);
	}
	if (record->kind == RECORD_SETTLED)
		fill(record->txid, sizeof(record->txid), contents);
}

static void
fill_attempt(struct store_attempt *attempt, enum contents contents)
{
	fill(&attempt->owner, sizeof(attempt->owner), contents);
	fill(attempt->total, sizeof(attempt->total), contents);
	fill(attempt->key, sizeof(attempt->key), contents);
	fill(&attempt->count, sizeof(attempt->count), contents);
	fill(&attempt->pending, sizeof(attempt->pending), contents);
	fill(&attempt->time_ms, sizeof(attempt->time_ms), contents);
	fill(&attempt->locked_until_ms, sizeof(attempt->locked_until_ms),
	    contents);
	fill(&attempt->success_ms, sizeof(attempt->success_ms), contents);
	attempt->stranger = random() % 2 == 0;
}

/* One of them isn't empty. */
static void
fill_texts(struct ledger_entry *entry, enum contents contents)
{
	fill_text(entry->memo, sizeof(entry->memo), contents);
	fill_text(entry->by, sizeof(entry->by), contents);
	fill_text(entry->reason, sizeof(entry->reason), contents);
	if (!ledger_has_texts(entry))
		fill_text(entry->by, sizeof(entry->by), MOST);
}

static void
fill_audit(struct audit *audit, enum contents contents)
{
	fill(&audit->number, sizeof(audit->number), contents);
	fill(&audit->time_ms, sizeof(audit->time_ms), contents);
	fill_text(audit->by, sizeof(audit->by), contents);
	fill_text(audit->verb, sizeof(audit->verb), contents);
	fill_text(audit->about, sizeof(audit->about), contents);
	fill_text(audit->detail, sizeof(audit->detail), contents);
	fill_text(audit->reason, sizeof(audit->reason), contents);
	fill(&audit->seq, sizeof(audit->seq), contents);
	fill(&audit->of, sizeof(audit->of), contents);
}

/* Every member that its kind has; the others are 0. */
static void
fill_record(
    struct record *record, enum record_kind kind, enum contents contents)
{
	memset(record, 0, sizeof(*record));
	record->kind = kind;
	if (kind == RECORD_ENTRY || kind == RECORD_ENTRY_TEXTS)
		fill_entry(&record->entry, contents);
	if (kind == RECORD_ENTRY_TEXTS)
		fill_texts(&record->entry, contents);
	if (kind == RECORD_FLAGS) {
		fill(&record->account.number, sizeof(record->account.number),
		    contents);
		record->account.must_change = random() % 2 == 0;
	}
	if (kind == RECORD_STOCK) {
		fill_text(
		    record->stock.kiosk, sizeof(record->stock.kiosk), contents);
		fill(&record->stock.time_ms, sizeof(record->stock.time_ms),
		    contents);
		fill_text(
		    record->stock.notes, sizeof(record->stock.notes), contents);
	}
	if (kind == RECORD_AUDIT)
		fill_audit(&record->audit, contents);
	if (kind >= RECORD_ACCOUNT && kind <= RECORD_SETTLED)
		fill_account(record, contents);
	if (kind == RECORD_SETTLED || kind == RECORD_TIME)
		fill(&record->time_ms, sizeof(record->time_ms), contents);
	if (kind == RECORD_ATTEMPT)
		fill_attempt(&record->attempt, contents);
	if (kind == RECORD_KIOSK) {
		fill_text(
		    record->kiosk.name, sizeof(record->kiosk.name), contents);
		fill(record->kiosk.public_key, sizeof(record->kiosk.public_key),
		    contents);
		record->kiosk.cash = random() % 2 == 0;
		record->kiosk.revoked = random() % 2 == 0;
	}
}

static void
fill_head(struct lot_head *head, enum contents contents)
{
	memset(head, 0, sizeof(*head));
	fill(&head->number, sizeof(head->number), contents);
	fill(&head->host, sizeof(head->host), contents);
	fill(head->boot, sizeof(head->boot), contents);
	fill(head->before, sizeof(head->before), contents);
	fill(&head->seq, sizeof(head->seq), contents);
	fill(head->chain, sizeof(head->chain), contents);
}

static void
must_be_head(const struct lot_head *a, const struct lot_head *b)
{
	assert_true(a->number == b->number && a->host == b->host);
	assert_memory_equal(a->boot, b->boot, LOT_BOOT);
	assert_memory_equal(a->before, b->before, LOT_DIGEST);
	assert_true(a->seq == b->seq);
	assert_memory_equal(a->chain, b->chain, CHAIN_SIZE);
}

/* Members that are told, byte by byte; padding and the rest are 0 in both. */
static void
must_be_record(const struct record *a, const struct record *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->hash, b->hash);
	assert_string_equal(a->entry.kiosk, b->entry.kiosk);
	assert_string_equal(a->account.id, b->account.id);
	assert_string_equal(a->kiosk.name, b->kiosk.name);
	assert_memory_equal(a, b, sizeof(*a));
}

static void
add_records(struct lot *lot, struct record *records, enum contents contents)
{
	for (int kind = RECORD_ENTRY; kind < RECORD_KINDS; kind++) {
		fill_record(&records[kind], (enum record_kind)kind, contents);
		assert_int_equal(record_add(lot, &records[kind]), 0);
	}
}

static void
must_be_records(struct lot_view *view, const struct record *records)
{
	struct lot_record bytes;
	struct record record;

	for (int kind = RECORD_ENTRY; kind < RECORD_KINDS; kind++) {
		assert_true(lot_next(view, &bytes));
		assert_int_equal(record_read(&bytes, &record), 0);
		must_be_record(&record, &records[kind]);
	}
	assert_false(lot_next(view, &bytes));
}

/* A lot with one record of every kind. */
static void
make_lot(struct lot *lot, struct record *records, struct lot_head *head,
    enum contents contents, uint8_t digest[LOT_DIGEST])
{
	fill_head(head, contents);
	add_records(lot, records, contents);
	assert_int_equal(lot_seal(lot, head, &sha, digest), 0);
}

static void
test_read_back(void **state)
{
	struct record records[RECORD_KINDS];
	struct lot lot = { 0 };
	struct lot_head head;
	struct lot_view view;
	uint8_t digest[LOT_DIGEST];

	(void)state;
	for (int round = 0; round < 200; round++) {
		lot_clear(&lot);
		make_lot(&lot, records, &head,
		    round < 2 ? (enum contents)round : ANY, digest);
		assert_int_equal(lot_claims(lot.bytes), lot_padded(lot.length));
		assert_true(lot_claims_number(lot.bytes) == head.number);
		assert_int_equal(
		    lot_read(lot.bytes, lot_padded(lot.length), &sha, &view),
		    0);
		must_be_head(&view.head, &head);
		assert_memory_equal(view.digest, digest, LOT_DIGEST);
		assert_int_equal(view.length, lot.length);
		must_be_records(&view, records);
	}
	lot_free(&lot);
}

/* No record at all is a lot too. */
static void
test_empty(void **state)
{
	struct lot lot = { 0 };
	struct lot_head head;
	struct lot_record record;
	struct lot_view view;
	uint8_t digest[LOT_DIGEST];

	(void)state;
	fill_head(&head, ANY);
	assert_int_equal(lot_seal(&lot, &head, &sha, digest), 0);
	assert_int_equal(lot.length, LOT_HEAD + LOT_DIGEST);
	assert_int_equal(lot_read(lot.bytes, LOT_ALIGN, &sha, &view), 0);
	must_be_head(&view.head, &head);
	assert_false(lot_next(&view, &record));
	lot_free(&lot);
}

static void
test_every_bit(void **state)
{
	struct record records[RECORD_KINDS];
	struct lot lot = { 0 };
	struct lot_head head;
	struct lot_view view;
	uint8_t digest[LOT_DIGEST];
	size_t size;

	(void)state;
	make_lot(&lot, records, &head, ANY, digest);
	size = lot_padded(lot.length);
	for (size_t bit = 0; bit < size * 8; bit++) {
		lot.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (lot_read(lot.bytes, size, &sha, &view) != BANK_EDAMAGED)
			fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
		lot.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(lot_read(lot.bytes, size, &sha, &view), 0);
	lot_free(&lot);
}

/* In memory of just that length, so that a sanitizer sees a byte too many. */
static int
read_exactly(const uint8_t *bytes, size_t length)
{
	uint8_t *exact = malloc(length + 1);
	struct lot_view view;
	int error;

	assert_non_null(exact);
	exact = realloc(exact, length == 0 ? 1 : length);
	assert_non_null(exact);
	memcpy(exact, bytes, length);
	error = lot_read(exact, length, &sha, &view);
	free(exact);
	return error;
}

static void
test_every_length(void **state)
{
	struct record records[RECORD_KINDS];
	struct lot lot = { 0 };
	struct lot_head head;
	uint8_t digest[LOT_DIGEST];
	size_t length;

	(void)state;
	make_lot(&lot, records, &head, ANY, digest);
	for (length = 0; length < lot_padded(lot.length); length++)
		assert_int_equal(
		    read_exactly(lot.bytes, length), BANK_EDAMAGED);
	assert_int_equal(read_exactly(lot.bytes, length), 0);
	lot_free(&lot);
}

/* The digest of what somebody has changed in it. */
static void
seal_again(uint8_t *bytes, size_t length)
{
	assert_int_equal(chain_digest(&sha, bytes, length - LOT_DIGEST,
			     bytes + length - LOT_DIGEST),
	    0);
}

/* More than there is: of the whole, of records, of the bytes of one. */
static void
test_claims_too_much(void **state)
{
	static const uint32_t lengths[] = { 0, 1, LOT_HEAD, LOT_DIGEST,
		LOT_HEAD + LOT_DIGEST - 1, LOT_MAX - LOT_ALIGN, LOT_MAX,
		LOT_MAX + 1, INT32_MAX, UINT32_MAX - LOT_ALIGN, UINT32_MAX };
	static const uint32_t counts[] = { 0, RECORD_KINDS - 2, RECORD_KINDS,
		UINT32_MAX };
	struct record records[RECORD_KINDS];
	struct lot lot = { 0 };
	struct lot_head head;
	uint8_t digest[LOT_DIGEST];
	size_t size;

	(void)state;
	make_lot(&lot, records, &head, ANY, digest);
	size = lot_padded(lot.length);
	for (size_t i = 0; i < NELEM(lengths); i++) {
		put_u32(lot.bytes + 4, lengths[i]);
		assert_int_equal(read_exactly(lot.bytes, size), BANK_EDAMAGED);
		assert_true(lot_claims(lot.bytes) <= LOT_MAX);
	}
	put_u32(lot.bytes + 4, (uint32_t)lot.length);
	for (size_t i = 0; i < NELEM(counts); i++) {
		put_u32(lot.bytes + 20, counts[i]);
		seal_again(lot.bytes, lot.length);
		assert_int_equal(read_exactly(lot.bytes, size), BANK_EDAMAGED);
	}
	put_u32(lot.bytes + 20, RECORD_KINDS - 1);
	for (uint16_t more = 1; more != 0; more = (uint16_t)(more * 2)) {
		uint8_t *first = lot.bytes + LOT_HEAD + 1;
		uint16_t right = get_u16(first);

		put_u16(first, (uint16_t)(right ^ more));
		seal_again(lot.bytes, lot.length);
		assert_int_equal(read_exactly(lot.bytes, size), BANK_EDAMAGED);
		put_u16(first, right);
	}
	seal_again(lot.bytes, lot.length);
	assert_int_equal(read_exactly(lot.bytes, size), 0);
	lot_free(&lot);
}

/* As many records as go, and one more. */
static void
test_largest(void **state)
{
	const size_t most = LOT_MAX - LOT_HEAD - LOT_DIGEST;
	struct lot lot = { 0 };
	struct lot_head head;
	struct lot_view view;
	uint8_t digest[LOT_DIGEST], *record;
	size_t length, left;

	(void)state;
	fill_head(&head, ANY);
	for (left = most; left > 0; left -= 3 + length) {
		length = left < 3 + LOT_RECORD_MAX ? left - 3 : LOT_RECORD_MAX;
		if (left - 3 - length == 1 || left - 3 - length == 2)
			length -= 3;
		record = lot_add(&lot, 1, length);
		assert_non_null(record);
		memset(record, 7, length);
	}
	assert_int_equal(lot_seal(&lot, &head, &sha, digest), 0);
	assert_int_equal(lot.length, LOT_MAX);
	assert_int_equal(lot_read(lot.bytes, LOT_MAX, &sha, &view), 0);

	lot_clear(&lot);
	for (left = most + 1; left > 0; left -= 3 + length) {
		length = left < 3 + LOT_RECORD_MAX ? left - 3 : LOT_RECORD_MAX;
		if (left - 3 - length == 1 || left - 3 - length == 2)
			length -= 3;
		assert_non_null(lot_add(&lot, 1, length));
	}
	assert_int_equal(lot_seal(&lot, &head, &sha, digest), BANK_ERANGE);
	assert_null(lot_add(&lot, 1, LOT_RECORD_MAX + 1));
	lot_free(&lot);
}

static int
read_record(uint8_t kind, const uint8_t *bytes, size_t length)
{
	struct record record;

	return record_read(
	    &(struct lot_record) { kind, length, bytes }, &record);
}

/* A newer bankd's; told apart from damage. */
static void
test_unknown_kind(void **state)
{
	static const uint8_t bytes[LOT_RECORD_MAX];

	(void)state;
	assert_int_equal(read_record(0, bytes, 1), BANK_EINVAL);
	for (unsigned kind = RECORD_KINDS; kind <= UINT8_MAX; kind++)
		assert_int_equal(
		    read_record((uint8_t)kind, bytes, 1), BANK_EINVAL);
}

/* Each kind one byte short at every place, and one byte too long. */
static void
test_record_lengths(void **state)
{
	struct record records[RECORD_KINDS];
	struct lot lot = { 0 };
	struct lot_record bytes;
	struct lot_head head;
	struct lot_view view;
	uint8_t digest[LOT_DIGEST], longer[LOT_RECORD_MAX] = { 0 };

	(void)state;
	make_lot(&lot, records, &head, ANY, digest);
	assert_int_equal(
	    lot_read(lot.bytes, lot_padded(lot.length), &sha, &view), 0);
	while (lot_next(&view, &bytes)) {
		for (size_t length = 0; length < bytes.length; length++)
			assert_int_equal(
			    read_record(bytes.kind, bytes.bytes, length),
			    BANK_EDAMAGED);
		memcpy(longer, bytes.bytes, bytes.length);
		assert_int_equal(
		    read_record(bytes.kind, longer, bytes.length + 1),
		    BANK_EDAMAGED);
	}
	lot_free(&lot);
}

/* Values that no record has: each is damage. */
static void
test_record_values(void **state)
{
	struct record record;
	struct lot lot = { 0 };
	uint8_t *bytes;
	size_t length;

	(void)state;
	fill_record(&record, RECORD_ENTRY, LEAST);
	assert_int_equal(record_add(&lot, &record), 0);
	bytes = lot.bytes + LOT_HEAD + 3;
	length = lot.length - LOT_HEAD - 3;
	assert_int_equal(read_record(RECORD_ENTRY, bytes, length), 0);
	bytes[32] = LEDGER_KIND_COUNT;
	assert_int_equal(
	    read_record(RECORD_ENTRY, bytes, length), BANK_EDAMAGED);
	bytes[32] = 0;
	bytes[38] = WIRE_CHECKING + 1; /* the debit's account */
	assert_int_equal(
	    read_record(RECORD_ENTRY, bytes, length), BANK_EDAMAGED);

	lot_clear(&lot);
	fill_record(&record, RECORD_KIOSK, MOST);
	assert_int_equal(record_add(&lot, &record), 0);
	length = lot.length - LOT_HEAD - 3;
	bytes[length - 1] = 2; /* revoked */
	assert_int_equal(
	    read_record(RECORD_KIOSK, bytes, length), BANK_EDAMAGED);
	bytes[length - 1] = 1;
	assert_int_equal(read_record(RECORD_KIOSK, bytes, length), 0);
	bytes[1] = '\0'; /* within the name */
	assert_int_equal(
	    read_record(RECORD_KIOSK, bytes, length), BANK_EDAMAGED);
	lot_free(&lot);
}

/* What may not be written isn't: the rules above hold on both ways. */
static void
test_record_not_written(void **state)
{
	struct record record;
	struct lot lot = { 0 };

	(void)state;
	fill_record(&record, RECORD_ENTRY, LEAST);
	record.entry.kind = LEDGER_KIND_COUNT;
	assert_int_equal(record_add(&lot, &record), BANK_EINVAL);
	record.entry.kind = LEDGER_TRANSFER;
	record.entry.credit.account = (enum wire_account)(WIRE_CHECKING + 1);
	assert_int_equal(record_add(&lot, &record), BANK_EINVAL);
	assert_int_equal(lot.length, 0);
	lot_free(&lot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_claims_too_much),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_unknown_kind),
		cmocka_unit_test(test_record_lengths),
		cmocka_unit_test(test_record_values),
		cmocka_unit_test(test_record_not_written),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
