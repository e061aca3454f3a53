/* SPDX-License-Identifier: ISC */
/*
 * Comparing screens with files.
 */
#include "expected.h"

#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../lib/patience.h"

#define SETTLE_MS 400 /* a screen that is written down must be whole */
#define TRY_MS 50

static bool updating;

/* The big clock has five rows of these alone. */
#define BLOCKS "^[ █#]*(██|##)[ █#]*$"

/* Below a chart there are several in a row. */
#define DATE "[0-9]{1,2} [A-Za-z]{3}( [0-9]{2}:[0-9]{2})?"

#define ARABIC "[0-9]{1,2}/[0-9]{1,2}"

static const struct {
	const char *pattern, *mask;
	bool clock; /* only where the big clock stands */
} masks[] = {
	/* Arabic, as it is seen. */
	{ "^ +[0-9]{2}:[0-9]{2}:[0-9]{2}  " ARABIC " [^ ]+ +", " <clock> ",
	    false },
	{ "^.*ﺔﻋﺎﺴﻟﺍ$", "<sentence>", true },
	{ "^ +[.][A-Za-zí ]+ ،.*$", "<greeting>", false },
	{ "● +[.][A-Za-zí ]+ ،.*$", "●  <greeting>", false },
	/* Arranged only where it stands in a sentence. */
	{ "^( +" ARABIC "( [0-9]{2}:[0-9]{2})?)+$", "<dates>", false },
	{ "┃ +[^┃]*ﺔﺴﻠﺠﻟﺍ ﻲﻬﺘﻨﺗ +┃", "┃ <countdown> ┃", false },
	{ "[0-9]{2}:[0-9]{2} ﺬﻨﻣ", "<time> ﺬﻨﻣ", false },
	{ "^.*(ﺔﻴﻟﺎﺘﻟﺍ ﺔﻟﻭﺎﺤﻤﻟﺍ|ﺔﻟﻭﺎﺤﻤﻟﺍ ﻱﺮﺠﺗ)$", "<next try>", false },
	/* It ends at a column, and a day has one digit or two. */
	{ " *" ARABIC "/20[0-9]{2} [0-9]{2}:[0-9]{2}", " <when>", false },
	{ " *[0-9]{2}:[0-9]{2} " ARABIC "/20[0-9]{2}", " <when>", false },
	{ "(ﺮﻴﻓﻮﺘﻟﺍ|ﻱﺭﺎﺠﻟﺍ) +[0-9]{2}:[0-9]{2}( +" ARABIC " [^ ]+)?$",
	    "<account> <when>", false },
	{ " +" ARABIC "$", " <day>", false },
	{ " +[^ ]+ [0-9]{1,2} [^ ]+  [0-9]{2}:[0-9]{2}:[0-9]{2}$", " <clock>",
	    false },
	{ "^ *(It's|Son las) [0-9]{2}:.*$", "<sentence>", true },
	{ BLOCKS, "<large clock>", true },
	{ "[0-9]{2}:[0-9]{2}:[0-9]{2}", "<time>", false },
	/* What stands at the right of a greeting, stands at a column. */
	{ "(Good [a-z]+|Buen[oa]s [a-zí]+), [a-z]+[.] +●", "<greeting>  ●",
	    false },
	{ "Good (morning|afternoon|evening)", "Good day", false },
	{ "Buen[oa]s (días|tardes|noches)", "Buen día", false },
	{ "^( +" DATE ")+$", "<dates>", false },
	{ "[0-9]{1,2} [A-Za-z]{3} 20[0-9]{2} [0-9]{2}:[0-9]{2}", "<when>",
	    false },
	/* A statement's rows: with the day, without it, narrow. */
	{ "^  [^ ]{3,4} [ 0-9][0-9] [A-Za-z]{3} +[0-9]{2}:[0-9]{2} ",
	    "  <day> <time> ", false },
	{ "^ +[0-9]{2}:[0-9]{2} ", "        <time> ", false },
	{ "^  [0-9]{1,2} [A-Za-z]{3} +", "  <day> ", false },
	{ "● [0-9]{2}:[0-9]{2} ", "● <time> ", false },
	{ "^ *(Next try|Trying again|Próximo intento|Intentándolo) .*$",
	    "<next try>", false },
	{ "since [0-9]{2}:[0-9]{2}$", "since <time>", false },
	{ "desde [0-9]{2}:[0-9]{2}[)]$", "desde <time>)", false },
	{ "in [0-9]+ seconds?", "in <n> seconds", false },
	{ "en [0-9]+ segundos?", "en <n> segundos", false },
	{ "free [0-9]+ MB", "free <n> MB", false },
};

void
expected_arguments(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--update") == 0)
			updating = true;
		else
			cmocka_set_test_filter(argv[i]);
	}
}

static void
mask_line(FILE *out, const char *line, bool clock)
{
	char text[2048];
	regmatch_t match;
	regex_t regex;

	snprintf(text, sizeof(text), "%s", line);
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		char before[2048];

		if (masks[i].clock && !clock)
			continue;
		if (regcomp(&regex, masks[i].pattern, REG_EXTENDED) != 0)
			abort();
		if (regexec(&regex, text, 1, &match, 0) == 0) {
			memcpy(before, text, sizeof(before));
			snprintf(text, sizeof(text), "%.*s%s%s",
			    (int)match.rm_so, before, masks[i].mask,
			    before + match.rm_eo);
		}
		regfree(&regex);
	}
	/* What stands beside a date begins where that leaves it. */
	fprintf(out, "%s\n",
	    strstr(text, " <when>") != NULL && strstr(text, "\xef\xba") != NULL
		? text + strspn(text, " ")
		: text);
}

static char *
masked_screen(struct term *term, bool looks)
{
	char *plain = term_dump(term, looks), *masked = NULL, *line, *next;
	size_t size;
	FILE *out = open_memstream(&masked, &size);
	bool clock = strstr(plain, "press any key or touch") != NULL ||
	    strstr(plain, "pulse una tecla o toque") != NULL ||
	    strstr(plain, "ﺔﺷﺎﺸﻟﺍ ﺲﻤﻟﺍ") != NULL ||
	    strstr(plain, "out of service") != NULL ||
	    strstr(plain, "fuera de servicio") != NULL ||
	    strstr(plain, "ﺔﻣﺪﺨﻟﺍ ﺝﺭﺎﺧ") != NULL;

	for (line = plain; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		if (*next != '\0')
			*next++ = '\0';
		mask_line(out, line, clock);
	}
	fclose(out);
	free(plain);
	return masked;
}

static void
path_of(char *path, size_t size, const char *name)
{
	const char *tests = getenv("TESTS");

	snprintf(path, size, "%s/screens/expected/%s.txt",
	    tests == NULL ? "tests" : tests, name);
}

static char *
read_file(const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return strdup("");
	if (getdelim(&text, &size, '\0', file) < 0)
		*text = '\0';
	fclose(file);
	return text;
}

static void
write_expected(struct term *term, const char *path, bool looks)
{
	char *text;
	FILE *file;

	term_take(term, SETTLE_MS);
	text = masked_screen(term, looks);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	fputs(text, file);
	fclose(file);
	free(text);
}

void
expect_screen(struct term *term, const char *name, bool looks)
{
	char path[512], *wanted, *got = NULL;
	bool same = false;
	struct patience bound;

	path_of(path, sizeof(path), name);
	if (updating) {
		write_expected(term, path, looks);
		return;
	}
	wanted = read_file(path);
	patience_begin(&bound, TERM_WAIT_MS);
	while (!same && !patience_is_over(&bound)) {
		free(got);
		got = masked_screen(term, looks);
		same = strcmp(got, wanted) == 0;
		if (!same)
			term_take(term, TRY_MS);
	}
	if (!same)
		fprintf(stderr,
		    "%s differs (--update writes it anew)\n"
		    "==== expected\n%s==== got\n%s====\n",
		    path, wanted, got);
	free(wanted);
	free(got);
	assert_true(same);
}
