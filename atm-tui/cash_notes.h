/* SPDX-License-Identifier: ISC */
/*
 * What the machine's notes can make, `[cash] notes` and `usual`.  Pure.
 */
#ifndef ATM_CASH_NOTES_H
#define ATM_CASH_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CASH_NOTES_MAX 8

/* Reads `20 50` into whole units; returns how many, at most `size`. */
size_t cash_notes_read(const char *text, int64_t *units, size_t size);

/* Whether notes of these units make the amount. */
bool cash_notes_make(int64_t cents, const int64_t *units, size_t count);

/*
 * The nearest amounts below and above that they make, in cents; 0 where
 * there is none within reach.
 */
void cash_notes_nearest(int64_t cents, const int64_t *units, size_t count,
    int64_t *below, int64_t *above);

#endif
