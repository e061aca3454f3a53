/* SPDX-License-Identifier: ISC */
/*
 * Searches.  An entry's number and its time rise together (proof.h), so two
 * times are two numbers, which are found by halving.
 */
#include "search.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"

#define LIMIT_DEFAULT 20
#define ALL_ENTRIES (SEARCH_JOURNAL | SEARCH_HISTORY)
#define ALL (ALL_ENTRIES | SEARCH_ACCOUNTS | SEARCH_AUDIT)
#define TIMED (ALL | SEARCH_STATEMENT)

static int
take_since(struct search *search, const char *value)
{
	return zone_parse(value, clock_real_ms(), &search->since_ms);
}

static int
take_until(struct search *search, const char *value)
{
	return zone_parse(value, clock_real_ms(), &search->until_ms);
}

static int
take_account(struct search *search, const char *value)
{
	search->account = value;
	return 0;
}

static int
take_kiosk(struct search *search, const char *value)
{
	search->kiosk = value;
	return 0;
}

static int
take_kind(struct search *search, const char *value)
{
	for (int kind = 0; kind < LEDGER_KIND_COUNT; kind++) {
		if (strcmp(ledger_kind_name((enum ledger_kind)kind), value) ==
		    0) {
			search->kind = kind;
			return 0;
		}
	}
	return BANK_EINVAL;
}

/* `5..10`, `5..`, `..10` or `5`. */
static int
take_amount(struct search *search, const char *value)
{
	const char *dots = strstr(value, "..");
	size_t length = dots != NULL ? (size_t)(dots - value) : strlen(value);
	int error = 0;

	if (length > 0 || dots == NULL)
		error = money_parse(value, length, &search->least_cents);
	if (error == 0 && dots == NULL)
		search->most_cents = search->least_cents;
	else if (error == 0 && dots[2] != '\0')
		error = money_parse(
		    dots + 2, strlen(dots + 2), &search->most_cents);
	if (error == 0 && search->least_cents > search->most_cents)
		error = BANK_EINVAL;
	return error;
}

static int
take_txid(struct search *search, const char *value)
{
	search->has_txid = true;
	return wire_parse_txid(value, strlen(value), search->txid);
}

static int
take_before(struct search *search, const char *value)
{
	return number_parse(value, 1, INT64_MAX, &search->before_seq);
}

static int
take_limit(struct search *search, const char *value)
{
	return number_parse(value, 1, SEARCH_LIMIT_MAX, &search->limit);
}

static int
take_memo(struct search *search, const char *value)
{
	search->memo = value;
	return 0;
}

static int
take_about(struct search *search, const char *value)
{
	search->about = value;
	return 0;
}

static int
take_by(struct search *search, const char *value)
{
	search->by = value;
	return 0;
}

static int
take_name(struct search *search, const char *value)
{
	search->name = value;
	return 0;
}

static int
take_locked(struct search *search, const char *value)
{
	(void)value;
	search->locked = true;
	return 0;
}

static int
take_closed(struct search *search, const char *value)
{
	(void)value;
	search->closed = true;
	return 0;
}

static const struct option {
	const char *name;
	unsigned of;
	const char *value; /* its word in the usage; NULL: it takes none */
	int (*take)(struct search *search, const char *value);
	const char *form;
} options[] = {
	{ "--since", TIMED, "time", take_since,
	    "a time is 2026-11-28, 2026-11-28T09:30, the same with Z or an "
	    "offset, today or yesterday" },
	{ "--until", TIMED, "time", take_until,
	    "a time is 2026-11-28, 2026-11-28T09:30, the same with Z or an "
	    "offset, today or yesterday" },
	{ "--account", SEARCH_JOURNAL, "id", take_account, "" },
	{ "--account", SEARCH_AUDIT, "id", take_about, "" },
	{ "--by", SEARCH_AUDIT, "operator", take_by, "" },
	{ "--kiosk", ALL_ENTRIES, "name", take_kiosk, "" },
	{ "--kind", ALL_ENTRIES, "kind", take_kind,
	    "a kind is transfer, deposit, withdraw, adjust, reversal or cash" },
	{ "--amount", ALL_ENTRIES | SEARCH_ACCOUNTS, "least..most", take_amount,
	    "a range is 5..10, the least first, 5.. or ..10, or one amount" },
	{ "--txid", ALL_ENTRIES, "txid", take_txid,
	    "a transaction ID has 32 digits, 0-9 and a-f" },
	{ "--memo", ALL_ENTRIES, "text", take_memo, "" },
	{ "--name", SEARCH_ACCOUNTS, "text", take_name, "" },
	{ "--locked", SEARCH_ACCOUNTS, NULL, take_locked, "" },
	{ "--closed", SEARCH_ACCOUNTS, NULL, take_closed, "" },
	{ "--before", ALL_ENTRIES, "seq", take_before,
	    "the number of an entry is 1 or more" },
	{ "--limit", ALL, "count", take_limit,
	    "count is a number from 1 to 1000000" },
};

static const struct option *
find(const char *word, enum search_of of)
{
	for (size_t i = 0; i < NELEM(options); i++) {
		if ((options[i].of & of) != 0 &&
		    strcmp(options[i].name, word) == 0)
			return &options[i];
	}
	return NULL;
}

/* The words without an option: whose, and `history`'s how many. */
static const struct option *
find_plain(enum search_of of, int plain)
{
	if (plain == 0 && (of & (SEARCH_HISTORY | SEARCH_STATEMENT)) != 0)
		return find("--account", SEARCH_JOURNAL);
	return plain == 1 && of == SEARCH_HISTORY ? find("--limit", of) : NULL;
}

int
search_parse(struct search *search, enum search_of of, int count,
    char *const words[], char *error, size_t size)
{
	const struct option *option;
	const char *value;
	int plain = 0;

	*search = (struct search) { .until_ms = UINT64_MAX,
		.kind = -1,
		.least_cents = INT64_MIN,
		.most_cents = INT64_MAX,
		.limit = (of & ALL_ENTRIES) == 0 ? SEARCH_LIMIT_MAX
						 : LIMIT_DEFAULT };
	for (int i = 0; i < count; i++) {
		value = words[i];
		option = find(value, of);
		if (option == NULL && strncmp(value, "--", 2) != 0)
			option = find_plain(of, plain++);
		else if (option != NULL && option->value != NULL)
			value = ++i < count ? words[i] : NULL;
		if (option == NULL || value == NULL) {
			snprintf(error, size, "%s %s",
			    words[i - (value == NULL)],
			    option == NULL ? "is no option here"
					   : "needs a value behind it");
			return EX_USAGE;
		}
		if (option->take(search, value) != 0) {
			snprintf(error, size, "%s %s: %s", option->name, value,
			    option->form);
			return EX_DATAERR;
		}
	}
	if (search->since_ms > search->until_ms) {
		snprintf(error, size, "--until is a time before --since");
		return EX_DATAERR;
	}
	return 0;
}

static bool
is_side(const struct search *search, const struct ledger_entry *entry)
{
	return search->account == NULL ||
	    strcmp(search->account, entry->debit.id) == 0 ||
	    strcmp(search->account, entry->credit.id) == 0;
}

static bool
has_memo(const struct search *search, const struct ledger_entry *entry)
{
	return search->memo == NULL ||
	    strcasestr(entry->memo, search->memo) != NULL ||
	    strcasestr(entry->reason, search->memo) != NULL;
}

static bool
takes(const struct search *search, const struct ledger_entry *entry)
{
	return entry->time_ms >= search->since_ms &&
	    entry->time_ms < search->until_ms &&
	    (search->before_seq == 0 || entry->seq < search->before_seq) &&
	    (search->kind == -1 || (int)entry->kind == search->kind) &&
	    entry->amount_cents >= search->least_cents &&
	    entry->amount_cents <= search->most_cents &&
	    (!search->has_txid ||
		memcmp(search->txid, entry->txid, sizeof(entry->txid)) == 0) &&
	    (search->kiosk == NULL ||
		strcmp(search->kiosk, entry->kiosk) == 0) &&
	    has_memo(search, entry) && is_side(search, entry);
}

bool
search_takes_account(const struct search *search,
    const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	int64_t sum =
	    account->cents[WIRE_SAVINGS] + account->cents[WIRE_CHECKING];

	return account->opened_ms >= search->since_ms &&
	    account->opened_ms < search->until_ms &&
	    sum >= search->least_cents && sum <= search->most_cents &&
	    (search->account == NULL ||
		strcmp(search->account, account->id) == 0) &&
	    (!search->locked || holder->locked) &&
	    (!search->closed || account->closed_ms != 0) &&
	    (search->name == NULL ||
		strcasestr(account->id, search->name) != NULL ||
		strcasestr(holder->name, search->name) != NULL);
}

static bool
note_entry(void *context, const struct ledger_entry *entry)
{
	*(struct ledger_entry *)context = *entry;
	return false;
}

int
search_first_seq(struct store_reader *reader, uint64_t time_ms, uint64_t *seq)
{
	struct ledger_entry entry = { 0 };
	uint64_t least = 1, most, middle;
	int error;

	error = store_reader_entries_back(reader, 0, note_entry, &entry);
	most = entry.seq + 1;
	while (error == 0 && least < most) {
		middle = least + (most - least) / 2;
		error = store_reader_entries(
		    reader, middle - 1, note_entry, &entry);
		if (entry.time_ms >= time_ms)
			most = middle;
		else
			least = middle + 1;
	}
	*seq = least;
	return error;
}

/* A search that is under way. */
struct run {
	const struct search *search;
	bool (*each)(void *context, const struct ledger_entry *entry);
	void *context;
	uint64_t first_seq; /* older ones are not wanted */
};

static bool
look_at(void *context, const struct ledger_entry *entry)
{
	const struct run *run = context;

	if (entry->seq < run->first_seq)
		return false;
	return !takes(run->search, entry) || run->each(run->context, entry);
}

/* Where to begin to walk back, and where it ends. */
static int
find_bounds(const struct search *search, struct store_reader *reader,
    struct run *run, uint64_t *before_seq)
{
	int error = 0;

	*before_seq = search->before_seq;
	run->first_seq = 1;
	if (search->since_ms != 0)
		error =
		    search_first_seq(reader, search->since_ms, &run->first_seq);
	if (error == 0 && search->until_ms != UINT64_MAX) {
		error = search_first_seq(reader, search->until_ms, before_seq);
		if (search->before_seq != 0 && search->before_seq < *before_seq)
			*before_seq = search->before_seq;
	}
	return error;
}

int
search_entries(const struct search *search, struct store_reader *reader,
    bool (*each)(void *context, const struct ledger_entry *entry),
    void *context)
{
	struct run run = { search, each, context, 0 };
	uint64_t before_seq;
	int error;

	if (search->has_txid)
		return store_reader_txid(reader, search->txid, look_at, &run);
	if ((error = find_bounds(search, reader, &run, &before_seq)) != 0 ||
	    run.first_seq == before_seq)
		return error;
	if (search->account != NULL)
		return store_reader_walk(reader,
		    &(struct store_walk) { .number = search->number,
			.newest = search->newest_seq,
			.before_seq = before_seq,
			.count = SIZE_MAX },
		    look_at, &run);
	return store_reader_entries_back(reader, before_seq, look_at, &run);
}

/* Whether UID or NAME of `UID:NAME`, which may go on, is this text. */
static bool
is_user(const char *text, const char *user)
{
	size_t length = strlen(text), uid = strcspn(user, ":");
	const char *name = user + uid + (user[uid] == ':');

	return (length == uid && strncmp(text, user, uid) == 0) ||
	    (length == strcspn(name, "()") && strncmp(text, name, length) == 0);
}

/* `2:bin(33:www-data)` is found by all of it, and by both users. */
static bool
is_by(const struct search *search, const char *by)
{
	const char *peer = strchr(by, '(');

	return search->by == NULL || strcmp(search->by, by) == 0 ||
	    is_user(search->by, by) ||
	    (peer != NULL && is_user(search->by, peer + 1));
}

bool
search_takes_audit(const struct search *search, const struct audit *audit)
{
	return audit->time_ms >= search->since_ms &&
	    audit->time_ms < search->until_ms && is_by(search, audit->by) &&
	    (search->about == NULL || strcmp(search->about, audit->about) == 0);
}
