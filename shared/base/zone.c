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
