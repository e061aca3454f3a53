/* SPDX-License-Identifier: ISC */
/*
 * Dates and times in the customer's language and the kiosk's time zone.
 * Pure but for the catalogue and the form in use.
 */
#ifndef ATM_DATES_H
#define ATM_DATES_H

#include <stddef.h>
#include <time.h>

#define DATES_SIZE 128

/* `20 Nov 2026`, `Nov 20 2026`, `2026-11-20`; the first until dates_use(). */
enum dates_form { DATES_DAY_FIRST, DATES_MONTH_FIRST, DATES_ISO };
void dates_use(enum dates_form form);

/* `Fri 20 Nov  14:03:27`, `Fri 11-20  14:03:27`, and `14:03:27`. */
char *dates_header(char to[DATES_SIZE], time_t now);
char *dates_clock(char to[DATES_SIZE], time_t now);
/* `It's 14:03:27 on a beautiful Friday, November 20`. */
char *dates_sentence(char to[DATES_SIZE], time_t now);
/* `Good morning`, `Good afternoon`, `Good evening`. */
const char *dates_greeting(time_t now);
/* The wire's time as `20 Nov 2026 14:03`; other text is copied. */
char *dates_wire(char to[DATES_SIZE], const char *wire_time);
/* A wire's time since 1970; 0 for other text. */
time_t dates_time(const char *wire_time);
/* The same of a time since 1970. */
char *dates_moment(char to[DATES_SIZE], time_t when);
/* Parts of a time since 1970: `20 Nov 14:03`, `20 Nov`, `Fri 20 Nov`, `14:03`
 */
char *dates_short(char to[DATES_SIZE], time_t when);
char *dates_day(char to[DATES_SIZE], time_t when);
char *dates_weekday(char to[DATES_SIZE], time_t when);
char *dates_minute(char to[DATES_SIZE], time_t when);
/* `14:03` of today, `20 Nov 14:03` of another day. */
char *dates_recent(char to[DATES_SIZE], time_t when, time_t now);

#endif
