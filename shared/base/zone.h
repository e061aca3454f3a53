/* SPDX-License-Identifier: ISC */
/*
 * The time zone of the bank's days, `[bank] time_zone`, for exports and other
 * output by day.  Each process has one and reads it once: the vault before its
 * sandbox, bankctl before an export.
 */
#ifndef BANKD_ZONE_H
#define BANKD_ZONE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* `2026-11-29T09:38:40+01:00` */
#define ZONE_TIME_TEXT 32
#define ZONE_DAY_TEXT 16

/*
 * Checks the name of one of the host's zones, such as Europe/Berlin, or UTC,
 * which needs no file.  Returns 0; or BANK_EINVAL, BANK_ENOMEM, with the reason
 * and the remedy in error[0..size).
 */
int zone_check(const char *name, char *error, size_t size);
/* Checks it as above, and makes it the zone of this process. */
int zone_use(const char *name, char *error, size_t size);

/* Converts to the bank's day and hour; sets tm_gmtoff and tm_zone. */
void zone_time(uint64_t time_ms, struct tm *tm);
/* The same as text by RFC 3339, with `Z` for an offset of 0. */
const char *zone_text(uint64_t time_ms, char text[ZONE_TIME_TEXT]);
/* `2026-11-29` */
const char *zone_day_text(uint64_t time_ms, char text[ZONE_DAY_TEXT]);

/*
 * The first moment of the day that is `days` after the day of time_ms, or
 * before it where that is negative: midnight, or what comes after it where the
 * clocks skip midnight.
 */
uint64_t zone_midnight(uint64_t time_ms, int days);
/*
 * Reads a moment, in ms since 1970: a day, which is its first moment, a day
 * and a time (`2026-11-29T09:38` or with seconds) of this zone, the same with
 * `Z` or an offset as zone_text() writes it, `today` or `yesterday` as of
 * now_ms.  0, or BANK_EINVAL.
 */
int zone_parse(const char *text, uint64_t now_ms, uint64_t *time_ms);

#endif
