/* SPDX-License-Identifier: ISC */
/*
 * The rules of a new password (the vault's): against short ones, the ID
 * itself, one character repeated, runs, and those most often guessed.
 */
#include "password_rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "../../../shared/base/util.h"

#define SHORTEST 4 /* characters */

static const char *const common[] = { "1212", "1004", "2000", "6969", "1122",
	"1313", "2001", "1010", "2580", "0852", "1236", "7410", "1998", "1999",
	"password", "qwerty", "abc123", "letmein", "iloveyou", "admin" };

/* The next character of clean UTF-8, small letters for large ones of ASCII. */
static long
next_character(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	long character = *at;

	if (*at >= 'A' && *at <= 'Z')
		character += 'a' - 'A';
	/* The bits that say how many bytes follow do no harm here. */
	for (at++; (*at & 0xc0) == 0x80; at++)
		character = character << 6 | (*at & 0x3f);
	*text = (const char *)at;
	return character;
}

static bool
is_short(const char *password, const char *id, const char *old)
{
	int count = 0;

	(void)id;
	(void)old;
	for (; *password != '\0'; (void)next_character(&password))
		count++;
	return count < SHORTEST;
}

/* All characters as far from the one before: 1111, 4321, abcd. */
static bool
is_run(const char *password)
{
	long before = next_character(&password);
	long next = next_character(&password), step = next - before;

	if (step < -1 || step > 1)
		return false;
	while (*password != '\0') {
		before = next;
		next = next_character(&password);
		if (next - before != step)
			return false;
	}
	return true;
}

static bool
is_easy(const char *password, const char *id, const char *old)
{
	(void)id;
	(void)old;
	for (size_t i = 0; i < NELEM(common); i++)
		if (strcasecmp(password, common[i]) == 0)
			return true;
	return is_run(password);
}

/* Either way round. */
static bool
is_id(const char *password, const char *id, const char *old)
{
	size_t length = strlen(id), i = 0;

	(void)old;
	if (strcasecmp(password, id) == 0)
		return true;
	if (strlen(password) != length)
		return false;
	while (i < length &&
	    strncasecmp(&password[i], &id[length - 1 - i], 1) == 0)
		i++;
	return i == length;
}

static bool
is_same(const char *password, const char *id, const char *old)
{
	(void)id;
	return old != NULL && strcmp(password, old) == 0;
}

const struct password_rule *
password_rule_broken(const char *password, const char *id, const char *old)
{
	static const struct {
		struct password_rule rule;
		bool (*is_broken)(
		    const char *password, const char *id, const char *old);
	} rules[] = {
		{ { "length", "it has fewer than 4 characters" }, is_short },
		{ { "easy",
		      "it is easy to guess: one repeated character, a "
		      "sequence, or a common password" },
		    is_easy },
		{ { "id", "it is the ID" }, is_id },
		{ { "same", "it is the old password" }, is_same },
	};

	for (size_t i = 0; i < NELEM(rules); i++)
		if (rules[i].is_broken(password, id, old))
			return &rules[i].rule;
	return NULL;
}
