/* SPDX-License-Identifier: ISC */
/*
 * For how long the scheduler lets the calling thread run before others that
 * wait have their turn (sched_setattr(2), sched_runtime).  Whoever asks for a
 * shorter slice is sooner let in when it wakes, and has no more time in all.
 *
 * The vault's thread of money wakes when a commit is durable, and everybody
 * waits for it; the front has dozens of kiosks in hand at a time, none of which
 * is answered sooner because it runs at once.
 */
#ifndef BANKD_SLICE_H
#define BANKD_SLICE_H

#include <stdint.h>

#define SLICE_VAULT_US 1000
#define SLICE_FRONT_US 10000

/*
 * From 100 us to 100 ms, of which Linux knows since 6.12; threads that are
 * begun later have the usual slice.  A kernel, a policy or a filter that knows
 * nothing of it costs speed alone, and is no error.
 */
void slice_set(uint64_t us);

#endif
