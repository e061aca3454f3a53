/* SPDX-License-Identifier: ISC */
/*
 * The front's time slice.  Linux 6.12 and later lets in whoever wakes and has
 * the shorter one (sched_setattr(2)): the vault, when a commit is durable, for
 * which everybody waits.  The front has many kiosks in hand, none of which it
 * answers sooner by running on.
 */
#ifndef BANKD_FRONT_SLICE_H
#define BANKD_FRONT_SLICE_H

/*
 * Asks for 5 ms, for the calling thread and those that it begins.  Where that
 * isn't possible the bank is only slower.
 */
void front_slice_ask(void);

#endif
