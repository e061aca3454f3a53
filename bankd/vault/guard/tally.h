/* SPDX-License-Identifier: ISC */
/*
 * How often each kiosk has lately done a thing: signed up, been refused a
 * resumption.  In memory; the vault's.
 *
 * It is bounded, and a full one refuses nobody: a new kiosk takes the place of
 * the one in its set that was quiet for longest.  A secret key decides which
 * kiosks share a set.
 */
#ifndef BANKD_TALLY_H
#define BANKD_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/session.h"

#define TALLY_MOST 10      /* the largest `most` */
#define TALLY_KIOSKS 16384 /* that are remembered */

struct tally;

/* NULL where memory or random bytes fail.  Unused rows take no memory. */
struct tally *tally_new(unsigned most, uint64_t within_ms);
void tally_free(struct tally *tally);
/* Whether the kiosk has done it `most` times by this steady time. */
bool tally_is_full(const struct tally *tally, const struct kiosk_seen *kiosk,
    uint64_t steady_ms);
/* Counts it once more; in a full row it takes the place of the oldest. */
void tally_add(
    struct tally *tally, const struct kiosk_seen *kiosk, uint64_t steady_ms);

#endif
