/* SPDX-License-Identifier: ISC */
/*
 * The enrolled kiosks (the vault's copy of the store's table), and what may
 * become of one.
 */
#include "kiosks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"
#include "store_kiosks.h"

struct load {
	struct kiosks kiosks;
	int error;
};

static void
load_one(void *context, const struct store_kiosk *kiosk)
{
	struct load *load = context;
	struct kiosks *kiosks = &load->kiosks;

	if (load->error == 0)
		load->error =
		    array_room(kiosks->list, kiosks->size, kiosks->count + 1);
	if (load->error != 0)
		return;
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
	free(kiosks->list);
	kiosks->list = load.kiosks.list;
	kiosks->count = load.kiosks.count;
	kiosks->size = load.kiosks.size;
	return 0;
}

void
kiosks_free(struct kiosks *kiosks)
{
	free(kiosks->list);
	free(kiosks->visits);
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

void
kiosks_tell(const struct store_kiosk *kiosk, char *text, size_t size)
{
	char key[2 * KIOSK_PUBLIC_SIZE + 1];

	hex_encode(kiosk->public_key, sizeof(kiosk->public_key), key);
	(void)snprintf(
	    text, size, "key %.16s%s", key, kiosk->cash ? ", cash" : "");
}

static struct kiosks_visit *
find_visit(const struct kiosks *kiosks, const char *name)
{
	for (size_t i = 0; i < kiosks->visit_count; i++) {
		if (strcmp(kiosks->visits[i].visit.kiosk, name) == 0)
			return &kiosks->visits[i];
	}
	return NULL;
}

/* As many as kiosks that were ever enrolled: each has proven its name. */
static int
take_visit(struct kiosks *kiosks, const struct store_visit *visit, bool unsaved)
{
	struct kiosks_visit *known = find_visit(kiosks, visit->kiosk);

	if (known == NULL &&
	    array_room(kiosks->visits, kiosks->visit_size,
		kiosks->visit_count + 1) != 0)
		return BANK_ENOMEM;
	if (known == NULL)
		known = &kiosks->visits[kiosks->visit_count++];
	*known = (struct kiosks_visit) { *visit, unsaved };
	return 0;
}

void
kiosks_note(struct kiosks *kiosks, const char *name, const char *address,
    const char *software, uint64_t now_ms)
{
	struct store_visit visit = { .time_ms = now_ms };

	string_copy(visit.kiosk, name, sizeof(visit.kiosk));
	string_copy(visit.address, address, sizeof(visit.address));
	string_copy(visit.software, software, sizeof(visit.software));
	(void)take_visit(kiosks, &visit, true);
}

struct visits_load {
	struct kiosks *kiosks;
	int error;
};

static void
load_visit(void *context, const struct store_visit *visit)
{
	struct visits_load *load = context;

	if (load->error == 0)
		load->error = take_visit(load->kiosks, visit, false);
}

int
kiosks_load_visits(struct kiosks *kiosks, struct store *store)
{
	struct visits_load load = { kiosks, 0 };
	int error = store_visit_each(store, load_visit, &load);

	return error != 0 ? error : load.error;
}

void
kiosks_save_visits(struct kiosks *kiosks, struct store *store)
{
	for (size_t i = 0; i < kiosks->visit_count; i++) {
		struct kiosks_visit *known = &kiosks->visits[i];

		if (known->unsaved)
			known->unsaved =
			    store_visit_put(store, &known->visit) != 0;
	}
}

void
kiosks_look_up(const struct kiosks *kiosks, struct store *store,
    const char *name, struct kiosks_known *known)
{
	const struct kiosks_visit *last = find_visit(kiosks, name);
	struct store_stock stock = { 0 };
	uint64_t seen_ms = last != NULL ? last->visit.time_ms : 0;

	*known = (struct kiosks_known) { "-", "-", "-", "-" };
	if (store_stock_get(store, name, &stock) == 0)
		string_copy(known->notes, stock.notes, sizeof(known->notes));
	if (stock.time_ms > seen_ms)
		seen_ms = stock.time_ms;
	if (seen_ms != 0)
		zone_text(seen_ms, known->seen);
	if (last != NULL)
		string_copy(known->address, last->visit.address,
		    sizeof(known->address));
	if (last != NULL && last->visit.software[0] != '\0')
		string_copy(known->software, last->visit.software,
		    sizeof(known->software));
}
