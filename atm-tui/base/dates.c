/* SPDX-License-Identifier: ISC */
/*
 * Names of days and months, and the forms they are shown in.  Runs in
 * atm-tui; strftime(3)'s names follow the machine's locales, these follow
 * the customer.
 */
#include "dates.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/text.h"
#include "intl.h"

static const char *const days[] = { N_("Sunday"), N_("Monday"), N_("Tuesday"),
	N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday") };

static const char *const months[] = { N_("January"), N_("February"),
	N_("March"), N_("April"), N_("May"), N_("June"), N_("July"),
	N_("August"), N_("September"), N_("October"), N_("November"),
	N_("December") };

/* The first three letters: in both languages that is the short form. */
static const char *
shortened(char to[16], const char *name)
{
	return text_fit(to, 16, _(name), 3);
}

static enum dates_form form;

void
dates_use(enum dates_form use)
{
	form = use;
}

/* `20 Nov`, `Nov 20`, `11-20`; the day in so many columns. */
static char *
day_and_month(char to[DATES_SIZE], const struct tm *tm, int columns)
{
	char month[16];

	shortened(month, months[tm->tm_mon]);
	if (form == DATES_ISO)
		snprintf(
		    to, DATES_SIZE, "%02d-%02d", tm->tm_mon + 1, tm->tm_mday);
	else if (form == DATES_MONTH_FIRST)
		snprintf(to, DATES_SIZE, "%s %*d", month, columns, tm->tm_mday);
	else
		snprintf(to, DATES_SIZE, "%*d %s", columns, tm->tm_mday, month);
	return to;
}

char *
dates_clock(char to[DATES_SIZE], time_t now)
{
	struct tm tm;

	localtime_r(&now, &tm);
	snprintf(
	    to, DATES_SIZE, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	return to;
}

char *
dates_header(char to[DATES_SIZE], time_t now)
{
	char clock[DATES_SIZE], date[DATES_SIZE], day[16];
	struct tm tm;

	localtime_r(&now, &tm);
	snprintf(to, DATES_SIZE, "%s %.16s  %.8s",
	    shortened(day, days[tm.tm_wday]), day_and_month(date, &tm, 0),
	    dates_clock(clock, now));
	return to;
}

char *
dates_sentence(char to[DATES_SIZE], time_t now)
{
	char clock[DATES_SIZE];
	struct tm tm;

	localtime_r(&now, &tm);
	/* TRANSLATORS: time, day of the week, month, day of the month */
	snprintf(to, DATES_SIZE, _("It's %1$s on a beautiful %2$s, %3$s %4$d"),
	    dates_clock(clock, now), _(days[tm.tm_wday]), _(months[tm.tm_mon]),
	    tm.tm_mday);
	return to;
}

const char *
dates_greeting(time_t now)
{
	struct tm tm;

	localtime_r(&now, &tm);
	if (tm.tm_hour < 12)
		return _("Good morning");
	return tm.tm_hour < 18 ? _("Good afternoon") : _("Good evening");
}

static char *
with_year(char to[DATES_SIZE], const struct tm *tm)
{
	char date[DATES_SIZE];

	snprintf(to, DATES_SIZE,
	    form == DATES_ISO ? "%1$d-%2$.16s %3$02d:%4$02d"
			      : "%2$.16s %1$d %3$02d:%4$02d",
	    tm->tm_year + 1900, day_and_month(date, tm, 0), tm->tm_hour,
	    tm->tm_min);
	return to;
}

char *
dates_moment(char to[DATES_SIZE], time_t when)
{
	struct tm tm;

	localtime_r(&when, &tm);
	return with_year(to, &tm);
}

static bool
parse(const char *wire_time, struct tm *tm)
{
	time_t when;

	memset(tm, 0, sizeof(*tm));
	if (strptime(wire_time, "%Y-%m-%dT%H:%M:%SZ", tm) == NULL)
		return false;
	when = timegm(tm);
	return localtime_r(&when, tm) != NULL;
}

char *
dates_wire(char to[DATES_SIZE], const char *wire_time)
{
	struct tm tm;

	if (parse(wire_time, &tm))
		return with_year(to, &tm);
	snprintf(to, DATES_SIZE, "%s", wire_time);
	return to;
}

char *
dates_wire_short(char to[DATES_SIZE], const char *wire_time)
{
	char date[DATES_SIZE];
	struct tm tm;

	if (!parse(wire_time, &tm))
		snprintf(to, DATES_SIZE, "%.12s", wire_time);
	else
		snprintf(to, DATES_SIZE, "%.16s %02d:%02d",
		    day_and_month(date, &tm, 2), tm.tm_hour, tm.tm_min);
	return to;
}
