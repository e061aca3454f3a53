/* SPDX-License-Identifier: ISC */
/*
 * Prepares the text of an ini file for iniparser.  What iniparser would
 * silently drop or misread is blanked if it is a comment, and refused
 * otherwise.  Pure; knows lines, quotes and comments, but no names.
 */
#include <ctype.h>
#include <string.h>

#include "config_state.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

struct mending {
	unsigned number; /* of the line */
	bool continues;  /* the line before ended with a backslash */
	bool in_value;
	char quote; /* the quote that the value is in, or 0 */
	unsigned quote_number;
	bool behind; /* the closing quote was found */
	bool changed;
};

static void
blank(struct mending *mending, char *from, char *to)
{
	memset(from, ' ', (size_t)(to - from));
	mending->changed = true;
}

/*
 * Ends a comment at the end of its line: for iniparser a backslash there would
 * continue it.
 */
static void
end_comment(struct mending *mending, char *from, char *end)
{
	if (end[-1] == '\\')
		blank(mending, from, end);
}

static bool
begins_comment(char c)
{
	return c == ';' || c == '#';
}

/* `[name] ; comment`: iniparser recognizes a section by the last character. */
static void
mend_section(struct mending *mending, char *start, char *end)
{
	char *close = memchr(start, ']', (size_t)(end - start)), *rest;

	if (close == NULL)
		return;
	for (rest = close + 1; rest < end && isspace((unsigned char)*rest);)
		rest++;
	if (rest < end && begins_comment(*rest))
		blank(mending, rest, end);
}

/* Scans a line of a value from its beginning or continuation. */
static const char *
mend_value(struct mending *mending, char *p, char *end, bool first)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	if (first && p < end && (*p == '"' || *p == '\'')) {
		mending->quote = *p++;
		mending->quote_number = mending->number;
	}
	for (; p < end; p++) {
		if (mending->quote != 0 && *p == mending->quote) {
			mending->quote = 0;
			mending->behind = true;
		} else if (mending->quote != 0)
			continue;
		else if (begins_comment(*p)) {
			end_comment(mending, p, end);
			return NULL;
		} else if (mending->behind && !isspace((unsigned char)*p) &&
		    (*p != '\\' || p + 1 < end))
			return "there is text after the closing quote";
	}
	return NULL;
}

static const char *
mend_line(struct mending *mending, char *start, char *end)
{
	char *equals;

	if (mending->continues)
		return mending->in_value
		    ? mend_value(mending, start, end, false)
		    : NULL;
	mending->in_value = mending->behind = false;
	if (begins_comment(*start))
		end_comment(mending, start, end);
	else if (*start == '[')
		mend_section(mending, start, end);
	else if ((equals = memchr(start, '=', (size_t)(end - start))) != NULL) {
		mending->in_value = true;
		return mend_value(mending, equals + 1, end, true);
	}
	return NULL;
}

/* Scans each line without blanks around it; a quote must be closed on it. */
static const char *
mend_lines(struct mending *mending, char *text, char *stop)
{
	const char *wrong;
	char *start, *end, *next;

	for (start = text; start < stop; start = next, mending->number++) {
		end = memchr(start, '\n', (size_t)(stop - start));
		next = end != NULL ? end + 1 : stop;
		end = end != NULL ? end : stop;
		while (start < end && isspace((unsigned char)*start))
			start++;
		while (end > start && isspace((unsigned char)end[-1]))
			end--;
		wrong = start < end ? mend_line(mending, start, end) : NULL;
		if (wrong != NULL)
			return wrong;
		mending->continues = start < end && end[-1] == '\\';
		if (mending->quote != 0 && !mending->continues) {
			mending->number = mending->quote_number;
			return "the quote isn't closed";
		}
	}
	return NULL;
}

/* Finds the first line with an ending that would join many lines into one. */
static const char *
find_lone_return(struct mending *mending, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			mending->number++;
		else if (text[i] == '\r' &&
		    (i + 1 == length || text[i + 1] != '\n'))
			return "a carriage return ends the line; lines end "
			       "with a newline";
	}
	mending->number = 1;
	return NULL;
}

const char *
config_text_mend(char *text, size_t length, unsigned *line, bool *changed)
{
	struct mending mending = { .number = 1 };
	size_t mark = sizeof(byte_order_mark) - 1;
	const char *wrong;

	if (length >= mark && memcmp(text, byte_order_mark, mark) == 0)
		blank(&mending, text, text + mark);
	wrong = find_lone_return(&mending, text, length);
	if (wrong == NULL)
		wrong = mend_lines(&mending, text, text + length);
	*line = mending.number;
	*changed = mending.changed;
	return wrong;
}
