/* SPDX-License-Identifier: ISC */
/*
 * The enrolled kiosks, in memory: read from the store at the start and after
 * each change.  The vault's, but for the rules.
 */
#ifndef BANKD_KIOSKS_H
#define BANKD_KIOSKS_H

#include <stddef.h>

#include "../../shared/base/zone.h"
#include "store_kiosks.h"

struct kiosks_visit {
	struct store_visit visit;
	bool unsaved;
};

struct kiosks {
	struct store_kiosk *list; /* in order of name */
	size_t count, size;
	struct kiosks_visit *visits; /* in no order */
	size_t visit_count, visit_size;
};

/* Replaces what is there.  0, BANK_ENOMEM or what the store returns. */
int kiosks_load(struct kiosks *kiosks, struct store *store);
void kiosks_free(struct kiosks *kiosks);

/* NULL where there is none, or it is revoked. */
const struct store_kiosk *kiosks_find(
    const struct kiosks *kiosks, const char *name);

/* Reads the visits of earlier starts.  As kiosks_load(). */
int kiosks_load_visits(struct kiosks *kiosks, struct store *store);
/*
 * Puts those that are new into the store, for its next commit.  Those that
 * can't be put now are tried again the next time.
 */
void kiosks_save_visits(struct kiosks *kiosks, struct store *store);
/* Notes a visit; without memory it isn't noted. */
void kiosks_note(struct kiosks *kiosks, const char *name, const char *address,
    const char *software, uint64_t now_ms);

/*
 * What is known of a kiosk besides its key, `-` where nothing is: its last
 * visit, or the last report of its stock, which may be one to another host.
 */
struct kiosks_known {
	char seen[ZONE_TIME_TEXT], address[STORE_ADDRESS_SIZE];
	char software[WIRE_SOFTWARE_SIZE];
	char notes[STORE_NOTES_SIZE];
};
void kiosks_look_up(const struct kiosks *kiosks, struct store *store,
    const char *name, struct kiosks_known *known);

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
/* What a record of its change tells: `key f9147f29d7e61054, cash`. */
void kiosks_tell(const struct store_kiosk *kiosk, char *text, size_t size);

#endif
