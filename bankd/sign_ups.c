/* SPDX-License-Identifier: ISC */
/*
 * Sign-ups of each kiosk in the last hour (the vault's).
 */
#include "sign_ups.h"

#include <string.h>

#define HOUR_MS UINT64_C(3600000)

static uint64_t
newest(const struct sign_ups_kiosk *row)
{
	return row
	    ->at_ms[(row->next + SIGN_UPS_AN_HOUR - 1) % SIGN_UPS_AN_HOUR];
}

/* The kiosk's row, or the one not used for longest. */
static struct sign_ups_kiosk *
find(struct sign_ups *sign_ups, const struct kiosk_seen *kiosk)
{
	struct sign_ups_kiosk *row, *oldest = sign_ups->kiosks;

	for (row = sign_ups->kiosks; row < sign_ups->kiosks + SIGN_UPS_KIOSKS;
	     row++) {
		if (row->kiosk.enrolled == kiosk->enrolled &&
		    strcmp(row->kiosk.counted, kiosk->counted) == 0)
			return row;
		if (newest(row) < newest(oldest))
			oldest = row;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->kiosk = *kiosk;
	return oldest;
}

bool
sign_up_count(struct sign_ups *sign_ups, const struct kiosk_seen *kiosk,
    uint64_t steady_ms)
{
	struct sign_ups_kiosk *row = find(sign_ups, kiosk);
	uint64_t *slot = &row->at_ms[row->next];

	if (*slot != 0 && steady_ms - *slot < HOUR_MS)
		return false;
	*slot = steady_ms;
	row->next = (row->next + 1) % SIGN_UPS_AN_HOUR;
	return true;
}
