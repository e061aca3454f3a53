/* SPDX-License-Identifier: ISC */
/*
 * The clocks, for every process.  clock_gettime(2) is called nowhere else, so
 * that a test can replace the time.
 */
#ifndef SHARED_CLOCK_H
#define SHARED_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970, by the wall clock, which may step. */
uint64_t clock_real_ms(void);
/* Milliseconds of a clock that never steps; its zero has no meaning. */
uint64_t clock_steady_ms(void);
uint64_t clock_steady_us(void);

#endif
