/* SPDX-License-Identifier: ISC */
/*
 * The enrolled kiosks, in memory: read from the store at the start and after
 * each change.  The vault's, but for the rules.
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

/*
 * The rule of `kiosk add` and of `kiosk rekey`, for the vault and for bankctl
 * on a bank that is stopped.  `present` is the kiosk of that name that there
 * is, or NULL; *kiosk the wanted one, whose right to cash a rekey sets to
 * what it was.  0; or BANK_EINVAL, and in `reason` a sentence on why not and
 * what to do.
 */
#define KIOSKS_REASON_SIZE 192
typedef int kiosks_rule(const struct store_kiosk *present,
    struct store_kiosk *kiosk, char reason[KIOSKS_REASON_SIZE]);
kiosks_rule kiosks_may_add, kiosks_may_rekey;

#endif
