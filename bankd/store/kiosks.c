/* SPDX-License-Identifier: ISC */
/*
 * The enrolled kiosks (the vault's copy of the store's table), and what may
 * become of one.
 */
#include "kiosks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/error.h"

struct load {
	struct kiosks kiosks;
	int error;
};

static void
load_one(void *context, const struct store_kiosk *kiosk)
{
	struct load *load = context;
	struct kiosks *kiosks = &load->kiosks;
	struct store_kiosk *list;
	size_t size;

	if (load->error != 0)
		return;
	if (kiosks->count == kiosks->size) {
		size = kiosks->size == 0 ? 16 : kiosks->size * 2;
		list = realloc(kiosks->list, size * sizeof(*list));
		if (list == NULL) {
			load->error = BANK_ENOMEM;
			return;
		}
		kiosks->list = list;
		kiosks->size = size;
	}
	kiosks->list[kiosks->count++] = *kiosk;
}

static int
compare(const void *a, const void *b)
{
	const struct store_kiosk *one = a, *other = b;

	return strcmp(one->name, other->name);
}

int
kiosks_load(struct kiosks *kiosks, struct store *store)
{
	struct load load = { 0 };
	int error;

	error = store_kiosk_each(store, load_one, &load);
	if (error == 0)
		error = load.error;
	if (error != 0) {
		kiosks_free(&load.kiosks);
		return error;
	}
	if (load.kiosks.count > 0)
		qsort(load.kiosks.list, load.kiosks.count,
		    sizeof(*load.kiosks.list), compare);
	kiosks_free(kiosks);
	*kiosks = load.kiosks;
	return 0;
}

void
kiosks_free(struct kiosks *kiosks)
{
	free(kiosks->list);
	*kiosks = (struct kiosks) { 0 };
}

const struct store_kiosk *
kiosks_find(const struct kiosks *kiosks, const char *name)
{
	struct store_kiosk wanted = { 0 };
	const struct store_kiosk *found;

	if (kiosks->count == 0 || strlen(name) >= sizeof(wanted.name))
		return NULL;
	memcpy(wanted.name, name, strlen(name));
	found = bsearch(&wanted, kiosks->list, kiosks->count,
	    sizeof(*kiosks->list), compare);
	return found != NULL && !found->revoked ? found : NULL;
}

static bool
has_key_of(const struct store_kiosk *present, const struct store_kiosk *kiosk)
{
	return memcmp(present->public_key, kiosk->public_key,
		   KIOSK_PUBLIC_SIZE) == 0;
}

/* The same one again is no change: its answer may have been lost. */
int
kiosks_may_add(const struct store_kiosk *present, struct store_kiosk *kiosk,
    char reason[KIOSKS_REASON_SIZE])
{
	if (present == NULL || present->revoked ||
	    (has_key_of(present, kiosk) && present->cash == kiosk->cash))
		return 0;
	snprintf(reason, KIOSKS_REASON_SIZE,
	    "kiosk %s is already enrolled, with%s cash; use kiosk rekey to "
	    "replace its key, or kiosk revoke before adding it again",
	    present->name, present->cash ? "" : "out");
	return BANK_EINVAL;
}

int
kiosks_may_rekey(const struct store_kiosk *present, struct store_kiosk *kiosk,
    char reason[KIOSKS_REASON_SIZE])
{
	if (present == NULL)
		snprintf(
		    reason, KIOSKS_REASON_SIZE, "no kiosk %s", kiosk->name);
	else if (present->revoked)
		snprintf(reason, KIOSKS_REASON_SIZE,
		    "kiosk %s is revoked; kiosk add enrols it again",
		    kiosk->name);
	else if (has_key_of(present, kiosk))
		snprintf(reason, KIOSKS_REASON_SIZE,
		    "kiosk %s has this key already; --key names a file for "
		    "the new one",
		    kiosk->name);
	else {
		kiosk->cash = present->cash;
		return 0;
	}
	return BANK_EINVAL;
}
