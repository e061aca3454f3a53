/* SPDX-License-Identifier: ISC */
/*
 * How many accounts a kiosk asked to open within the hour: at most ten,
 * whatever became of them.  In memory, bounded; the vault's.
 */
#ifndef BANKD_SIGN_UPS_H
#define BANKD_SIGN_UPS_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

#define SIGN_UPS_AN_HOUR 10
#define SIGN_UPS_KIOSKS 1024

struct sign_ups {
	struct sign_ups_kiosk {
		struct kiosk_seen kiosk;
		uint64_t at_ms[SIGN_UPS_AN_HOUR]; /* a ring */
		unsigned next;
	} kiosks[SIGN_UPS_KIOSKS];
};

/* Counts one at this time of the steady clock; false: one too many. */
bool sign_up_count(struct sign_ups *sign_ups, const struct kiosk_seen *kiosk,
    uint64_t steady_ms);

#endif
