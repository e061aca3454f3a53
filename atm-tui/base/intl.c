/* SPDX-License-Identifier: ISC */
/*
 * The catalogue in force, and lookups in it.  A .mo file is seven words of
 * 32 bits (magic, revision, count, offset of the table of originals, of
 * translations, size and offset of a hash table), then tables of length and
 * offset, the originals sorted.  Part of atm-tui; one language per process.
 */
#include "intl.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../../shared/terminal/text.h"
#include "../../shared/wire/wire_reply.h"

#define MO_MAGIC 0x950412deU
#define MO_SIZE_LIMIT (1024 * 1024)

static struct {
	char language[8];
	char *data; /* NULL: English */
	size_t size;
	uint32_t count, originals, translations;
} catalogue = { .language = "en" };

/* The wire's own words, here so that xgettext(1) finds them. */
static const char *const reply_words[] = {
	[WIRE_LOGIN_OK] = N_("ID and password are correct"),
	[WIRE_RESUMED] = N_("session resumed"),
	[WIRE_OPENED] = N_("account opened"),
	[WIRE_DONE] = N_("your transaction is successful"),
	[WIRE_BALANCES] = N_("balances"),
	[WIRE_GOODBYE] = N_("goodbye"),
	[WIRE_ENTRIES] = N_("entries"),
	[WIRE_DETAILS] = N_("details"),
	[WIRE_PASSWORD_CHANGED] = N_("password changed"),
	[WIRE_CLOSED] = N_("account closed"),
	[WIRE_NOTICES] = N_("notices"),
	[WIRE_PONG] = N_("pong"),
	[WIRE_NOTED] = N_("noted"),
	[WIRE_NOTICE] = N_("notice"),
	[WIRE_LOGIN_REFUSED] = N_("ID or password is incorrect"),
	[WIRE_NO_FUNDS] = N_("Your account does not have enough funds"),
	[WIRE_NOT_ALLOWED] = N_("not allowed"),
	[WIRE_NO_RECIPIENT] = N_("the recipient's ID does not exist"),
	[WIRE_NO_TRANSACTION] = N_("no such transaction"),
	[WIRE_ID_TAKEN] = N_("this ID is taken"),
	[WIRE_NOT_EMPTY] = N_("the account is not empty"),
	[WIRE_TXID_USED] =
	    N_("this transaction ID was used for something else"),
	[WIRE_ALREADY_REVERSED] = N_("already reversed"),
	[WIRE_INCORRECT] = N_("incorrect input"),
	[WIRE_STALE] = N_("stale transaction ID"),
	[WIRE_LOCKED] = N_("too many attempts, try again later"),
	[WIRE_TOO_MANY_SESSIONS] = N_("too many sessions"),
	[WIRE_OVER_LIMIT] = N_("over the limit"),
	[WIRE_PROTOCOL_ERROR] = N_("protocol error"),
	[WIRE_UNAVAILABLE] = N_("the bank cannot take transactions now"),
};
static_assert(
    NELEM(reply_words) == WIRE_REPLY_COUNT, "each reply has words of its own");

static uint32_t
mo_word(size_t offset)
{
	uint32_t word;

	memcpy(&word, catalogue.data + offset, sizeof(word));
	return word;
}

/* Entry `index` of a table; mo_check() has looked at them all. */
static const char *
mo_string(uint32_t table, uint32_t index, uint32_t *length)
{
	*length = mo_word(table + index * 8);
	return catalogue.data + mo_word(table + index * 8 + 4);
}

static bool
mo_table_is_whole(uint32_t table)
{
	uint32_t count = catalogue.count;

	if (table > catalogue.size || count > (catalogue.size - table) / 8)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t length = mo_word(table + i * 8);
		uint64_t offset = mo_word(table + i * 8 + 4);

		if (offset + length >= catalogue.size ||
		    catalogue.data[offset + length] != '\0')
			return false;
	}
	return true;
}

static bool
mo_check(void)
{
	if (catalogue.size < 28 || mo_word(0) != MO_MAGIC)
		return false;
	catalogue.count = mo_word(8);
	catalogue.originals = mo_word(12);
	catalogue.translations = mo_word(16);
	return mo_table_is_whole(catalogue.originals) &&
	    mo_table_is_whole(catalogue.translations);
}

static void
intl_speak_english(void)
{
	free(catalogue.data);
	catalogue.data = NULL;
	catalogue.count = 0;
	string_copy(catalogue.language, "en", sizeof(catalogue.language));
}

static int
intl_read(const char *directory, const char *language)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path),
	    "%s/%s/LC_MESSAGES/atm-tui.mo", directory, language);

	if (length < 0 || (size_t)length >= sizeof(path))
		return BANK_ENOTFOUND;
	if (file_read(path, MO_SIZE_LIMIT, &catalogue.data, &catalogue.size) !=
	    0) {
		catalogue.data = NULL;
		return BANK_ENOTFOUND;
	}
	return mo_check() ? 0 : BANK_EDAMAGED;
}

/* In a checkout the catalogues stand in build/locale, beside the program. */
static int
intl_read_beside(const char *language)
{
	char program[PATH_MAX];
	ssize_t length =
	    readlink("/proc/self/exe", program, sizeof(program) - 8);

	if (length <= 0)
		return BANK_ENOTFOUND;
	program[length] = '\0';
	strcpy(strrchr(program, '/'), "/locale");
	return intl_read(program, language);
}

/* A word of digits and signs alone: none of a conversion, nor of a name. */
static bool
is_number(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (isalpha((unsigned char)word[i]))
			return false;
	return true;
}

/* Writes a translation, all its forms, with the digits that are wanted. */
static size_t
write_digits(char *to, const char *from, size_t length)
{
	char digit[4];
	size_t used = 0, word;

	for (size_t i = 0; i < length; i += word) {
		for (word = 1; i + word < length && from[i + word - 1] != ' ' &&
		     from[i + word - 1] != '\0';)
			word++;
		for (size_t j = i; j < i + word; j++) {
			snprintf(digit, sizeof(digit), "%c", from[j]);
			if (isdigit((unsigned char)from[j]) &&
			    is_number(from + i, word))
				text_digits(digit, sizeof(digit));
			memcpy(to + used, digit, strlen(digit) + 1);
			used += from[j] == '\0' ? 1 : strlen(digit);
		}
	}
	to[used] = '\0';
	return used;
}

/*
 * The sentences themselves have digits, too.  Where others are wanted than the
 * catalogue's, translations are written anew behind it: a digit takes two
 * bytes.  Without memory they stay as they are.
 */
static void
use_digits(void)
{
	char *data;
	uint32_t length;

	if (!text_has_arabic_digits())
		return;
	data = realloc(catalogue.data, 3 * catalogue.size + catalogue.count);
	if (data == NULL)
		return;
	catalogue.data = data;
	for (uint32_t i = 0; i < catalogue.count; i++) {
		uint32_t entry[] = { 0, (uint32_t)catalogue.size };
		const char *text =
		    mo_string(catalogue.translations, i, &length);

		entry[0] =
		    (uint32_t)write_digits(data + catalogue.size, text, length);
		memcpy(data + catalogue.translations + i * 8, entry,
		    sizeof(entry));
		catalogue.size += entry[0] + 1;
	}
}

int
intl_open(const char *language)
{
	int error;

	intl_speak_english();
	if (strcmp(language, "en") == 0)
		return 0;
	error = intl_read_beside(language);
	if (error == BANK_ENOTFOUND)
		error = intl_read(LOCALEDIR, language);
	if (error != 0)
		intl_speak_english();
	else
		string_copy(
		    catalogue.language, language, sizeof(catalogue.language));
	use_digits();
	return error;
}

const char *
intl_language(void)
{
	return catalogue.language;
}

/* The translation of an original, or NULL. */
static const char *
intl_lookup(const char *text, uint32_t *length)
{
	uint32_t low = 0, high = catalogue.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(
		    text, mo_string(catalogue.originals, middle, length));

		if (order == 0) {
			const char *found =
			    mo_string(catalogue.translations, middle, length);

			return *length > 0 ? found : NULL;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *
intl_text(const char *text)
{
	uint32_t length;
	const char *found = intl_lookup(text, &length);

	return found != NULL ? found : text;
}

/* As the catalogues' Plural-Forms have it. */
static unsigned
form_of_two(unsigned long n)
{
	return n != 1;
}

static unsigned
form_of_six(unsigned long n)
{
	if (n <= 2)
		return (unsigned)n;
	if (n % 100 >= 3 && n % 100 <= 10)
		return 3;
	return n % 100 >= 11 ? 4 : 5;
}

static const struct {
	const char *name, *own_name;
	bool right_to_left;
	unsigned (*form)(unsigned long n);
} languages[INTL_LANGUAGE_COUNT] = {
	{ "en", "English", false, form_of_two },
	{ "es", "Español", false, form_of_two },
	{ "ar", "العربية", true, form_of_six },
};

const char *
intl_name(int language)
{
	return languages[language].name;
}

const char *
intl_own_name(int language)
{
	return languages[language].own_name;
}

static int
in_force(void)
{
	int i = INTL_LANGUAGE_COUNT - 1;

	while (i > 0 && strcmp(languages[i].name, catalogue.language) != 0)
		i--;
	return i;
}

bool
intl_is_right_to_left(void)
{
	return languages[in_force()].right_to_left;
}

/* The plural forms of a translation stand one behind the other's NUL. */
const char *
intl_plural(const char *one, const char *many, unsigned long n)
{
	uint32_t length;
	const char *found = intl_lookup(one, &length), *end;

	if (found == NULL)
		return n == 1 ? one : many;
	end = found + length;
	for (unsigned form = languages[in_force()].form(n); form > 0; form--)
		if (found + strlen(found) < end)
			found += strlen(found) + 1;
	return found;
}

const char *
intl_reply(const struct wire_reader *reader, char out[INTL_REPLY_SIZE])
{
	const struct wire_token *text = &reader->text;

	for (enum wire_reply i = 0; i < WIRE_REPLY_COUNT; i++)
		if (wire_reply_code(i) == reader->code &&
		    wire_token_is(text, reply_words[i])) {
			string_copy(out, _(reply_words[i]), INTL_REPLY_SIZE);
			return out;
		}
	snprintf(out, INTL_REPLY_SIZE, "%.*s", (int)text->length, text->text);
	return out;
}
