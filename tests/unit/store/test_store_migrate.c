/* SPDX-License-Identifier: ISC */
/*
 * The store's upgrade path, by a table of the test's own: an older database
 * becomes a newer one after a copy, or stays as it was.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../../bankd/store/sqlite/sqlite_migrate.h"
#include "../../../bankd/store/sqlite/sqlite_state.h"
#include "../../../bankd/store/store_attempts.h"
#include "../../../shared/base/error.h"
#include "../../lib/store_fixture.h"

static const struct store_migration good[] = {
	{ STORE_SCHEMA, "CREATE TABLE one (x)" },
	{ STORE_SCHEMA + 1,
	    "CREATE TABLE two (x); INSERT INTO two VALUES (7)" },
	{ STORE_SCHEMA + 2, NULL },
};
static const struct store_migration bad[] = {
	{ STORE_SCHEMA, "CREATE TABLE one (x)" },
	{ STORE_SCHEMA + 1, "INSERT INTO nowhere VALUES (7)" },
	{ STORE_SCHEMA + 2, NULL },
};

struct migrated {
	char *directory, error[512];
	struct store_connection connection;
	int64_t version;
};

static int
setup(void **state)
{
	static struct migrated migrated;
	struct store *store;
	int error = 0;

	migrated = (struct migrated) { .directory = fixture_directory() };
	store = fixture_open(migrated.directory, NULL);
	fixture_customers(store, 2);
	store_commit(store);
	store_close(store);
	assert_int_equal(
	    sqlite_connection_open(&migrated.connection, migrated.directory),
	    SQLITE_OK);
	migrated.version = sqlite_connection_meta_number(
	    &migrated.connection, "schema", &error);
	assert_int_equal(error, 0);
	*state = &migrated;
	return 0;
}

static int
teardown(void **state)
{
	struct migrated *migrated = *state;

	sqlite_connection_close(&migrated->connection);
	fixture_remove(migrated->directory);
	return 0;
}

static int
migrate(struct migrated *migrated, const struct store_migration *table)
{
	return sqlite_migrate(&migrated->connection, migrated->directory, table,
	    migrated->version, migrated->error, sizeof(migrated->error));
}

static int64_t
number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *row;
	int64_t result = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		result = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return result;
}

/* Opened on its own; it is what was there, and nobody else's to read. */
static void
expect_copy(const struct migrated *migrated)
{
	struct stat st;
	sqlite3 *db;
	glob_t found;

	assert_int_equal(
	    glob(fixture_path(migrated->directory, "bank.db.schema*.*Z"), 0,
		NULL, &found),
	    0);
	assert_int_equal(found.gl_pathc, 1);
	assert_int_equal(stat(found.gl_pathv[0], &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_equal(sqlite3_open(found.gl_pathv[0], &db), SQLITE_OK);
	assert_int_equal(
	    number(db, "SELECT value FROM meta WHERE key = 'schema'"),
	    migrated->version);
	assert_int_equal(number(db, "SELECT count(*) FROM account"), 3);
	assert_int_equal(number(db, "SELECT count(*) FROM one"), -1);
	sqlite3_close(db);
	globfree(&found);
}

static void
test_all_steps(void **state)
{
	struct migrated *migrated = *state;
	sqlite3 *db = migrated->connection.db;

	assert_int_equal(migrate(migrated, good), 0);
	assert_int_equal(number(db, "SELECT x FROM two"), 7);
	assert_int_equal(number(db, "SELECT count(*) FROM one"), 0);
	assert_int_equal(
	    number(db, "SELECT value FROM meta WHERE key = 'schema'"),
	    STORE_SCHEMA + 2);
	expect_copy(migrated);
}

static void
test_from_the_middle(void **state)
{
	struct migrated *migrated = *state;
	sqlite3 *db = migrated->connection.db;

	migrated->version = STORE_SCHEMA + 1;
	assert_int_equal(migrate(migrated, good), 0);
	assert_int_equal(number(db, "SELECT x FROM two"), 7);
	assert_int_equal(number(db, "SELECT count(*) FROM one"), -1);
}

static void
test_a_step_that_fails_changes_nothing(void **state)
{
	struct migrated *migrated = *state;
	sqlite3 *db = migrated->connection.db;

	assert_int_not_equal(migrate(migrated, bad), 0);
	assert_non_null(strstr(migrated->error, "nowhere"));
	assert_int_equal(number(db, "SELECT count(*) FROM one"), -1);
	assert_int_equal(
	    number(db, "SELECT value FROM meta WHERE key = 'schema'"),
	    STORE_SCHEMA);
	expect_copy(migrated);
}

static void
test_nothing_to_do(void **state)
{
	struct migrated *migrated = *state;
	glob_t found;

	assert_int_equal(migrate(migrated, sqlite_migrations), 0);
	assert_int_equal(
	    glob(fixture_path(migrated->directory, "bank.db.schema*"), 0, NULL,
		&found),
	    GLOB_NOMATCH);
	migrated->version = 0;
	assert_int_equal(migrate(migrated, good), BANK_EINVAL);
	assert_non_null(strstr(migrated->error, "schema 0"));
}

/* What schema 1 had in the place of attempts and strangers. */
static const char schema_1[] =
    "DROP TABLE attempt; DROP TABLE stranger;"
    "CREATE TABLE attempt ("
    " key BLOB PRIMARY KEY, count INTEGER NOT NULL,"
    " pending INTEGER NOT NULL, time INTEGER NOT NULL,"
    " locked_until INTEGER NOT NULL, success INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX attempt_time ON attempt (time, locked_until);"
    "INSERT INTO attempt VALUES (zeroblob(16), 3, 1, 7, 8, 9);"
    "DELETE FROM meta WHERE key IN ('lot', 'digest', 'journal');"
    "ALTER TABLE entry DROP COLUMN memo; ALTER TABLE entry DROP COLUMN by;"
    "ALTER TABLE entry DROP COLUMN reason; DROP TABLE audit;"
    "ALTER TABLE account DROP COLUMN must_change; DROP TABLE stock;"
    "UPDATE meta SET value = 1 WHERE key = 'schema'";
#define ALL_SQL                                                              \
	"SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema " \
	"ORDER BY name)"

static char *
all_sql(const char *directory)
{
	sqlite3_stmt *row;
	sqlite3 *db;
	char *sql;

	assert_int_equal(
	    sqlite3_open(fixture_path(directory, "bank.db"), &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, ALL_SQL, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	sql = strdup((const char *)sqlite3_column_text(row, 0));
	sqlite3_finalize(row);
	sqlite3_close(db);
	return sql;
}

/* A bank of schema 1 becomes as a new one is, and forgets no attempt. */
static void
test_from_schema_1(void **state)
{
	struct migrated *migrated = *state;
	struct store_attempt row = { .owner = 2 };
	char *fresh = all_sql(migrated->directory), *made;
	struct store *store;

	assert_int_equal(
	    sqlite3_exec(migrated->connection.db, schema_1, NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite_connection_close(&migrated->connection);
	fixture_empty(fixture_path(migrated->directory, "journal"));
	store = fixture_open(migrated->directory, NULL);
	made = all_sql(migrated->directory);
	assert_string_equal(made, fresh);
	assert_int_equal(store_attempt_get(store, &row), 0);
	assert_true(row.stranger);
	/* What was pending is taken back, as at any start. */
	assert_int_equal(row.count, 2);
	assert_int_equal(row.time_ms, 7);
	assert_int_equal(row.locked_until_ms, 8);
	assert_int_equal(row.success_ms, 9);
	store_close(store);
	free(fresh);
	free(made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_all_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_from_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_step_that_fails_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_nothing_to_do, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_from_schema_1, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
