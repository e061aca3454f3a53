/* SPDX-License-Identifier: ISC */
/*
 * What the tests of store and files share: fresh directories, a store that
 * must open, and the few batches that every test begins with.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "../../bankd/store/store_open.h"

struct store_reader;

#define FIXTURE_NOW UINT64_C(1700000000000)

/* A fresh directory below TMPDIR; gone after fixture_remove(). */
char *fixture_directory(void);
/* Removes every file in it. */
void fixture_empty(const char *directory);
void fixture_remove(char *directory);
/*
 * For cmocka: the state is a fresh directory, below a fault_vfs.h that fails
 * nothing and only counts syncs.
 */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define FIXTURE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
/* directory/name, in one of four static buffers. */
const char *fixture_path(const char *directory, const char *name);
/* Whole file, malloc'd, with a NUL; NULL where there is none. */
char *fixture_read(const char *directory, const char *name, size_t *length);
void fixture_write(const char *directory, const char *name, const char *text);

/* The one number that a statement gives, as another process sees it. */
int64_t fixture_number(const char *directory, const char *sql);
/* Statements carried out by another process, behind the store's back. */
void fixture_change(const char *directory, const char *sql);

/* A reader, which must open. */
struct store_reader *fixture_reader(const char *directory);
/* Seeded from SEED or the clock; printed. */
void fixture_seed(void);
/*
 * How far it is from one case to the next, where a test tries all there are:
 * CALLS; 1 is each.  The first is 1, and one more whenever it is asked for.
 */
long fixture_stride(void);
long fixture_first(void);

/* Fails the test where the store doesn't open. */
struct store *fixture_open(const char *directory, enum store_end *end);
/* A batch: opens :cash/x and c0, c1 ... with 1000.00 in each account. */
void fixture_customers(struct store *store, unsigned count);
/* Within a batch: a transfer of checking money, 0 or what store.h says. */
int fixture_transfer(struct store *store, const char *from, const char *to,
    int64_t cents, uint64_t now_ms, const uint8_t *txid,
    struct ledger_entry *entry);
/* Makes the chain anew from an entry on that isn't the first. */
void fixture_chain(const char *directory, uint64_t seq);
/* The proof must hold; returns the head's seq. */
uint64_t fixture_verify(const char *directory);

#endif
