/* SPDX-License-Identifier: ISC */
/*
 * The sums of a day.  The bank's own accounts are few, and each entry has the
 * balances after it: so the opening is looked up, the day's entries are read
 * once, and the closing, which is looked up too, proves the sums.
 */
#include "day.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"
#include "search.h"

/* An entry has the time at which its batch began, and is there later. */
#define LAST_BOOKING_MS 60000

/* The two lines that are sums of others come first. */
enum { BANK, CASH, OWN };

struct reading {
	struct day *day;
	int error;
};

static int
add_account(struct day *day, const char *name, uint32_t number)
{
	if (array_room(day->accounts, day->size, day->count + 1) != 0)
		return BANK_ENOMEM;
	day->accounts[day->count] = (struct day_account) { .number = number };
	string_copy(day->accounts[day->count++].name, name, LEDGER_ID_SIZE);
	return 0;
}

static bool
add_own(void *context, const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	struct reading *reading = context;
	struct day *day = reading->day;

	(void)holder;
	if (!ledger_is_own(account->id) || account->opened_ms >= day->until_ms)
		return true;
	reading->error = add_account(day, account->id, account->number);
	if (reading->error == 0)
		day->accounts[day->count - 1].last_seq = account->last_seq;
	return reading->error == 0;
}

static int
read_accounts(struct day *day, struct store_reader *reader)
{
	struct reading reading = { day, 0 };
	int error = add_account(day, DAY_BANK, 0);

	if (error == 0)
		error = add_account(day, DAY_CASH, 0);
	if (error == 0)
		error = store_reader_accounts(reader, add_own, &reading);
	return error != 0 ? error : reading.error;
}

static bool
note_entry(void *context, const struct ledger_entry *entry)
{
	*(struct ledger_entry *)context = *entry;
	return false;
}

/* What an own account held before entry `seq`. */
static int
balance_before(const struct day_account *account, struct store_reader *reader,
    uint64_t seq, int64_t *cents)
{
	struct ledger_entry entry = { 0 };
	int error;

	*cents = 0;
	if (account->last_seq == 0)
		return 0;
	error = store_reader_walk(reader,
	    &(struct store_walk) { .number = account->number,
		.newest = account->last_seq,
		.before_seq = seq,
		.count = 1 },
	    note_entry, &entry);
	if (error == 0 && entry.seq != 0)
		*cents = -(entry.debit.number == account->number
			? entry.debit.cents[WIRE_SAVINGS]
			: entry.credit.cents[WIRE_SAVINGS]);
	return error;
}

static int
read_balances(struct day *day, struct store_reader *reader)
{
	struct day_account *accounts = day->accounts;
	int error = 0;

	for (size_t i = OWN; error == 0 && i < day->count; i++) {
		error = balance_before(
		    &accounts[i], reader, day->first_seq, &accounts[i].opening);
		if (error == 0)
			error = balance_before(&accounts[i], reader,
			    day->last_seq + 1, &accounts[i].closing);
		for (size_t j = BANK; j < OWN; j++) {
			if (j == CASH && !ledger_is_cash(accounts[i].name))
				continue;
			accounts[j].opening += accounts[i].opening;
			accounts[j].closing += accounts[i].closing;
		}
	}
	return error;
}

static void
add_sum(struct day_account *account, const struct ledger_entry *entry,
    int64_t in, int64_t out)
{
	struct day_sum *sum = &account->sums[entry->kind];

	sum->entries++;
	sum->in += in;
	sum->out += out;
}

/* One side of an entry, on an account of the bank's own. */
static void
add_side(struct day *day, const struct ledger_entry *entry,
    const struct ledger_posting *side, int64_t in, int64_t out)
{
	for (size_t i = OWN; i < day->count; i++) {
		if (day->accounts[i].number != side->number)
			continue;
		add_sum(&day->accounts[i], entry, in, out);
		if (ledger_is_cash(day->accounts[i].name))
			add_sum(&day->accounts[CASH], entry, in, out);
	}
}

static bool
add_entry(void *context, const struct ledger_entry *entry)
{
	struct day *day = context;
	const int64_t cents = entry->amount_cents;
	const int64_t out = ledger_is_own(entry->debit.id) ? 0 : cents;
	const int64_t in = ledger_is_own(entry->credit.id) ? 0 : cents;

	if (entry->seq > day->last_seq)
		return false;
	if (in != 0 || out != 0)
		add_sum(&day->accounts[BANK], entry, in, out);
	add_side(day, entry, &entry->debit, cents, 0);
	add_side(day, entry, &entry->credit, 0, cents);
	return true;
}

/* Whether what came in and went out leads from one balance to the other. */
static bool
adds_up(const struct day_account *account)
{
	int64_t cents = account->opening;

	for (size_t i = 0; i < NELEM(account->sums); i++)
		cents += account->sums[i].in - account->sums[i].out;
	return cents == account->closing;
}

static int
read_entries(struct day *day, struct store_reader *reader)
{
	int error = 0;

	if (day->first_seq <= day->last_seq)
		error = store_reader_entries(
		    reader, day->first_seq - 1, add_entry, day);
	for (size_t i = 0; error == 0 && i < day->count; i++) {
		if (!adds_up(&day->accounts[i]))
			error = BANK_EDAMAGED;
	}
	return error;
}

/* The entries of the day, and the head that it leaves. */
static int
find_entries(struct day *day, struct store_reader *reader)
{
	struct ledger_entry entry = { 0 };
	int error;

	error = search_first_seq(reader, day->from_ms, &day->first_seq);
	if (error == 0)
		error = search_first_seq(reader, day->until_ms, &day->last_seq);
	day->last_seq--;
	if (error == 0 && day->last_seq != 0)
		error = store_reader_entries(
		    reader, day->last_seq - 1, note_entry, &entry);
	memcpy(day->chain, entry.chain, sizeof(day->chain));
	return error;
}

bool
day_is_over(uint64_t until_ms)
{
	return clock_real_ms() >= until_ms + LAST_BOOKING_MS;
}

int
day_read(struct day *day, struct store_reader *reader, uint64_t time_ms)
{
	int error;

	*day = (struct day) { .from_ms = zone_midnight(time_ms, 0),
		.until_ms = zone_midnight(time_ms, 1) };
	day->over = day_is_over(day->until_ms);
	error = find_entries(day, reader);
	if (error == 0)
		error = read_accounts(day, reader);
	if (error == 0)
		error = read_balances(day, reader);
	if (error == 0)
		error = read_entries(day, reader);
	return error;
}

void
day_free(struct day *day)
{
	free(day->accounts);
	*day = (struct day) { .accounts = NULL };
}
