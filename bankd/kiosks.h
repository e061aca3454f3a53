/* SPDX-License-Identifier: ISC */
/*
 * The enrolled kiosks, in memory: read from the store at the start and after
 * each change.  The vault's.
 */
#ifndef BANKD_KIOSKS_H
#define BANKD_KIOSKS_H

#include <stddef.h>

#include "store.h"

struct kiosks {
	struct store_kiosk *list; /* in order of name */
	size_t count, size;
};

/* Replaces what is there.  0, BANK_ENOMEM or what the store returns. */
int kiosks_load(struct kiosks *kiosks, struct store *store);
void kiosks_free(struct kiosks *kiosks);

/* NULL where there is none, or it is revoked. */
const struct store_kiosk *kiosks_find(
    const struct kiosks *kiosks, const char *name);

#endif
