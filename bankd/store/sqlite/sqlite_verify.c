/* SPDX-License-Identifier: ISC */
/*
 * The proof of everything: each entry by the rules, from the first to the
 * last, on balances that begin at 0; the chain; the accounts' rows; the
 * sum; at last SQLite's own check of pages and indices.  A reader's, run by
 * bankctl or a thread of the vault's.
 *
 * Entries never change, so they are read in chunks, a moment each: a proof
 * of a large bank must not keep the WAL from beginning anew.  Only the last
 * chunk and the accounts' rows are of one moment.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../store_files.h"
#include "../store_verify.h"
#include "sqlite_connection.h"
#include "sqlite_reader.h"

#define CHUNK 65536

struct proven {
	char id[LEDGER_ID_SIZE];
	struct proof_account account;
};

struct proof {
	struct store_reader *reader;
	struct proven *accounts;
	uint32_t count;
	size_t size;
	struct proof_head head;
	uint64_t audits; /* the newest audit record that was proven; its link */
	uint8_t audit_chain[CHAIN_SIZE];
	char *error;
	size_t error_size;
};

static int
damaged(const struct proof *proof, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(proof->error, proof->error_size, format, arguments);
	va_end(arguments);
	return BANK_EDAMAGED;
}

static const char *
proven_id(void *context, uint32_t number)
{
	const struct proof *proof = context;

	return number <= proof->count ? proof->accounts[number - 1].id : NULL;
}

static int
add_account(struct proof *proof, const struct ledger_account *account)
{
	size_t count = (size_t)proof->count + 1;

	if (account->number != proof->count + 1)
		return damaged(
		    proof, "account %" PRIu32 ": missing", proof->count + 1);
	if (array_room(proof->accounts, proof->size, count) != 0)
		return BANK_ENOMEM;
	proof->accounts[proof->count] = (struct proven) { 0 };
	string_copy(proof->accounts[proof->count++].id, account->id,
	    sizeof(account->id));
	return 0;
}

/* Calls `each` for the rows of accounts from a number on. */
static int
each_account(struct proof *proof, uint32_t after,
    int (*each)(struct proof *proof, const struct ledger_account *account))
{
	struct store_connection *connection = &proof->reader->connection;
	sqlite3_stmt *row =
	    sqlite_connection_statement(connection, SQL_ACCOUNT_AFTER);
	struct ledger_account account;
	int code = SQLITE_ERROR, error = 0;

	sqlite3_bind_int64(row, 1, after);
	while (error == 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
		if (sqlite_account_read(row, &account) != 0)
			error = damaged(proof,
			    "account %" PRIu32 ": unreadable", account.number);
		else
			error = each(proof, &account);
	}
	sqlite3_reset(row);
	return error != 0 ? error : sqlite_connection_error(connection, code);
}

/* What the entry says that it takes back, or NULL where that is missing. */
static int
find_withdrawal(struct proof *proof, const struct ledger_entry *entry,
    struct ledger_entry *withdrawal, bool *found)
{
	int error;

	*found = false;
	if (entry->reverses == 0)
		return 0;
	error = sqlite_reader_entry(
	    proof->reader, entry->reverses, withdrawal, proven_id, proof);
	*found = error == 0;
	return error == BANK_ENOTFOUND ? 0 : error;
}

static int
prove_entry(struct proof *proof, const struct ledger_entry *entry)
{
	struct proof_account *debit =
	    &proof->accounts[entry->debit.number - 1].account;
	struct proof_account *credit =
	    &proof->accounts[entry->credit.number - 1].account;
	struct ledger_entry withdrawal;
	uint64_t seq = proof->head.seq + 1;
	bool found;
	int fault =
	    proof_link(&proof->reader->connection.chain, &proof->head, entry);

	if (fault == PROOF_NONE)
		fault = find_withdrawal(proof, entry, &withdrawal, &found);
	if (fault == PROOF_NONE)
		fault = (int)proof_money(
		    entry, debit, credit, found ? &withdrawal : NULL);
	if (fault < 0)
		return fault;
	if (fault != PROOF_NONE)
		return damaged(proof, "entry %" PRIu64 ": %s", seq,
		    proof_fault_text((enum proof_fault)fault));
	memcpy(debit->cents, entry->debit.cents, sizeof(debit->cents));
	memcpy(credit->cents, entry->credit.cents, sizeof(credit->cents));
	debit->last_seq = credit->last_seq = entry->seq;
	return 0;
}

/* The next chunk; *more is set where it was a whole one. */
static int
prove_chunk(struct proof *proof, bool *more)
{
	sqlite3_stmt *row = sqlite_connection_statement(
	    &proof->reader->connection, SQL_ENTRY_AFTER);
	struct ledger_entry entry;
	uint64_t first = proof->head.seq;
	int found = 1, error;

	error = each_account(proof, proof->count, add_account);
	if (error != 0)
		return error;
	sqlite3_bind_int64(row, 1, (int64_t)proof->head.seq);
	sqlite3_bind_int64(row, 2, CHUNK);
	while (error == 0 &&
	    (found = sqlite_reader_next(
		 proof->reader, row, &entry, proven_id, proof)) == 1)
		error = prove_entry(proof, &entry);
	sqlite3_reset(row);
	if (found == BANK_EDAMAGED)
		return damaged(proof, "entry %" PRIu64 ": unreadable",
		    proof->head.seq + 1);
	*more = proof->head.seq - first == CHUNK;
	return error != 0 ? error : found;
}

static int
prove_balances(const struct proof *proof, const struct ledger_account *account,
    const int64_t cents[2])
{
	if (memcmp(cents, account->cents, sizeof(account->cents)) == 0)
		return 0;
	return damaged(proof,
	    "account %s: its balances are not those of entry %" PRIu64,
	    account->id, account->last_seq);
}

/*
 * A row may be older than the newest entry of its account, but not older
 * than the mark: back from the newest, its own comes before any at the mark.
 */
static int
prove_lag(
    struct proof *proof, const struct ledger_account *account, uint64_t mark)
{
	struct ledger_entry entry;
	const struct ledger_posting *posting;
	uint64_t seq = proof->accounts[account->number - 1].account.last_seq;
	int64_t cents[2] = { 0, 0 };
	int error;

	while (seq != account->last_seq) {
		if (seq <= mark)
			return damaged(proof,
			    "account %s: names entry %" PRIu64
			    ", not its newest",
			    account->id, account->last_seq);
		error = sqlite_reader_entry(
		    proof->reader, seq, &entry, proven_id, proof);
		if (error != 0)
			return error;
		posting = entry.debit.number == account->number ? &entry.debit
								: &entry.credit;
		seq = posting->previous_seq;
	}
	if (seq != 0) {
		error = sqlite_reader_entry(
		    proof->reader, seq, &entry, proven_id, proof);
		if (error != 0)
			return error;
		posting = entry.debit.number == account->number ? &entry.debit
								: &entry.credit;
		memcpy(cents, posting->cents, sizeof(cents));
	}
	return prove_balances(proof, account, cents);
}

static int
prove_account(struct proof *proof, const struct ledger_account *account)
{
	const struct proven *proven = &proof->accounts[account->number - 1];
	int error = 0;
	int64_t mark;

	if (strcmp(proven->id, account->id) != 0)
		return damaged(
		    proof, "account %s: its ID was changed", account->id);
	if (account->last_seq == proven->account.last_seq)
		return prove_balances(proof, account, proven->account.cents);
	if (account->last_seq > proof->head.seq)
		return damaged(proof,
		    "account %s: names entry %" PRIu64 ", which is missing",
		    account->id, account->last_seq);
	mark = sqlite_connection_meta_number(
	    &proof->reader->connection, "mark", &error);
	return error != 0 ? error : prove_lag(proof, account, (uint64_t)mark);
}

static int
prove_sum(const struct proof *proof)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < proof->count; i++) {
		sum += (uint64_t)proof->accounts[i].account.cents[0];
		sum += (uint64_t)proof->accounts[i].account.cents[1];
	}
	return sum == 0 ? 0
			: damaged(proof, "the sum of all accounts is not 0");
}

static int
prove_audit(struct proof *proof, sqlite3_stmt *row)
{
	uint8_t link[CHAIN_SIZE];
	struct audit audit;
	int error;

	if (sqlite_audit_read(row, &audit) != 0)
		return damaged(proof, "audit record %" PRIu64 ": unreadable",
		    proof->audits + 1);
	if (audit.number != proof->audits + 1)
		return damaged(proof, "audit record %" PRIu64 ": missing",
		    proof->audits + 1);
	error = audit_next(
	    &proof->reader->connection.chain, proof->audit_chain, &audit, link);
	if (error != 0)
		return error;
	if (memcmp(link, audit.chain, sizeof(link)) != 0 ||
	    audit.seq > proof->head.seq || audit.of >= audit.number)
		return damaged(proof,
		    "audit record %" PRIu64 ": does not fit the chain",
		    audit.number);
	proof->audits = audit.number;
	memcpy(proof->audit_chain, link, sizeof(link));
	return 0;
}

/* In the moment of the last entries. */
static int
prove_audits(struct proof *proof)
{
	struct store_connection *connection = &proof->reader->connection;
	sqlite3_stmt *row =
	    sqlite_connection_statement(connection, SQL_AUDIT_AFTER);
	int code = SQLITE_ERROR, error = 0;

	sqlite3_bind_int64(row, 1, 0);
	while (error == 0 && (code = sqlite3_step(row)) == SQLITE_ROW)
		error = prove_audit(proof, row);
	sqlite3_reset(row);
	return error != 0 ? error : sqlite_connection_error(connection, code);
}

/* Pages, types and indices: a txid out of its index could be used twice. */
static int
prove_pages(const struct proof *proof)
{
	sqlite3_stmt *row = NULL;
	const char *text, *line;
	int code, error = 0;

	code = sqlite3_prepare_v2(proof->reader->connection.db,
	    "PRAGMA integrity_check(1)", -1, &row, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(row);
	if (code == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(row, 0);
		line = text != NULL ? strrchr(text, '\n') : NULL;
		if (text == NULL || strcmp(text, "ok") != 0)
			error = damaged(proof, STORE_FILE ": %s",
			    line != NULL ? line + 1 : text);
	} else
		error =
		    sqlite_connection_error(&proof->reader->connection, code);
	sqlite3_finalize(row);
	return error;
}

static int
prove(struct proof *proof)
{
	bool more = true;
	int error = 0;

	while (error == 0 && more) {
		error = sqlite_reader_begin(proof->reader);
		if (error != 0)
			break;
		error = prove_chunk(proof, &more);
		if (error == 0 && !more)
			error = each_account(proof, 0, prove_account);
		if (error == 0 && !more)
			error = prove_audits(proof);
		sqlite_reader_end(proof->reader);
	}
	if (error == 0)
		error = prove_sum(proof);
	if (error == 0)
		error = sqlite_reader_begin(proof->reader);
	if (error == 0) {
		error = prove_pages(proof);
		sqlite_reader_end(proof->reader);
	}
	return error;
}

int
store_reader_verify(struct store_reader *reader, struct store_heads *heads,
    char *error_text, size_t size)
{
	struct proof proof = {
		.reader = reader, .error = error_text, .error_size = size
	};
	int error;

	error_text[0] = '\0';
	error = prove(&proof);
	if (error != 0 && error_text[0] == '\0')
		snprintf(error_text, size, "%s",
		    reader->connection.db != NULL
			? sqlite3_errmsg(reader->connection.db)
			: bank_strerror(error));
	heads->seq = proof.head.seq;
	memcpy(heads->chain, proof.head.chain, CHAIN_SIZE);
	heads->audits = proof.audits;
	memcpy(heads->audit_chain, proof.audit_chain, CHAIN_SIZE);
	free(proof.accounts);
	return error;
}
