/* SPDX-License-Identifier: ISC */
/*
 * How often each kiosk did a thing within the newest while: sign-ups,
 * resumptions that were refused.  In memory; the vault's.
 *
 * It is bounded, and full it refuses nobody: whoever fills it, with ever new
 * addresses, has the kiosk of a set forgotten that was quiet for longest.
 * Which kiosks share a set is under a key of the process.
 */
#ifndef BANKD_TALLY_H
#define BANKD_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/session.h"

#define TALLY_MOST 10      /* the largest `most` */
#define TALLY_KIOSKS 16384 /* that are remembered */

struct tally;

/* NULL where memory or random bytes fail.  Its memory is taken as used. */
struct tally *tally_new(unsigned most, uint64_t within_ms);
void tally_free(struct tally *tally);
/* Whether the kiosk did it `most` times by this time of the steady clock. */
bool tally_is_full(const struct tally *tally, const struct kiosk_seen *kiosk,
    uint64_t steady_ms);
/* Counts it once more; where it is full, in the place of the oldest. */
void tally_add(
    struct tally *tally, const struct kiosk_seen *kiosk, uint64_t steady_ms);

#endif
