/* SPDX-License-Identifier: ISC */
/*
 * One program of tests for every store: test_store.c has it run over SQLite
 * and its journals, test_store_memory.c over the tests' own.
 */
#ifndef TESTS_STORE_CONTRACT_H
#define TESTS_STORE_CONTRACT_H

#include <stdint.h>

struct store;

/* Of each store: closed and opened anew, as after a kill. */
struct store *store_contract_again(struct store *store, const char *directory);
/* Of each store that was closed: its proof must hold, up to this entry. */
void store_contract_proven(const char *directory, uint64_t seq);

/* Runs the tests under that name; returns how many failed. */
int store_contract_run(const char *name);

#endif
