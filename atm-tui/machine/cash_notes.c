/* SPDX-License-Identifier: ISC */
/*
 * Notes: which sums of them there are.  Runs in atm-tui; pure.  Sums are
 * looked up in a table of steps, a step being the largest value that divides
 * all notes: for each sum the note that reached it last, and how many of it.
 * Notes go into the table one after the other, the largest first.  So a sum
 * uses as few of a note as the larger ones allow, and a sum that needs more
 * than the machine has can't be made.
 */
#include "cash_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/number.h"

#define STEPS_MAX 65536
#define UNIT_MAX 1000000
#define NO_NOTE 0xff

struct sum {
	uint8_t note; /* the last that reached it; NO_NOTE: none does */
	uint16_t used;
};

int
cash_notes_read(const char *text, int64_t *units, size_t size)
{
	size_t count = 0, length;
	uint64_t value;

	for (;;) {
		text += strspn(text, " \t,");
		if (*text == '\0')
			return (int)count;
		length = strcspn(text, " \t,");
		if (number_parse_bytes(text, length, 0, UNIT_MAX, &value) != 0)
			return BANK_EINVAL;
		if (count < size)
			units[count] = (int64_t)value;
		count++;
		text += length;
	}
}

static int64_t
common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The largest note not yet taken; NO_NOTE after the last. */
static uint8_t
next_note(const struct cash_notes *notes, const bool *taken)
{
	uint8_t best = NO_NOTE;

	for (uint8_t i = 0; i < notes->count; i++)
		if (!taken[i] && notes->units[i] > 0 &&
		    (best == NO_NOTE || notes->units[i] > notes->units[best]))
			best = i;
	return best;
}

static void
add_note(struct sum *sums, int64_t size, const struct cash_notes *notes,
    uint8_t note, int64_t step)
{
	int64_t unit = notes->units[note] / step, left = notes->left[note];

	for (int64_t i = unit; i < size; i++) {
		const struct sum *from = &sums[i - unit];
		int64_t used = from->note == note ? from->used : 0;

		if (sums[i].note != NO_NOTE || used >= left ||
		    (from->note == NO_NOTE && i != unit))
			continue;
		sums[i].note = note;
		sums[i].used = (uint16_t)(used + 1);
	}
}

/* The sums of all notes up to `size` steps; NULL: no memory. */
static struct sum *
make_sums(const struct cash_notes *notes, int64_t size, int64_t step)
{
	struct sum *sums = malloc((size_t)size * sizeof(*sums));
	bool taken[CASH_NOTES_MAX] = { false };
	uint8_t note;

	if (sums == NULL)
		return NULL;
	for (int64_t i = 0; i < size; i++)
		sums[i] = (struct sum) { NO_NOTE, 0 };
	while ((note = next_note(notes, taken)) != NO_NOTE) {
		add_note(sums, size, notes, note, step);
		taken[note] = true;
	}
	return sums;
}

static void
find_nearest(const struct sum *sums, int64_t size, int64_t step, int64_t cents,
    struct cash_plan *plan)
{
	int64_t at = cents / 100 / step;

	for (int64_t i = at < size ? at : size - 1; i > 0 && plan->below == 0;
	     i--)
		if (sums[i].note != NO_NOTE)
			plan->below = i * step * 100;
	for (int64_t i = at + 1; i < size && plan->above == 0; i++)
		if (sums[i].note != NO_NOTE)
			plan->above = i * step * 100;
}

static void
read_plan(const struct sum *sums, const struct cash_notes *notes, int64_t at,
    int64_t step, struct cash_plan *plan)
{
	while (at > 0) {
		const struct sum *sum = &sums[at];

		plan->use[sum->note] = sum->used;
		at -= sum->used * (notes->units[sum->note] / step);
	}
	plan->made = true;
}

int
cash_notes_plan(
    const struct cash_notes *notes, int64_t cents, struct cash_plan *plan)
{
	int64_t step = 0, most = 0, size, at;
	struct sum *sums;

	memset(plan, 0, sizeof(*plan));
	for (size_t i = 0; i < notes->count; i++) {
		step = common_divisor(step, notes->units[i]);
		if (notes->units[i] > most)
			most = notes->units[i];
	}
	if (step == 0 || cents <= 0)
		return 0;
	at = cents / 100 / step;
	size = at + 2 * (most / step) + 1;
	if (size > STEPS_MAX)
		size = STEPS_MAX;
	sums = make_sums(notes, size, step);
	if (sums == NULL)
		return BANK_ENOMEM;
	if (cents % (100 * step) == 0 && at < size && sums[at].note != NO_NOTE)
		read_plan(sums, notes, at, step, plan);
	else
		find_nearest(sums, size, step, cents, plan);
	free(sums);
	return 0;
}

char *
cash_notes_text(const struct cash_notes *notes, const struct cash_plan *plan,
    char *text, size_t size)
{
	size_t length = 0;

	*text = '\0';
	for (size_t i = 0; i < notes->count && length < size; i++)
		if (plan->use[i] > 0)
			length += (size_t)snprintf(text + length, size - length,
			    "%s%lldx%lld", length == 0 ? "" : " ",
			    (long long)notes->units[i],
			    (long long)plan->use[i]);
	return text;
}

char *
cash_notes_words(const struct cash_notes *notes, const struct cash_plan *plan,
    const struct cash_style *style, char *text, size_t size)
{
	size_t length = 0;

	*text = '\0';
	for (size_t i = 0; i < notes->count && length < size; i++)
		if (plan->use[i] > 0)
			length += (size_t)snprintf(text + length, size - length,
			    "%s%lld %s %s%lld", length == 0 ? "" : ", ",
			    (long long)plan->use[i], style->times,
			    style->currency, (long long)notes->units[i]);
	return text;
}
