/* SPDX-License-Identifier: ISC */
/*
 * The lines of the two files that were touched (books.h), brought up to date.
 */
#ifndef BANKD_LINES_H
#define BANKD_LINES_H

struct vault;

/* Each once, with the newest hash given for it; then none is touched. */
void lines_update(struct vault *vault);

#endif
