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

/*
 * The first three letters, which are the short form in English and Spanish.
 * Arabic has none: days are whole, and months are numbers.
 */
static const char *
shortened(char to[32], const char *name)
{
	if (intl_is_right_to_left())
		return _(name);
	return text_fit(to, 32, _(name), 3);
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
	char month[32];

	int first = form == DATES_MONTH_FIRST ? tm->tm_mon + 1 : tm->tm_mday;
	int second = form == DATES_MONTH_FIRST ? tm->tm_mday : tm->tm_mon + 1;

	if (intl_is_right_to_left() && form != DATES_ISO) {
		snprintf(to, DATES_SIZE, "%d/%d", first, second);
		return to;
	}
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
	return text_digits(to, DATES_SIZE);
}

char *
dates_header(char to[DATES_SIZE], time_t now)
{
	char clock[DATES_SIZE], date[DATES_SIZE], day[32];
	struct tm tm;

	localtime_r(&now, &tm);
	snprintf(to, DATES_SIZE, "%s %.16s  %.16s",
	    shortened(day, days[tm.tm_wday]), day_and_month(date, &tm, 0),
	    dates_clock(clock, now));
	return text_digits(to, DATES_SIZE);
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
	return text_digits(to, DATES_SIZE);
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

char *
dates_moment(char to[DATES_SIZE], time_t when)
{
	char date[DATES_SIZE];
	struct tm tm;

	localtime_r(&when, &tm);
	snprintf(to, DATES_SIZE,
	    form == DATES_ISO             ? "%1$d-%2$.16s %3$02d:%4$02d"
		: intl_is_right_to_left() ? "%2$.16s/%1$d %3$02d:%4$02d"
					  : "%2$.16s %1$d %3$02d:%4$02d",
	    tm.tm_year + 1900, day_and_month(date, &tm, 0), tm.tm_hour,
	    tm.tm_min);
	return text_digits(to, DATES_SIZE);
}

static bool
parse(const char *wire_time, time_t *when)
{
	struct tm tm = { 0 };

	if (strptime(wire_time, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
		return false;
	*when = timegm(&tm);
	return true;
}

time_t
dates_time(const char *wire_time)
{
	time_t when;

	return parse(wire_time, &when) ? when : 0;
}

char *
dates_wire(char to[DATES_SIZE], const char *wire_time)
{
	time_t when;

	if (parse(wire_time, &when))
		return dates_moment(to, when);
	snprintf(to, DATES_SIZE, "%s", wire_time);
	return text_digits(to, DATES_SIZE);
}

char *
dates_short(char to[DATES_SIZE], time_t when)
{
	char date[DATES_SIZE];
	struct tm tm;

	localtime_r(&when, &tm);
	snprintf(to, DATES_SIZE, "%.16s %02d:%02d", day_and_month(date, &tm, 2),
	    tm.tm_hour, tm.tm_min);
	return text_digits(to, DATES_SIZE);
}

char *
dates_day(char to[DATES_SIZE], time_t when)
{
	struct tm tm;

	localtime_r(&when, &tm);
	day_and_month(to, &tm, 0);
	return text_digits(to, DATES_SIZE);
}

char *
dates_weekday(char to[DATES_SIZE], time_t when)
{
	char date[DATES_SIZE], day[32];
	struct tm tm;

	localtime_r(&when, &tm);
	snprintf(to, DATES_SIZE, "%s %.16s", shortened(day, days[tm.tm_wday]),
	    day_and_month(date, &tm, 2));
	return text_digits(to, DATES_SIZE);
}

char *
dates_minute(char to[DATES_SIZE], time_t when)
{
	struct tm tm;

	localtime_r(&when, &tm);
	snprintf(to, DATES_SIZE, "%02d:%02d", tm.tm_hour, tm.tm_min);
	return text_digits(to, DATES_SIZE);
}

char *
dates_recent(char to[DATES_SIZE], time_t when, time_t now)
{
	struct tm then, today;

	localtime_r(&when, &then);
	localtime_r(&now, &today);
	return then.tm_year == today.tm_year && then.tm_yday == today.tm_yday
	    ? dates_minute(to, when)
	    : dates_short(to, when);
}
