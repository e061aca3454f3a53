/* SPDX-License-Identifier: ISC */
/*
 * Rows of `entry` and `account` to structs and back.
 */
#include "sqlite_rows.h"

#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

enum entry_column {
	ENTRY_SEQ,
	ENTRY_TIME,
	ENTRY_TXID,
	ENTRY_KIND,
	ENTRY_KIOSK,
	ENTRY_DEBIT,
	ENTRY_DEBIT_ACCOUNT,
	ENTRY_CREDIT,
	ENTRY_CREDIT_ACCOUNT,
	ENTRY_AMOUNT,
	ENTRY_DEBIT_SAVINGS,
	ENTRY_DEBIT_CHECKING,
	ENTRY_CREDIT_SAVINGS,
	ENTRY_CREDIT_CHECKING,
	ENTRY_DEBIT_PREVIOUS,
	ENTRY_CREDIT_PREVIOUS,
	ENTRY_REVERSES,
	ENTRY_CHAIN,
	ENTRY_MEMO,
	ENTRY_BY,
	ENTRY_REASON
};

enum account_column {
	ACCOUNT_NUMBER,
	ACCOUNT_LINE,
	ACCOUNT_ID,
	ACCOUNT_SAVINGS,
	ACCOUNT_CHECKING,
	ACCOUNT_LAST_SEQ,
	ACCOUNT_OPENED,
	ACCOUNT_CLOSED,
	ACCOUNT_LAST_LOGIN,
	ACCOUNT_DAY,
	ACCOUNT_DAY_TRANSFER,
	ACCOUNT_DAY_WITHDRAW,
	ACCOUNT_LIMITS, /* four of them */
	ACCOUNT_MUST_CHANGE = ACCOUNT_LIMITS + 4
};

enum audit_column {
	AUDIT_NUMBER,
	AUDIT_TIME,
	AUDIT_BY,
	AUDIT_VERB,
	AUDIT_ABOUT,
	AUDIT_DETAIL,
	AUDIT_REASON,
	AUDIT_SEQ,
	AUDIT_OF,
	AUDIT_CHAIN
};

static const uint8_t no_txid[WIRE_TXID_SIZE];

static void
bind(sqlite3_stmt *row, int column, int64_t value)
{
	sqlite3_bind_int64(row, column + 1, value);
}

static void
bind_text(sqlite3_stmt *row, int column, const char *text)
{
	if (text[0] == '\0')
		sqlite3_bind_null(row, column + 1);
	else
		sqlite3_bind_text(row, column + 1, text, -1, SQLITE_STATIC);
}

/* Texts and bytes are not copied: they must last until the step. */
void
sqlite_entry_bind(sqlite3_stmt *row, const struct ledger_entry *entry)
{
	const struct ledger_posting *debit = &entry->debit;
	const struct ledger_posting *credit = &entry->credit;

	bind(row, ENTRY_SEQ, (int64_t)entry->seq);
	bind(row, ENTRY_TIME, (int64_t)entry->time_ms);
	if (memcmp(entry->txid, no_txid, sizeof(no_txid)) == 0)
		sqlite3_bind_null(row, ENTRY_TXID + 1);
	else
		sqlite3_bind_blob(row, ENTRY_TXID + 1, entry->txid,
		    sizeof(entry->txid), SQLITE_STATIC);
	bind(row, ENTRY_KIND, entry->kind);
	sqlite3_bind_text(
	    row, ENTRY_KIOSK + 1, entry->kiosk, -1, SQLITE_STATIC);
	bind(row, ENTRY_DEBIT, debit->number);
	bind(row, ENTRY_DEBIT_ACCOUNT, debit->account);
	bind(row, ENTRY_CREDIT, credit->number);
	bind(row, ENTRY_CREDIT_ACCOUNT, credit->account);
	bind(row, ENTRY_AMOUNT, entry->amount_cents);
	bind(row, ENTRY_DEBIT_SAVINGS, debit->cents[WIRE_SAVINGS]);
	bind(row, ENTRY_DEBIT_CHECKING, debit->cents[WIRE_CHECKING]);
	bind(row, ENTRY_CREDIT_SAVINGS, credit->cents[WIRE_SAVINGS]);
	bind(row, ENTRY_CREDIT_CHECKING, credit->cents[WIRE_CHECKING]);
	bind(row, ENTRY_DEBIT_PREVIOUS, (int64_t)debit->previous_seq);
	bind(row, ENTRY_CREDIT_PREVIOUS, (int64_t)credit->previous_seq);
	if (entry->reverses == 0)
		sqlite3_bind_null(row, ENTRY_REVERSES + 1);
	else
		bind(row, ENTRY_REVERSES, (int64_t)entry->reverses);
	sqlite3_bind_blob(row, ENTRY_CHAIN + 1, entry->chain,
	    sizeof(entry->chain), SQLITE_STATIC);
	bind_text(row, ENTRY_MEMO, entry->memo);
	bind_text(row, ENTRY_BY, entry->by);
	bind_text(row, ENTRY_REASON, entry->reason);
}

static bool
read_text(sqlite3_stmt *row, int column, char *text, size_t size)
{
	const unsigned char *value = sqlite3_column_text(row, column);

	return value != NULL &&
	    string_copy(text, (const char *)value, size) < size;
}

/* What NULL stands for is the empty text, which an entry has no other way. */
static bool
read_optional(sqlite3_stmt *row, int column, char *text, size_t size)
{
	text[0] = '\0';
	return sqlite3_column_type(row, column) == SQLITE_NULL ||
	    (read_text(row, column, text, size) && text[0] != '\0');
}

static bool
read_bytes(sqlite3_stmt *row, int column, uint8_t *bytes, size_t size)
{
	const void *value = sqlite3_column_blob(row, column);

	if (value == NULL || (size_t)sqlite3_column_bytes(row, column) != size)
		return false;
	memcpy(bytes, value, size);
	return true;
}

static bool
read_posting(sqlite3_stmt *row, struct ledger_posting *posting, bool is_debit,
    store_id_of *id_of, void *context)
{
	int64_t number =
	    sqlite3_column_int64(row, is_debit ? ENTRY_DEBIT : ENTRY_CREDIT);
	int which = sqlite3_column_int(
	    row, is_debit ? ENTRY_DEBIT_ACCOUNT : ENTRY_CREDIT_ACCOUNT);
	int balances = is_debit ? ENTRY_DEBIT_SAVINGS : ENTRY_CREDIT_SAVINGS;
	const char *id;

	if (number <= 0 || number > UINT32_MAX || which < WIRE_SAVINGS ||
	    which > WIRE_CHECKING)
		return false;
	posting->number = (uint32_t)number;
	posting->account = (enum wire_account)which;
	posting->cents[0] = sqlite3_column_int64(row, balances);
	posting->cents[1] = sqlite3_column_int64(row, balances + 1);
	posting->previous_seq = (uint64_t)sqlite3_column_int64(
	    row, is_debit ? ENTRY_DEBIT_PREVIOUS : ENTRY_CREDIT_PREVIOUS);
	id = id_of(context, posting->number);
	if (id == NULL)
		return false;
	string_copy(posting->id, id, sizeof(posting->id));
	return true;
}

int
sqlite_entry_read(sqlite3_stmt *row, struct ledger_entry *entry,
    store_id_of *id_of, void *context)
{
	int kind = sqlite3_column_int(row, ENTRY_KIND);

	*entry = (struct ledger_entry) { 0 };
	entry->seq = (uint64_t)sqlite3_column_int64(row, ENTRY_SEQ);
	entry->time_ms = (uint64_t)sqlite3_column_int64(row, ENTRY_TIME);
	entry->amount_cents = sqlite3_column_int64(row, ENTRY_AMOUNT);
	entry->reverses = (uint64_t)sqlite3_column_int64(row, ENTRY_REVERSES);
	if (kind < 0 || kind >= LEDGER_KIND_COUNT || entry->amount_cents <= 0)
		return BANK_EDAMAGED;
	entry->kind = (enum ledger_kind)kind;
	if (sqlite3_column_type(row, ENTRY_TXID) != SQLITE_NULL &&
	    !read_bytes(row, ENTRY_TXID, entry->txid, WIRE_TXID_SIZE))
		return BANK_EDAMAGED;
	if (!read_text(row, ENTRY_KIOSK, entry->kiosk, sizeof(entry->kiosk)) ||
	    !read_bytes(row, ENTRY_CHAIN, entry->chain, sizeof(entry->chain)) ||
	    !read_posting(row, &entry->debit, true, id_of, context) ||
	    !read_posting(row, &entry->credit, false, id_of, context) ||
	    !read_optional(row, ENTRY_MEMO, entry->memo, sizeof(entry->memo)) ||
	    !read_optional(row, ENTRY_BY, entry->by, sizeof(entry->by)) ||
	    !read_optional(
		row, ENTRY_REASON, entry->reason, sizeof(entry->reason)))
		return BANK_EDAMAGED;
	return 0;
}

void
sqlite_account_bind(sqlite3_stmt *row, const struct ledger_account *account)
{
	size_t i;

	bind(row, ACCOUNT_NUMBER, account->number);
	bind(row, ACCOUNT_LINE, account->line);
	sqlite3_bind_text(row, ACCOUNT_ID + 1, account->id, -1, SQLITE_STATIC);
	bind(row, ACCOUNT_SAVINGS, account->cents[WIRE_SAVINGS]);
	bind(row, ACCOUNT_CHECKING, account->cents[WIRE_CHECKING]);
	bind(row, ACCOUNT_LAST_SEQ, (int64_t)account->last_seq);
	bind(row, ACCOUNT_OPENED, (int64_t)account->opened_ms);
	bind(row, ACCOUNT_CLOSED, (int64_t)account->closed_ms);
	bind(row, ACCOUNT_LAST_LOGIN, (int64_t)account->last_login_ms);
	bind(row, ACCOUNT_DAY, account->day);
	bind(row, ACCOUNT_DAY_TRANSFER, account->day_transfer);
	bind(row, ACCOUNT_DAY_WITHDRAW, account->day_withdraw);
	for (i = 0; i < NELEM(account->own_limit); i++)
		bind(row, ACCOUNT_LIMITS + (int)i, account->own_limit[i]);
	bind(row, ACCOUNT_MUST_CHANGE, account->must_change);
}

int
sqlite_account_read(sqlite3_stmt *row, struct ledger_account *account)
{
	size_t i;

	*account = (struct ledger_account) { 0 };
	account->number = (uint32_t)sqlite3_column_int64(row, ACCOUNT_NUMBER);
	account->line = sqlite3_column_int(row, ACCOUNT_LINE);
	account->cents[0] = sqlite3_column_int64(row, ACCOUNT_SAVINGS);
	account->cents[1] = sqlite3_column_int64(row, ACCOUNT_CHECKING);
	account->last_seq =
	    (uint64_t)sqlite3_column_int64(row, ACCOUNT_LAST_SEQ);
	account->opened_ms =
	    (uint64_t)sqlite3_column_int64(row, ACCOUNT_OPENED);
	account->closed_ms =
	    (uint64_t)sqlite3_column_int64(row, ACCOUNT_CLOSED);
	account->last_login_ms =
	    (uint64_t)sqlite3_column_int64(row, ACCOUNT_LAST_LOGIN);
	account->day = (uint32_t)sqlite3_column_int64(row, ACCOUNT_DAY);
	account->day_transfer = sqlite3_column_int64(row, ACCOUNT_DAY_TRANSFER);
	account->day_withdraw = sqlite3_column_int64(row, ACCOUNT_DAY_WITHDRAW);
	for (i = 0; i < NELEM(account->own_limit); i++)
		account->own_limit[i] =
		    sqlite3_column_int64(row, ACCOUNT_LIMITS + (int)i);
	account->must_change =
	    sqlite3_column_int(row, ACCOUNT_MUST_CHANGE) != 0;
	if (!read_text(row, ACCOUNT_ID, account->id, sizeof(account->id)) ||
	    ledger_is_own(account->id) != (account->line < 0))
		return BANK_EDAMAGED;
	/* What the rules and the lines of the two files take for granted. */
	return (account->line < 0 ||
		   wire_is_id(account->id, strlen(account->id))) &&
		ledger_in_range(account->id, account->cents)
	    ? 0
	    : BANK_EDAMAGED;
}

void
sqlite_audit_bind(sqlite3_stmt *row, const struct audit *audit)
{
	bind(row, AUDIT_NUMBER, (int64_t)audit->number);
	bind(row, AUDIT_TIME, (int64_t)audit->time_ms);
	bind_text(row, AUDIT_BY, audit->by);
	bind_text(row, AUDIT_VERB, audit->verb);
	bind_text(row, AUDIT_ABOUT, audit->about);
	bind_text(row, AUDIT_DETAIL, audit->detail);
	bind_text(row, AUDIT_REASON, audit->reason);
	bind(row, AUDIT_SEQ, (int64_t)audit->seq);
	bind(row, AUDIT_OF, (int64_t)audit->of);
	sqlite3_bind_blob(row, AUDIT_CHAIN + 1, audit->chain,
	    sizeof(audit->chain), SQLITE_STATIC);
}

int
sqlite_audit_read(sqlite3_stmt *row, struct audit *audit)
{
	*audit = (struct audit) { 0 };
	audit->number = (uint64_t)sqlite3_column_int64(row, AUDIT_NUMBER);
	audit->time_ms = (uint64_t)sqlite3_column_int64(row, AUDIT_TIME);
	audit->seq = (uint64_t)sqlite3_column_int64(row, AUDIT_SEQ);
	audit->of = (uint64_t)sqlite3_column_int64(row, AUDIT_OF);
	return read_optional(row, AUDIT_BY, audit->by, sizeof(audit->by)) &&
		read_optional(
		    row, AUDIT_VERB, audit->verb, sizeof(audit->verb)) &&
		read_optional(
		    row, AUDIT_ABOUT, audit->about, sizeof(audit->about)) &&
		read_optional(
		    row, AUDIT_DETAIL, audit->detail, sizeof(audit->detail)) &&
		read_optional(
		    row, AUDIT_REASON, audit->reason, sizeof(audit->reason)) &&
		read_bytes(row, AUDIT_CHAIN, audit->chain, sizeof(audit->chain))
	    ? 0
	    : BANK_EDAMAGED;
}
