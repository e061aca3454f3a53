/* SPDX-License-Identifier: ISC */
/*
 * The time zone of the bank's days, `[bank] time_zone`: for what is told to
 * people and their programs by day, as exports are.  One for each process,
 * read once: the vault's before its sandbox, bankctl's before an export.
 */
#ifndef BANKD_ZONE_H
#define BANKD_ZONE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* `2026-11-29T09:38:40+01:00` */
#define ZONE_TIME_TEXT 32

/*
 * A name of the host's zones, such as Europe/Berlin, or UTC, which needs no
 * file.  0; or BANK_EINVAL, BANK_ENOMEM, and in error[0..size) why not and
 * what to do.
 */
int zone_check(const char *name, char *error, size_t size);
/* Checks it, and makes it this process's.  As above. */
int zone_use(const char *name, char *error, size_t size);

/* The bank's day and hour; tm_gmtoff and tm_zone are set. */
void zone_time(uint64_t time_ms, struct tm *tm);
/* The same as RFC 3339 has it, `Z` in place of an offset of 0. */
const char *zone_text(uint64_t time_ms, char text[ZONE_TIME_TEXT]);

#endif
