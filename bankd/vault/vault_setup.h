/* SPDX-License-Identifier: ISC */
/*
 * The vault's start and stop: everything between its configuration and its
 * loop, in order, and back.
 */
#ifndef BANKD_VAULT_SETUP_H
#define BANKD_VAULT_SETUP_H

#include <stddef.h>

struct vault;

/*
 * Key, sandbox and lock; then store, files and threads.  0, or a code of
 * sysexits(3) with what is wrong and what to do in error.  VAULT_WAITS of
 * vault_open(): another program holds bank.db, and it may be called again.
 */
#define VAULT_WAITS (-1)
int vault_setup(struct vault *vault, char *error, size_t size);
int vault_open(struct vault *vault, char *error, size_t size);
/*
 * A proper stop: files synced, then the marker.  A code of sysexits(3).
 */
int vault_stop(struct vault *vault);
/* Frees what there is; wipes keys. */
void vault_teardown(struct vault *vault);

/* Takes over what a reload can change; also part of the setup. */
void vault_configure(struct vault *vault);

#endif
