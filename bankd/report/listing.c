/* SPDX-License-Identifier: ISC */
/*
 * The rows of `bankctl journal`, `history` and `accounts`.
 */
#include "listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"
#include "../store/store_audits.h"

#define NONE "-"
#define SEQ_SIZE 24

static const char *
seq_text(uint64_t seq, char text[SEQ_SIZE])
{
	snprintf(text, SEQ_SIZE, "%" PRIu64, seq);
	return seq == 0 ? NONE : text;
}

static const char *
or_none(const char *text)
{
	return text[0] != '\0' ? text : NONE;
}

static const char *
time_text(uint64_t time_ms, char text[ZONE_TIME_TEXT])
{
	return time_ms == 0 ? NONE : zone_text(time_ms, text);
}

/* The bank's own accounts are neither savings nor checking. */
static const char *
account_text(const struct ledger_posting *posting)
{
	return ledger_is_own(posting->id)
	    ? NONE
	    : ledger_account_name(posting->account);
}

/* Counts an entry: false where the limit was reached before it. */
static bool
count(struct listing *listing, uint64_t seq)
{
	if (listing->rows == listing->search->limit) {
		listing->more = true;
		return false;
	}
	listing->rows++;
	listing->last_seq = seq;
	return true;
}

static bool
journal_row(void *context, const struct ledger_entry *entry)
{
	static const uint8_t no_txid[WIRE_TXID_SIZE];
	struct listing *listing = context;
	char seq[SEQ_SIZE], reverses[SEQ_SIZE], time[ZONE_TIME_TEXT];
	char amount[MONEY_TEXT_SIZE], txid[WIRE_TXID_TEXT] = NONE;

	if (!count(listing, entry->seq))
		return false;
	if (memcmp(entry->txid, no_txid, sizeof(no_txid)) != 0)
		wire_format_txid(entry->txid, txid);
	return listing->row(listing->context, '+',
	    TEXTS(seq_text(entry->seq, seq), zone_text(entry->time_ms, time),
		ledger_kind_name(entry->kind), entry->debit.id,
		account_text(&entry->debit), entry->credit.id,
		account_text(&entry->credit),
		money_format(entry->amount_cents, amount),
		or_none(entry->kiosk), seq_text(entry->reverses, reverses),
		txid, or_none(entry->memo), or_none(entry->by),
		or_none(entry->reason)));
}

int
listing_journal(struct listing *listing)
{
	static const char *const columns[] = { "seq", "time", "kind", "from",
		"from-account", "to", "to-account", "amount", "kiosk",
		"reverses", "txid", "memo", "by", "reason" };

	(void)listing->row(listing->context, '=', NELEM(columns), columns);
	return search_entries(
	    listing->search, listing->reader, journal_row, listing);
}

/* As the customer's statement has it. */
static bool
put_posting(
    struct listing *listing, const struct ledger_entry *entry, bool is_debit)
{
	const struct ledger_posting *own =
	    is_debit ? &entry->debit : &entry->credit;
	const struct ledger_posting *other =
	    is_debit ? &entry->credit : &entry->debit;
	char seq[SEQ_SIZE], time[ZONE_TIME_TEXT], account[2] = "1";
	char amount[MONEY_TEXT_SIZE], balance[MONEY_TEXT_SIZE];

	account[0] = (char)('1' + own->account);
	return listing->row(listing->context, '+',
	    TEXTS(seq_text(entry->seq, seq), zone_text(entry->time_ms, time),
		ledger_kind_name(entry->kind), account,
		money_format(
		    is_debit ? -entry->amount_cents : entry->amount_cents,
		    amount),
		money_format(own->cents[own->account], balance),
		entry->kind == LEDGER_TRANSFER ? other->id : NONE,
		or_none(entry->kiosk), or_none(entry->memo), or_none(entry->by),
		or_none(entry->reason)));
}

/* A transfer between a customer's own accounts has two rows. */
static bool
history_row(void *context, const struct ledger_entry *entry)
{
	struct listing *listing = context;
	uint32_t number = listing->search->number;

	if (!count(listing, entry->seq))
		return false;
	return (entry->debit.number != number ||
		   put_posting(listing, entry, true)) &&
	    (entry->credit.number != number ||
		put_posting(listing, entry, false));
}

int
listing_history(struct listing *listing)
{
	static const char *const columns[] = { "seq", "time", "kind", "account",
		"amount", "balance", "counterparty", "kiosk", "memo", "by",
		"reason" };

	(void)listing->row(listing->context, '=', NELEM(columns), columns);
	return search_entries(
	    listing->search, listing->reader, history_row, listing);
}

static bool
account_row(void *context, const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	struct listing *listing = context;
	char savings[MONEY_TEXT_SIZE], checking[MONEY_TEXT_SIZE];
	char opened[ZONE_TIME_TEXT], last_login[ZONE_TIME_TEXT];

	if (!search_takes_account(listing->search, account, holder))
		return true;
	if (!count(listing, 0))
		return false;
	return listing->row(listing->context, '+',
		   TEXTS(account->id, holder->name,
		       money_format(account->cents[WIRE_SAVINGS], savings),
		       money_format(account->cents[WIRE_CHECKING], checking),
		       account->closed_ms != 0 ? "closed"
			   : holder->locked    ? "locked"
					       : "open",
		       time_text(account->opened_ms, opened),
		       time_text(account->last_login_ms, last_login))) &&
	    listing->search->account == NULL;
}

int
listing_accounts(struct listing *listing)
{
	static const char *const columns[] = { "id", "name", "savings",
		"checking", "state", "opened", "last-login" };

	(void)listing->row(listing->context, '=', NELEM(columns), columns);
	return store_reader_accounts(listing->reader, account_row, listing);
}

static bool
audit_row(void *context, const struct audit *audit)
{
	struct listing *listing = context;
	char number[SEQ_SIZE], seq[SEQ_SIZE], of[SEQ_SIZE];
	char time[ZONE_TIME_TEXT];

	if (!search_takes_audit(listing->search, audit))
		return true;
	if (!count(listing, 0))
		return false;
	return listing->row(listing->context, '+',
	    TEXTS(seq_text(audit->number, number),
		zone_text(audit->time_ms, time), or_none(audit->by),
		or_none(audit->verb), or_none(audit->about),
		or_none(audit->detail), or_none(audit->reason),
		seq_text(audit->seq, seq), seq_text(audit->of, of)));
}

int
listing_audit(struct listing *listing)
{
	static const char *const columns[] = { "number", "time", "by", "verb",
		"about", "detail", "reason", "entry", "of" };

	(void)listing->row(listing->context, '=', NELEM(columns), columns);
	return store_reader_audits(listing->reader, 0, audit_row, listing);
}

/* A case waits until it is settled. */
static bool
request_row(void *context, const struct audit *audit)
{
	struct listing *listing = context;
	const struct search *search = listing->search;
	uint64_t expires_ms = strcmp(audit->verb, "request") == 0
	    ? audit->time_ms + search->request_ms
	    : 0;
	char number[SEQ_SIZE], time[ZONE_TIME_TEXT], expires[ZONE_TIME_TEXT];

	if (!count(listing, 0))
		return false;
	return listing->row(listing->context, '+',
	    TEXTS(seq_text(audit->number, number),
		zone_text(audit->time_ms, time), or_none(audit->by),
		or_none(audit->verb), or_none(audit->about),
		or_none(audit->detail), or_none(audit->reason),
		expires_ms != 0 && search->now_ms >= expires_ms ? "expired"
								: "waiting",
		time_text(expires_ms, expires)));
}

int
listing_requests(struct listing *listing)
{
	static const char *const columns[] = { "number", "time", "by", "verb",
		"about", "detail", "reason", "state", "expires" };

	(void)listing->row(listing->context, '=', NELEM(columns), columns);
	return store_reader_waiting(listing->reader, request_row, listing);
}

void
listing_say_more(const struct listing *listing, char *text, size_t size)
{
	if (listing->last_seq == 0)
		snprintf(text, size, "there are more; --limit shows them");
	else
		snprintf(text, size,
		    "there are more; --before %" PRIu64 " shows them",
		    listing->last_seq);
}
