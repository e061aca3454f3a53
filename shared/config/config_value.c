/* SPDX-License-Identifier: ISC */
/*
 * Converts the text of a value by the type and range of its row, and back to a
 * spelling that the file can hold.  Every process; pure except for memory.
 * Messages repeat numbers and choices, never strings, since a string may be a
 * secret.
 */
#include "config_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/error.h"
#include "../base/money.h"
#include "../base/util.h"
#include "../base/utf8.h"

#define SHOWN 40 /* bytes of a wrong value that a message repeats */

/* A value being converted; `text` is rewritten if it is a relative path. */
struct draft {
	char text[CONFIG_VALUE_SIZE];
	int64_t number;
	const char *directory;
	char *reason;
};

static int
convert_string(const struct config_key *row, struct draft *draft)
{
	int64_t length = (int64_t)strlen(draft->text);

	if (length >= row->minimum && length <= row->maximum)
		return 0;
	snprintf(draft->reason, CONFIG_REASON_SIZE,
	    "must be %" PRId64 " to %" PRId64 " bytes long", row->minimum,
	    row->maximum);
	return BANK_EINVAL;
}

/*
 * Joins the path.  `directory` contains no `..` and no link, so that each `..`
 * removes one name.
 */
static int
make_absolute(struct draft *draft)
{
	const char *rest = draft->text;
	char path[CONFIG_VALUE_SIZE];
	size_t base = strlen(draft->directory);
	int n;

	for (;;) {
		if (strncmp(rest, "../", 3) == 0) {
			do {
				base -= base > 0;
			} while (base > 0 && draft->directory[base] != '/');
			rest += 3;
		} else if (strncmp(rest, "./", 2) == 0)
			rest += 2;
		else
			break;
		rest += strspn(rest, "/");
	}
	while (base > 0 && draft->directory[base - 1] == '/')
		base--;
	n = snprintf(
	    path, sizeof(path), "%.*s/%s", (int)base, draft->directory, rest);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		snprintf(draft->reason, CONFIG_REASON_SIZE,
		    "results in a path of more than %d bytes",
		    CONFIG_VALUE_SIZE - 1);
		return BANK_EINVAL;
	}
	string_copy(draft->text, path, sizeof(draft->text));
	return 0;
}

static int
convert_path(const struct config_key *row, struct draft *draft)
{
	int error = convert_string(row, draft);

	if (error != 0 || draft->directory == NULL || draft->text[0] == '\0' ||
	    draft->text[0] == '/')
		return error;
	error = make_absolute(draft);
	return error != 0 ? error : convert_string(row, draft);
}

/* Decimal digits alone, with a sign; strtoll(3) would take more than that. */
static int
parse_number(const char *text, int64_t *number)
{
	const char *digits = text + (text[0] == '-');

	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return BANK_EINVAL;
	errno = 0;
	*number = strtoll(text, NULL, 10);
	return errno == ERANGE ? BANK_EINVAL : 0;
}

static int
convert_number(const struct config_key *row, struct draft *draft)
{
	if (parse_number(draft->text, &draft->number) == 0 &&
	    draft->number >= row->minimum && draft->number <= row->maximum)
		return 0;
	snprintf(draft->reason, CONFIG_REASON_SIZE,
	    "\"%.*s\" is not a whole number from %" PRId64 " to %" PRId64,
	    SHOWN, draft->text, row->minimum, row->maximum);
	return BANK_EINVAL;
}

static int
convert_money(const struct config_key *row, struct draft *draft)
{
	char low[MONEY_TEXT_SIZE], high[MONEY_TEXT_SIZE];

	if (money_parse(draft->text, strlen(draft->text), &draft->number) ==
		0 &&
	    draft->number >= row->minimum && draft->number <= row->maximum)
		return 0;
	snprintf(draft->reason, CONFIG_REASON_SIZE,
	    "\"%.*s\" is not an amount from %s to %s", SHOWN, draft->text,
	    money_format(row->minimum, low), money_format(row->maximum, high));
	return BANK_EINVAL;
}

static int
convert_bool(const struct config_key *row, struct draft *draft)
{
	(void)row;
	draft->number = strcmp(draft->text, "yes") == 0;
	if (draft->number != 0 || strcmp(draft->text, "no") == 0)
		return 0;
	snprintf(draft->reason, CONFIG_REASON_SIZE, "\"%.*s\" is not yes or no",
	    SHOWN, draft->text);
	return BANK_EINVAL;
}

static int
convert_choice(const struct config_key *row, struct draft *draft)
{
	const char *choice = row->choices;
	size_t wanted = strlen(draft->text);

	draft->number = 0;
	while (*choice != '\0') {
		size_t length = strcspn(choice, " ");

		if (length == wanted &&
		    memcmp(choice, draft->text, wanted) == 0)
			return 0;
		choice += length;
		choice += strspn(choice, " ");
		draft->number++;
	}
	snprintf(draft->reason, CONFIG_REASON_SIZE,
	    "\"%.*s\" is not one of: %s", SHOWN, draft->text, row->choices);
	return BANK_EINVAL;
}

static int (*const converters[])(const struct config_key *, struct draft *) = {
	[CONFIG_STRING] = convert_string,
	[CONFIG_PATH] = convert_path,
	[CONFIG_NUMBER] = convert_number,
	[CONFIG_MONEY] = convert_money,
	[CONFIG_BOOL] = convert_bool,
	[CONFIG_CHOICE] = convert_choice,
};

/* Checks what applies to values of every type, on `text` as it was given. */
static const char *
find_fault(const char *text)
{
	size_t length = strlen(text);

	if (length >= CONFIG_VALUE_SIZE)
		return "is too long for a line of the file";
	if (!utf8_is_clean(text, length))
		return "must be UTF-8 without control characters";
	return NULL;
}

int
config_put(struct config *config, size_t index, const char *text,
    const char *directory, char reason[CONFIG_REASON_SIZE])
{
	const struct config_key *row = &config->keys[index];
	struct config_slot *slot = &config->slots[index];
	struct draft draft = { .directory = directory, .reason = reason };
	char quoted[CONFIG_VALUE_SIZE + 2];
	const char *fault = find_fault(text);
	char *copy;

	if (fault == NULL) {
		string_copy(draft.text, text, sizeof(draft.text));
		if (converters[row->type](row, &draft) != 0)
			return BANK_EINVAL;
		/*
		 * Checks again, since the text now includes the directory's
		 * name.
		 */
		fault = find_fault(draft.text);
	}
	if (fault == NULL && config_quote(draft.text, quoted) != 0)
		fault = "can't be written to a file: it needs quotes, but "
			"contains a backslash or both kinds of quotes";
	if (fault != NULL) {
		string_copy(reason, fault, CONFIG_REASON_SIZE);
		return BANK_EINVAL;
	}
	if ((copy = strdup(draft.text)) == NULL)
		return BANK_ENOMEM;
	free(slot->text);
	slot->text = copy;
	slot->number = draft.number;
	slot->set = true;
	return 0;
}

/* Whether iniparser reads it unchanged: nothing to strip, cut or continue. */
static bool
is_bare(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || strchr(" \"'", text[0]) != NULL ||
	    strchr(" \\", text[length - 1]) != NULL)
		return false;
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~' || *text == ';' || *text == '#')
			return false;
	return true;
}

/*
 * Within quotes, iniparser 4.1 keeps a backslash and ends at the first quote,
 * and 4.2 treats a backslash as an escape: so neither character may occur
 * there.
 */
int
config_quote(const char *text, char quoted[CONFIG_VALUE_SIZE + 2])
{
	const char *quote;

	if (is_bare(text))
		quote = "";
	else if (strpbrk(text, "\"\\") == NULL)
		quote = "\"";
	else if (strpbrk(text, "'\\") == NULL)
		quote = "'";
	else
		return BANK_EINVAL;
	snprintf(quoted, CONFIG_VALUE_SIZE + 2, "%s%s%s", quote, text, quote);
	return 0;
}
