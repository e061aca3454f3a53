/* SPDX-License-Identifier: ISC */
/*
 * Fixtures of the store's tests (store_fixture.h).
 */
#include "shared_journal.h"
#include "store_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../../bankd/store/sqlite/sqlite_state.h"
#include "../../bankd/store/store_reader.h"
#include "../../bankd/store/store_verify.h"
#include "../../shared/base/money.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "fault_vfs.h"

static const struct ledger_limits no_limits = {
	.limit = { MONEY_MAX_CENTS, MONEY_MAX_CENTS, MONEY_MAX_CENTS,
	    MONEY_MAX_CENTS, MONEY_MAX_CENTS }
};

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fixture: %s\n", what);
	abort();
}

char *
fixture_directory(void)
{
	const char *base = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/store-XXXXXX",
	    base != NULL ? base : "/tmp");
	must(mkdtemp(path) != NULL, "mkdtemp");
	return strdup(path);
}

void
fixture_empty(const char *directory)
{
	DIR *dir = opendir(directory);
	char path[PATH_MAX];
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (unlink(path) == -1 && errno == EISDIR) {
			fixture_empty(path);
			(void)rmdir(path);
		}
	}
	if (dir != NULL)
		closedir(dir);
}

void
fixture_remove(char *directory)
{
	fixture_empty(directory);
	must(rmdir(directory) == 0, "rmdir");
	free(directory);
}

int
fixture_setup(void **state)
{
	fault_vfs_register();
	fault_vfs_skip_syncs(true);
	fault_vfs_set(FAULT_WRITE, 0, SQLITE_OK, 0);
	*state = fixture_directory();
	return 0;
}

int
fixture_teardown(void **state)
{
	fixture_remove(*state);
	return 0;
}

const char *
fixture_path(const char *directory, const char *name)
{
	static char paths[4][PATH_MAX];
	static int next;

	next = (next + 1) % 4;
	snprintf(paths[next], PATH_MAX, "%s/%s", directory, name);
	return paths[next];
}

char *
fixture_read(const char *directory, const char *name, size_t *length)
{
	char *data;
	size_t size;

	if (file_read(fixture_path(directory, name), 1 << 30, &data, &size) !=
	    0)
		return NULL;
	if (length != NULL)
		*length = size;
	return data;
}

void
fixture_write(const char *directory, const char *name, const char *text)
{
	FILE *file = fopen(fixture_path(directory, name), "w");

	must(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, name);
}

int64_t
fixture_number(const char *directory, const char *sql)
{
	sqlite3_stmt *row;
	sqlite3 *db;
	int64_t answer;

	sqlite3_open(fixture_path(directory, "bank.db"), &db);
	must(sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
		sqlite3_step(row) == SQLITE_ROW,
	    sql);
	answer = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return answer;
}

void
fixture_change(const char *directory, const char *sql)
{
	sqlite3 *db;

	sqlite3_open(fixture_path(directory, "bank.db"), &db);
	sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
	sqlite3_close(db);
}

void
fixture_seed(void)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);

	printf("seed %u\n", seed);
	fflush(stdout);
	srandom(seed);
}

long
fixture_stride(void)
{
	const char *given = getenv("CALLS");

	return given != NULL ? strtol(given, NULL, 10) : 1;
}

long
fixture_first(void)
{
	static long asked;

	return 1 + asked++ % fixture_stride();
}

/* JOURNAL=shared: over that engine, in a file of the directory. */
struct store *
fixture_open(const char *directory, enum store_end *end)
{
	static struct shared_options shared;
	static char path[PATH_MAX];
	struct store_options options = { .directory = directory };
	enum store_end ignored;
	struct store *store;
	char error[512];
	int result;

	if (getenv("JOURNAL") != NULL) {
		snprintf(path, sizeof(path), "%s/shared", directory);
		shared.path = path;
		options.journal = shared_journal_open;
		options.engine = &shared;
		options.host = 1;
	}
	result = store_open(&store, &options, end != NULL ? end : &ignored,
	    error, sizeof(error));
	must(result == 0, error);
	return store;
}

static int
give(struct store *store, struct ledger_account *cash,
    struct ledger_account *customer, enum wire_account account)
{
	struct ledger_entry entry = { .kind = LEDGER_DEPOSIT,
		.amount_cents = 100000 };
	struct ledger_rules rules = { .limits = &no_limits,
		.now_ms = FIXTURE_NOW };

	if (ledger_book(&entry, (struct ledger_leg) { cash, WIRE_SAVINGS },
		(struct ledger_leg) { customer, account }, &rules) != WIRE_DONE)
		return -1;
	return store_append(store, &entry, cash, customer);
}

void
fixture_customers(struct store *store, unsigned count)
{
	struct ledger_account *cash, *customer;
	char id[16];
	unsigned i;
	int error;

	error = store_account_new(store, ":cash/x", "", "", FIXTURE_NOW, &cash);
	for (i = 0; error == 0 && i < count; i++) {
		snprintf(id, sizeof(id), "c%u", i);
		error = store_account_new(
		    store, id, "A Name", "hash", FIXTURE_NOW, &customer);
		if (error == 0)
			error = give(store, cash, customer, WIRE_SAVINGS);
		if (error == 0)
			error = give(store, cash, customer, WIRE_CHECKING);
	}
	must(error == 0 && store_commit(store) == 0, "customers");
}

int
fixture_transfer(struct store *store, const char *from, const char *to,
    int64_t cents, uint64_t now_ms, const uint8_t *txid,
    struct ledger_entry *entry)
{
	const char *ids[2] = { from, to };
	struct ledger_account *accounts[2];
	struct ledger_entry made = {
		.kind = LEDGER_TRANSFER, .amount_cents = cents, .kiosk = "lobby"
	};
	struct ledger_rules rules = { .limits = &no_limits, .now_ms = now_ms };
	struct ledger_leg debit, credit;
	int error = store_begin(store, ids, 2, accounts);

	if (error != 0)
		return error;
	must(accounts[0] != NULL && accounts[1] != NULL, "no such account");
	if (txid != NULL)
		memcpy(made.txid, txid, sizeof(made.txid));
	debit = (struct ledger_leg) { accounts[0], WIRE_CHECKING };
	credit = (struct ledger_leg) { accounts[1],
		accounts[0] == accounts[1] ? WIRE_SAVINGS : WIRE_CHECKING };
	must(
	    ledger_book(&made, debit, credit, &rules) == WIRE_DONE, "transfer");
	error = store_append(store, &made, accounts[0], accounts[1]);
	if (entry != NULL)
		*entry = made;
	return error;
}

static const char *
id_of(void *context, uint32_t number)
{
	static char id[LEDGER_ID_SIZE];
	sqlite3_stmt *row =
	    sqlite_connection_statement(context, SQL_ACCOUNT_ID);

	sqlite3_bind_int64(row, 1, number);
	must(sqlite3_step(row) == SQLITE_ROW, "an account's ID");
	string_copy(id, (const char *)sqlite3_column_text(row, 0), sizeof(id));
	sqlite3_reset(row);
	return id;
}

static void
put_chain(struct store_connection *connection, const struct ledger_entry *entry)
{
	sqlite3_stmt *row;

	must(sqlite3_prepare_v2(connection->db,
		 "UPDATE entry SET chain = ?2 WHERE seq = ?1", -1, &row,
		 NULL) == SQLITE_OK,
	    "an update");
	sqlite3_bind_int64(row, 1, (int64_t)entry->seq);
	sqlite3_bind_blob(
	    row, 2, entry->chain, sizeof(entry->chain), SQLITE_STATIC);
	must(sqlite3_step(row) == SQLITE_DONE, "a chain");
	sqlite3_finalize(row);
}

void
fixture_chain(const char *directory, uint64_t seq)
{
	struct store_connection connection;
	struct ledger_entry entry, before;
	sqlite3_stmt *row;

	must(sqlite_connection_open(&connection, directory) == SQLITE_OK,
	    "open");
	row = sqlite_connection_statement(&connection, SQL_ENTRY_BY_SEQ);
	for (uint64_t i = seq - 1;; i++) {
		sqlite3_bind_int64(row, 1, (int64_t)i);
		if (sqlite3_step(row) != SQLITE_ROW)
			break;
		must(sqlite_entry_read(row, &entry, id_of, &connection) == 0,
		    "read");
		sqlite3_reset(row);
		if (i >= seq) {
			must(chain_next(&connection.chain, before.chain, &entry,
				 entry.chain) == 0,
			    "a digest");
			put_chain(&connection, &entry);
		}
		before = entry;
	}
	sqlite_connection_close(&connection);
}

struct store_reader *
fixture_reader(const char *directory)
{
	struct store_reader *reader;
	char error[512];

	must(store_reader_open(&reader, directory, error, sizeof(error)) == 0,
	    error);
	return reader;
}

uint64_t
fixture_verify(const char *directory)
{
	struct store_reader *reader = fixture_reader(directory);
	struct store_heads heads;
	char error[512];

	must(store_reader_verify(reader, &heads, error, sizeof(error)) == 0,
	    error);
	store_reader_close(reader);
	return heads.seq;
}
