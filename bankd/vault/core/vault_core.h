/* SPDX-License-Identifier: ISC */
/*
 * What every room of the vault may ask of the process.  To the rooms of
 * guards and verbs `struct vault` is a handle that they hand on; this is all
 * that they get out of it.
 */
#ifndef BANKD_VAULT_CORE_H
#define BANKD_VAULT_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "figures.h"
#include "../../base/latency.h"
#include "../../base/options.h"

#define VAULT_PAST_SECONDS 60

struct books;
struct job;
struct vault;

/* The pools of threads: who gets a job. */
enum vault_pool {
	VAULT_WORKERS,    /* logins, and hashes */
	VAULT_CROWD,      /* logins while many wait */
	VAULT_STATEMENTS, /* HISTORY, with a store_reader */
	VAULT_OPERATOR,   /* the operator's questions, likewise */
	VAULT_POOLS
};

struct vault_counts {
	uint64_t logins, refused, transactions, batches;
	uint64_t requests;    /* of sessions, since the last tick */
	size_t largest_batch; /* steps */
	struct latency commits;
	struct figures figures;
	/* `transactions` as it was at each of the last ticks, oldest first */
	uint64_t past[VAULT_PAST_SECONDS];
};

struct books *vault_books(struct vault *vault);
struct vault_counts *vault_counts(struct vault *vault);
void vault_submit(struct vault *vault, enum vault_pool pool, struct job *job);

/* The value in force of a key of bankd.ini(5). */
int64_t vault_option(const struct vault *vault, enum bankd_option option);

/* Tells the monitor why and ends the process; nobody is answered. */
_Noreturn void vault_fail(
    struct vault *vault, int exit_code, const char *reason);

/*
 * Whether one more line about strangers goes to the log: so many a second,
 * and one that says how many were left out.
 */
bool vault_tells(struct vault *vault);
/* Once a second: says how many lines were left out, if any. */
void vault_tell_untold(struct vault *vault);

#endif
