/* SPDX-License-Identifier: ISC */
/*
 * The part of `bankd -t` that concerns the state: whether a start would take
 * the directory, bank.db and the two files as they are.  Changes nothing
 * there, takes no lock, and leaves a bankd that runs alone.
 */
#ifndef BANKD_VAULT_CHECK_H
#define BANKD_VAULT_CHECK_H

#include <stddef.h>

#include "../../shared/config/config.h"

/* 0, or a code of sysexits(3) and the reason. */
int vault_check(const struct config *config, char *error, size_t size);

#endif
