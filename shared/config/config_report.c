/* SPDX-License-Identifier: ISC */
/*
 * Describes an error in a configuration, in one line, and finds the correct
 * name that a wrong one was meant to be.  Pure.
 */
#include "config_state.h"

#include <stdio.h>
#include <string.h>

#include "../base/utf8.h"

#define NAME_MAX_LENGTH 63 /* the rest of a longer name isn't compared */
#define SECTION_WEIGHT 2   /* the maximum weight of another section */

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The Levenshtein distance: how many letters to insert, remove or replace. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t rows[2][NAME_MAX_LENGTH + 1];
	size_t a_length = strnlen(a, NAME_MAX_LENGTH);
	size_t b_length = strnlen(b, NAME_MAX_LENGTH);

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		const size_t *above = rows[(i - 1) % 2];
		size_t *row = rows[i % 2];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t other = a[i - 1] != b[j - 1];

			row[j] = smaller(above[j - 1] + other,
			    smaller(above[j], row[j - 1]) + 1);
		}
	}
	return rows[a_length % 2][b_length];
}

/* Compares only sections if `key` is NULL. */
static size_t
name_distance(
    const struct config_key *row, const char *section, const char *key)
{
	size_t distance = edit_distance(section, row->section);

	if (key == NULL)
		return distance;
	return smaller(distance, SECTION_WEIGHT) + edit_distance(key, row->key);
}

static const struct config_key *
nearest(const struct config *config, const char *section, const char *key)
{
	const struct config_key *best = &config->keys[0];

	for (size_t i = 1; i < config->count; i++)
		if (name_distance(&config->keys[i], section, key) <
		    name_distance(best, section, key))
			best = &config->keys[i];
	return best;
}

/* The message goes to a terminal, so bytes of a file must not control it. */
static void
make_printable(char *text)
{
	while (*text != '\0') {
		size_t n = utf8_length(text, strnlen(text, 4));

		if (n == 0)
			*text = '?';
		text += n > 0 ? n : 1;
	}
}

void
config_complain(char *error, size_t size, const char *where,
    const char *section, const char *key, const char *what)
{
	bool in_section = section != NULL && *section != '\0';

	if (size == 0)
		return;
	snprintf(error, size, "%s%s%s%s%s%s%s%s%s", where != NULL ? where : "",
	    where != NULL ? ": " : "", in_section ? "[" : "",
	    in_section ? section : "", in_section ? "]" : "",
	    in_section && key != NULL ? " " : "", key != NULL ? key : "",
	    in_section || key != NULL ? ": " : "", what);
	make_printable(error);
}

void
config_complain_unknown(const struct config *config, char *error, size_t size,
    const char *where, const char *section, const char *key)
{
	const struct config_key *row = nearest(config, section, key);
	char what[CONFIG_REASON_SIZE];

	if (key == NULL)
		snprintf(what, sizeof(what),
		    "unknown section; the nearest is [%s]", row->section);
	else
		snprintf(what, sizeof(what),
		    "unknown key; the nearest is [%s] %s", row->section,
		    row->key);
	config_complain(error, size, where, section, key, what);
}
