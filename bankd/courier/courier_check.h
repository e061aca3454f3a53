/* SPDX-License-Identifier: ISC */
/*
 * What must be so on a new connection before a lot is put or got: the
 * session's settings, the schema, whose journal it is, the clock, and that a
 * commit gets an answer.
 */
#ifndef BANKD_COURIER_CHECK_H
#define BANKD_COURIER_CHECK_H

#include <stdbool.h>

#include "courier_state.h"

#define COURIER_SCHEMA 1
#define COURIER_CLOCK_TOLD_MS 2000
#define COURIER_CLOCK_AWAY_MS 60000

/* All of it: 0; BANK_EFORK, another bank's; else BANK_EAGAIN, and it is away.
 */
int courier_check(struct courier *courier);
/* The session alone, where the journal is to be begun: 0 or BANK_EAGAIN. */
int courier_check_session(struct courier *courier);

/*
 * BANK_EAGAIN where another host serves by our number; else 0.  Who serves
 * keeps the number as long as the connection.
 */
int courier_check_number(struct courier *courier);

/* Whether a standby must confirm each commit. */
bool courier_check_is_guarded(const struct courier *courier);
/*
 * Whether a commit that was answered without a warning is on another disk
 * too; adds the question, and reads the answer from the same trip.
 */
void courier_check_ask_guard(struct courier_trip *trip);
bool courier_check_guard(
    struct courier *courier, const struct courier_trip *trip, size_t at);
/* A commit of nothing, behind all that was read.  0 or BANK_EAGAIN. */
int courier_check_barrier(struct courier *courier);

#endif
