/* SPDX-License-Identifier: ISC */
/*
 * The time zone of the bank's days.  Runs in the vault and in bankctl.  The C
 * library silently takes an unknown name for UTC, so the zone's file is checked
 * first.
 */
#include "zone.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

#define DIRECTORY "/usr/share/zoneinfo"
#define MAGIC "TZif"
#define NO_FILE "UTC"
#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MS UINT64_C(1000)

static bool
is_zone(const char *name)
{
	char path[PATH_MAX], magic[sizeof(MAGIC) - 1] = "";
	ssize_t n = -1;
	int fd;

	if (name[0] == '/' || strstr(name, "..") != NULL)
		return false;
	snprintf(path, sizeof(path), DIRECTORY "/%s", name);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd != -1) {
		n = read(fd, magic, sizeof(magic));
		close(fd);
	}
	return n == (ssize_t)sizeof(magic) &&
	    memcmp(magic, MAGIC, sizeof(magic)) == 0;
}

int
zone_check(const char *name, char *error, size_t size)
{
	if (strcmp(name, NO_FILE) == 0 || is_zone(name))
		return 0;
	snprintf(error, size,
	    "no time zone %s in " DIRECTORY " (the package tzdata has them); "
	    "bankd.ini: [bank] time_zone",
	    name);
	return BANK_EINVAL;
}

int
zone_use(const char *name, char *error, size_t size)
{
	char value[PATH_MAX] = "UTC0";
	int result = zone_check(name, error, size);

	if (result != 0)
		return result;
	if (strcmp(name, NO_FILE) != 0)
		snprintf(value, sizeof(value), ":" DIRECTORY "/%s", name);
	if (setenv("TZ", value, 1) == -1) {
		snprintf(error, size, "no memory");
		return BANK_ENOMEM;
	}
	tzset();
	return 0;
}

void
zone_time(uint64_t time_ms, struct tm *tm)
{
	time_t seconds = (time_t)(time_ms / 1000);

	/* A year that does not fit in an int is later than any entry. */
	if (localtime_r(&seconds, tm) == NULL)
		memset(tm, 0, sizeof(*tm));
}

const char *
zone_text(uint64_t time_ms, char text[ZONE_TIME_TEXT])
{
	struct tm tm;
	size_t length;
	long offset;

	zone_time(time_ms, &tm);
	length = strftime(text, ZONE_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	offset = labs(tm.tm_gmtoff);
	if (offset == 0)
		snprintf(text + length, ZONE_TIME_TEXT - length, "Z");
	else
		snprintf(text + length, ZONE_TIME_TEXT - length,
		    "%c%02ld:%02ld", tm.tm_gmtoff < 0 ? '-' : '+',
		    offset / HOUR % 100, offset % HOUR / MINUTE);
	return text;
}

const char *
zone_day_text(uint64_t time_ms, char text[ZONE_DAY_TEXT])
{
	struct tm tm;

	zone_time(time_ms, &tm);
	strftime(text, ZONE_DAY_TEXT, "%Y-%m-%d", &tm);
	return text;
}

/* Days since 1970 in the bank's zone. */
static int64_t
day_of(uint64_t seconds)
{
	struct tm tm;

	zone_time(seconds * MS, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	return timegm(&tm) / DAY;
}

/* The first second of a day: an offset is less than two days. */
static uint64_t
first_second(int64_t day)
{
	uint64_t most = (uint64_t)(day + 2) * DAY;
	uint64_t least = day > 2 ? (uint64_t)(day - 2) * DAY : 0, middle;

	while (least < most) {
		middle = least + (most - least) / 2;
		if (day_of(middle) >= day)
			most = middle;
		else
			least = middle + 1;
	}
	return least;
}

uint64_t
zone_midnight(uint64_t time_ms, int days)
{
	int64_t day = day_of(time_ms / MS) + days;

	return day < 0 ? 0 : first_second(day) * MS;
}

/* Seconds to subtract: `Z`, `+01:00`; or the zone's own at that time. */
static int
read_offset(const char *text, const struct tm *tm, long *offset)
{
	struct tm local = *tm, there;
	unsigned hours, minutes;
	char sign, rest;
	time_t utc;

	if (strcmp(text, "Z") == 0) {
		*offset = 0;
		return 0;
	}
	if (sscanf(text, "%c%2u:%2u%c", &sign, &hours, &minutes, &rest) == 3 &&
	    (sign == '+' || sign == '-') && hours < 24 && minutes < 60) {
		*offset = (long)(hours * HOUR + minutes * MINUTE) *
		    (sign == '-' ? -1 : 1);
		return 0;
	}
	if (*text != '\0')
		return BANK_EINVAL;
	utc = timegm(&local);
	*offset = 0;
	/* The offset before a change of clocks may lead to the one behind. */
	for (int i = 0; i < 2; i++) {
		zone_time((uint64_t)(utc - *offset) * MS, &there);
		*offset = there.tm_gmtoff;
	}
	return 0;
}

int
zone_parse(const char *text, uint64_t now_ms, uint64_t *time_ms)
{
	struct tm tm = { 0 };
	const char *rest;
	time_t seconds;
	long offset;

	if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
		*time_ms = zone_midnight(now_ms, *text == 't' ? 0 : -1);
		return 0;
	}
	if ((rest = strptime(text, "%Y-%m-%d", &tm)) == NULL || tm.tm_year < 70)
		return BANK_EINVAL;
	seconds = timegm(&tm);
	/* timegm() takes 31 February for 3 March. */
	if (gmtime_r(&seconds, &tm) == NULL ||
	    strtol(text + 8, NULL, 10) != tm.tm_mday)
		return BANK_EINVAL;
	if (*rest == '\0') {
		*time_ms = first_second(seconds / DAY) * MS;
		return 0;
	}
	if ((rest = strptime(rest, "T%H:%M", &tm)) == NULL)
		return BANK_EINVAL;
	if (*rest == ':' && (rest = strptime(rest, ":%S", &tm)) == NULL)
		return BANK_EINVAL;
	if (read_offset(rest, &tm, &offset) != 0)
		return BANK_EINVAL;
	seconds = timegm(&tm) - offset;
	if (seconds < 0)
		return BANK_EINVAL;
	*time_ms = (uint64_t)seconds * MS;
	return 0;
}
