/* SPDX-License-Identifier: ISC */
/*
 * The journal of a store that is opened: what bank.db lacks is taken over.
 */
#ifndef BANKD_SQLITE_JOURNAL_H
#define BANKD_SQLITE_JOURNAL_H

#include <stddef.h>

#include "../store_open.h"

struct lots_opening {
	const char *directory;
	char *error;
	size_t size;
};
/* Takes over what bank.db doesn't have; *end is then STORE_BROKEN. */
int sqlite_open_journal(struct store *store, enum store_end *end,
    const struct lots_opening *opening);

#endif
