/* SPDX-License-Identifier: ISC */
/*
 * The books of a simulated bank, replayed from their first entry in arithmetic
 * of our own: balances, days, deeds and the lines of `balance`.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../bankd/store/store_find.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "sim.h"

#define DAY_MS UINT64_C(86400000)
#define LINE 80

static struct sim_account *
account_of(const char *id)
{
	struct sim_books *books = &sim_host->books;

	for (size_t i = 0; i < books->count; i++) {
		if (strcmp(books->accounts[i].id, id) == 0)
			return &books->accounts[i];
	}
	if (books->count == NELEM(books->accounts))
		sim_wrong("so many accounts");
	string_copy(books->accounts[books->count].id, id, LEDGER_ID_SIZE);
	return &books->accounts[books->count++];
}

static int
customer_of(const char *id)
{
	for (int i = 0; i < SIM_CUSTOMERS; i++) {
		if (strcmp(sim_ids[i], id) == 0)
			return i;
	}
	return -1;
}

static void
replay_side(const struct ledger_entry *entry, const struct ledger_posting *side)
{
	struct sim_account *account = account_of(side->id);
	struct sim_books *books = &sim_host->books;
	int customer = customer_of(side->id);
	struct sim_state *state;

	if (side->cents[0] != account->cents[0] ||
	    side->cents[1] != account->cents[1])
		sim_wrong("entry %llu leaves %s with other balances",
		    (unsigned long long)entry->seq, side->id);
	if (side->previous_seq != account->last_seq)
		sim_wrong("entry %llu: the one before of %s",
		    (unsigned long long)entry->seq, side->id);
	if (customer < 0)
		return;
	if (account->cents[0] < 0 || account->cents[1] < 0)
		sim_wrong("entry %llu: %s is in debt",
		    (unsigned long long)entry->seq, side->id);
	if (books->state_count[customer] < SIM_ENTRIES) {
		state =
		    &books->states[customer][books->state_count[customer]++];
		state->seq = entry->seq;
		memcpy(state->cents, account->cents, sizeof(state->cents));
	}
}

/* By the bank's own time, whatever its clock did. */
static void
replay_day(const struct ledger_entry *entry)
{
	int customer = customer_of(entry->debit.id);
	uint64_t day = entry->time_ms / DAY_MS;
	size_t i = day % SIM_DAYS;
	bool over = false;

	if (customer < 0 || strcmp(entry->debit.id, entry->credit.id) == 0)
		return;
	if (sim_host->books.days[customer][i].day != day)
		memset(&sim_host->books.days[customer][i], 0,
		    sizeof(sim_host->books.days[customer][i]));
	sim_host->books.days[customer][i].day = day;
	/* A limit that was lowered below what is used refuses no other kind. */
	if (entry->kind == LEDGER_WITHDRAW)
		over = (sim_host->books.days[customer][i].withdrawn +=
			   entry->amount_cents) >
		    sim_limit_of(customer, entry->seq);
	if (entry->kind == LEDGER_TRANSFER)
		over = (sim_host->books.days[customer][i].transferred +=
			   entry->amount_cents) > SIM_TRANSFER_DAY;
	if (over)
		sim_wrong("entry %llu: over a day's limit of %s",
		    (unsigned long long)entry->seq, entry->debit.id);
}

static void
replay(const struct ledger_entry *entry)
{
	struct sim_books *books = &sim_host->books;

	if (entry->amount_cents <= 0 || entry->time_ms < books->time_ms)
		sim_wrong("entry %llu: its amount, or time goes back",
		    (unsigned long long)entry->seq);
	books->time_ms = entry->time_ms;
	account_of(entry->debit.id)->cents[entry->debit.account] -=
	    entry->amount_cents;
	account_of(entry->credit.id)->cents[entry->credit.account] +=
	    entry->amount_cents;
	replay_side(entry, &entry->debit);
	if (strcmp(entry->debit.id, entry->credit.id) != 0)
		replay_side(entry, &entry->credit);
	account_of(entry->debit.id)->last_seq = entry->seq;
	account_of(entry->credit.id)->last_seq = entry->seq;
	replay_day(entry);
	world->counts[SIM_ENTRIES_MADE]++;
}

static void
trace_deed(int number, bool booked, bool settled)
{
	struct sim_deed *deed = &world->deeds[number];

	if (booked && !deed->booked)
		sim_trace("booked %d\n", number);
	if (settled && !deed->settled)
		sim_trace("settled %d\n", number);
	deed->booked = deed->booked || booked;
	deed->settled = deed->settled || settled;
}

/* The customer's own, wherever the entry has it. */
static void
judge_deeds(bool all)
{
	int from = all || world->deed_count < 12 ? 0 : world->deed_count - 12;
	struct store *store = sim_vault->books->store;
	const struct ledger_account *owner;
	struct ledger_entry entry;
	bool settled;
	int error;

	for (int i = from; i < world->deed_count; i++) {
		const struct sim_deed *deed = &world->deeds[i];

		/* Another host may have what this one hasn't yet. */
		if (deed->seq > store_last_seq(store) && sim_is_one_of_many())
			continue;
		owner = deed->bank
		    ? NULL
		    : store_account(store, sim_ids[deed->customer]);
		error =
		    store_find_txid(store, owner, deed->txid, &entry, &settled);
		trace_deed(i, error == 0, settled);
		if (deed->seq != 0 && (error != 0 || entry.seq != deed->seq))
			sim_wrong("%s: told 200, and there is no entry %llu",
			    deed->request, (unsigned long long)deed->seq);
		if (deed->told_not && error == 0)
			sim_wrong("%s: told no, and there is entry %llu",
			    deed->request, (unsigned long long)entry.seq);
	}
}

static void
judge_accounts(void)
{
	const struct sim_books *books = &sim_host->books;
	const struct ledger_account *account;
	int64_t sum = 0;

	for (size_t i = 0; i < books->count; i++) {
		account = store_account(
		    sim_vault->books->store, books->accounts[i].id);
		if (account == NULL ||
		    memcmp(account->cents, books->accounts[i].cents,
			sizeof(account->cents)) != 0)
			sim_wrong("%s isn't what its entries come to",
			    books->accounts[i].id);
		sum += account->cents[0] + account->cents[1];
	}
	if (sum != 0)
		sim_wrong("the sum is %lld cents", (long long)sum);
}

bool
sim_books_file(void)
{
	char path[192], line[LINE + 1], expected[2 * LINE];
	const struct ledger_account *account;
	char savings[MONEY_TEXT_SIZE], checking[MONEY_TEXT_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%s/balance", sim_host->directory);
	if ((fd = open(path, O_RDONLY)) == -1)
		sim_wrong("there is no balance");
	world->unlike[0] = '\0';
	for (uint32_t i = 0; i < SIM_CUSTOMERS; i++) {
		account = store_account_by_line(sim_vault->books->store, i);
		if (account == NULL ||
		    pread(fd, line, LINE, (off_t)i * LINE) != LINE)
			sim_wrong("balance has no line %u", i + 1);
		line[strcspn(line, "\n")] = '\0';
		money_format_short(account->cents[0], savings);
		money_format_short(account->cents[1], checking);
		snprintf(expected, sizeof(expected), "%s %s %s", account->id,
		    savings, checking);
		if (strncmp(line, expected, strlen(expected)) != 0 ||
		    strspn(line + strlen(expected), " ") !=
			strlen(line + strlen(expected)))
			snprintf(world->unlike, sizeof(world->unlike),
			    "balance has \"%s\", not \"%s\"", line, expected);
	}
	close(fd);
	return world->unlike[0] == '\0';
}

void
sim_books_judge(void)
{
	struct sim_books *books = &sim_host->books;
	struct store *store = sim_vault->books->store;
	bool all = books->checked == 0;
	struct ledger_entry entry;
	bool more = false;

	while (books->checked < store_last_seq(store)) {
		if (store_find_seq(store, books->checked + 1, &entry) != 0 ||
		    entry.seq != books->checked + 1)
			sim_wrong("there is no entry %llu",
			    (unsigned long long)books->checked + 1);
		replay(&entry);
		books->checked++;
		more = true;
	}
	if (!more && !all)
		return;
	judge_accounts();
	/* `balance` has what was answered, line by line. */
	if (!sim_host->edited && !sim_books_file())
		sim_wrong("%s", world->unlike);
	judge_deeds(all);
}

void
sim_books_end(void)
{
	for (unsigned i = 1; i < world->host_count; i++) {
		if (memcmp(world->hosts[0].chain, world->hosts[i].chain,
			sizeof(world->hosts[0].chain)) != 0)
			snprintf(world->wrong, sizeof(world->wrong),
			    "the hosts have %llu and %llu entries, or others",
			    (unsigned long long)world->hosts[0].books.checked,
			    (unsigned long long)world->hosts[i].books.checked);
	}
}

const struct sim_books *
sim_books_newest(void)
{
	const struct sim_books *books = &sim_host->books;

	for (unsigned i = 0; i < world->host_count; i++) {
		if (world->hosts[i].books.checked > books->checked)
			books = &world->hosts[i].books;
	}
	return books;
}

bool
sim_books_are_behind(int customer)
{
	return sim_books_newest()->state_count[customer] >
	    sim_host->books.state_count[customer];
}
