/* SPDX-License-Identifier: ISC */
/*
 * Notes: which sums of them there are.  Runs in atm-tui; pure.
 */
#include "cash_notes.h"

#include <stdlib.h>
#include <string.h>

/* Sums are looked up to this; beyond it the rest is of the largest note. */
#define TABLE 4096

size_t
cash_notes_read(const char *text, int64_t *units, size_t size)
{
	size_t count = 0;
	char *end;
	long value;

	while (count < size) {
		value = strtol(text, &end, 10);
		if (end == text)
			break;
		if (value > 0)
			units[count++] = value;
		text = end;
	}
	return count;
}

static int64_t
largest_of(const int64_t *units, size_t count)
{
	int64_t most = 0;

	for (size_t i = 0; i < count; i++) {
		if (units[i] > most)
			most = units[i];
	}
	return most;
}

bool
cash_notes_make(int64_t cents, const int64_t *units, size_t count)
{
	bool makes[TABLE] = { true };
	int64_t wanted = cents / 100, most = largest_of(units, count);

	if (cents <= 0 || cents % 100 != 0 || most == 0 || most > TABLE / 2)
		return false;
	if (wanted >= TABLE)
		wanted -= (wanted - TABLE / 2) / most * most;
	for (int64_t sum = 1; sum <= wanted; sum++) {
		for (size_t i = 0; i < count && !makes[sum]; i++)
			makes[sum] = units[i] <= sum && makes[sum - units[i]];
	}
	return makes[wanted];
}

void
cash_notes_nearest(int64_t cents, const int64_t *units, size_t count,
    int64_t *below, int64_t *above)
{
	int64_t most = largest_of(units, count), whole = cents / 100 * 100;

	*below = *above = 0;
	for (int64_t step = 0; step <= 2 * most && *below == 0; step++) {
		if (cash_notes_make(whole - 100 * step, units, count))
			*below = whole - 100 * step;
	}
	for (int64_t step = 1; step <= 2 * most && *above == 0; step++) {
		if (cash_notes_make(whole + 100 * step, units, count))
			*above = whole + 100 * step;
	}
}
