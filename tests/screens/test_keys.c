/* SPDX-License-Identifier: ISC */
/*
 * What `?` tells is all that a screen's keys do: on each screen, every key
 * that the help doesn't tell is pressed, and nothing changes.
 */
#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define HELP "\033OP"
#define HELP_TITLE "Keys on this screen"
#define HELP_END "You can also touch"
#define ROWS 24
#define COLUMNS 80
#define BODY_FIRST 2
#define BODY_END (ROWS - 3)
#define TAKE_MS 50

/* What stands in the help for a key, and what it sends. */
static const struct {
	const char *told, *bytes;
} named[] = {
	{ "Enter", "\r" },
	{ "Backspace", "\177" },
	{ "Tab", "\t" },
	{ "Tab", "\033[Z" },
	{ "↑", "\033[A" },
	{ "↓", "\033[B" },
	{ "→", "\033[C" },
	{ "←", "\033[D" },
	{ "Home", "\033[H" },
	{ "End", "\033[F" },
	{ "PgUp", "\033[5~" },
	{ "PgDn", "\033[6~" },
	{ "Del", "\033[3~" },
	{ "F2", "\033OQ" },
	{ "F3", "\033OR" },
	{ "Esc", "\033" },
};
#define NAMED (sizeof(named) / sizeof(named[0]))

/* The keys of the help, with a blank around each; `any key` is as it is. */
struct told {
	char keys[512];
};

static void
add(struct told *told, const char *key, size_t length)
{
	size_t used = strlen(told->keys);

	snprintf(told->keys + used, sizeof(told->keys) - used, "%.*s ",
	    (int)length, key);
}

/* `1-7`, `↑↓←→/Tab`, `p/5`: each by itself. */
static void
take_label(struct told *told, const char *label)
{
	const char *end;
	size_t length;

	for (; *label != '\0'; label = *end == '/' ? end + 1 : end) {
		end = label + strcspn(label, "/");
		if (label[1] == '-' && isdigit((unsigned char)label[0])) {
			for (char c = label[0]; c <= label[2]; c++)
				add(told, &c, 1);
			continue;
		}
		if ((label[0] & 0x80) == 0) {
			add(told, label, (size_t)(end - label));
			continue;
		}
		for (const char *at = label; at < end; at += length) {
			for (length = 1; (at[length] & 0xc0) == 0x80;)
				length++;
			add(told, at, length);
		}
	}
}

/* The word at a place of a row, in cells. */
static void
word_at(struct term *kiosk, int row, int column, char word[128])
{
	char cell[32];

	*word = '\0';
	for (; column < COLUMNS; column++) {
		const char *text = term_row(kiosk, row);
		size_t at = 0;

		for (int i = 0; i < column && text[at] != '\0'; i++)
			for (at++; (text[at] & 0xc0) == 0x80;)
				at++;
		if (text[at] == '\0' || text[at] == ' ')
			break;
		snprintf(cell, sizeof(cell), "%s", text + at);
		for (size_t i = 1; i < sizeof(cell); i++)
			if ((cell[i] & 0xc0) != 0x80) {
				cell[i] = '\0';
				break;
			}
		strncat(word, cell, 127 - strlen(word));
	}
}

/* The body: its text, and what has the focus. */
static char *
body(struct term *kiosk)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (int y = BODY_FIRST; y < BODY_END; y++) {
		fprintf(out, "%s\n", term_row(kiosk, y));
		for (int x = 0; x < COLUMNS; x++)
			fputc(term_look(kiosk, y, x).reverse ? '#' : '.', out);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

/* Once it is whole: as it was a moment ago. */
static char *
settled_body(struct term *kiosk)
{
	char *text = body(kiosk), *next;

	for (;;) {
		term_take(kiosk, TAKE_MS);
		next = body(kiosk);
		if (strcmp(text, next) == 0)
			break;
		free(text);
		text = next;
	}
	free(next);
	return text;
}

/* Opens the help, takes what it tells, and closes it. */
static void
read_help(struct term *kiosk, struct told *told)
{
	int first, last, column, at;
	char word[128];

	memset(told, 0, sizeof(*told));
	add(told, "", 0);
	term_send(kiosk, HELP);
	assert_true(term_wait(kiosk, HELP_END));
	free(settled_body(kiosk));
	assert_true(term_find(kiosk, HELP_TITLE, &first, &column));
	assert_true(term_find(kiosk, HELP_END, &last, &at));
	/* Where F1 stands, the others do. */
	assert_true(term_find(kiosk, "F1", &at, &column));
	for (word[0] = 'x'; word[0] != '\0' && column > 0; column--)
		word_at(kiosk, at, column - 1, word);
	column++;
	for (int row = first + 1; row < last; row++) {
		word_at(kiosk, row, column, word);
		take_label(told, word);
	}
	term_send(kiosk, " ");
	assert_true(term_wait_gone(kiosk, HELP_TITLE));
}

static bool
is_told(const struct told *told, const char *key)
{
	char wanted[32];

	snprintf(wanted, sizeof(wanted), " %s ", key);
	return strstr(told->keys, wanted) != NULL;
}

static bool
is_told_letter(const struct told *told, char c)
{
	return is_told(told, (char[]) { c, '\0' }) ||
	    is_told(told, (char[]) { (char)toupper(c), '\0' }) ||
	    is_told(told, (char[]) { (char)tolower(c), '\0' });
}

static void
press_untold(struct term *kiosk, const struct told *told, bool typing)
{
	for (char c = ' '; !typing && c <= '~'; c++)
		if (!is_told_letter(told, c))
			term_send(kiosk, (char[]) { c, '\0' });
	for (size_t i = 0; i < NAMED; i++)
		if (!is_told(told, named[i].told))
			term_send(kiosk, named[i].bytes);
}

/* `typing`: characters go to a field. */
static void
no_other_key(struct term *kiosk, const char *screen, bool typing)
{
	struct told told, again;
	char *before, *after;

	read_help(kiosk, &told);
	print_message("%s tells:%s\n", screen, told.keys);
	before = settled_body(kiosk);
	press_untold(kiosk, &told, typing);
	read_help(kiosk, &again);
	after = settled_body(kiosk);
	assert_string_equal(again.keys, told.keys);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

struct step {
	const char *send, *wait, *screen;
	bool typing;
};

static void
walk(struct term *kiosk, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		term_send(kiosk, steps[i].send);
		assert_true(term_wait(kiosk, steps[i].wait));
		if (steps[i].screen != NULL)
			no_other_key(kiosk, steps[i].screen, steps[i].typing);
	}
}

static void
test_keys(void **state)
{
	static const char *const options[] = { "-o", "receipt.directory=/tmp",
		NULL };
	static const struct step steps[] = {
		{ " ", "Please enter your ID", "login", true },
		{ "\r", "2. Open an account", "buttons", true },
		{ "2", "New ID", "sign-up", true },
		{ "x1\r", "Full name", "name", true },
		{ "\r", "At least 4", "new password", true },
		{ "\033", "Full name", NULL, false },
		{ "\033", "New ID", NULL, false },
		{ "\033", "Please enter your ID", NULL, false },
		{ "chris\r", "Your ID is chris", "password", true },
		{ CHRIS "\r", "3. Exit", "menu", false },
		{ "1", "2. Checking", "account", false },
		{ "1", "2. Another ID", "to whom", false },
		{ "2", "Recipient's ID", "recipient", true },
		{ "fey\r", "At most", "amount", true },
		{ "5\r", "add a message?", "message", true },
		{ "\r", "Enter: yes", "sure", false },
		{ "\r", "Receipt? 1 yes", NULL, false },
		{ "2", "p/5", NULL, false },
		{ " ", "3. Exit", NULL, false },
		{ "42", "Available", "deposit", true },
		{ "\033", "3. Exit", NULL, false },
		{ "52", "6. Another amount", "withdraw", false },
		{ "1", "Enter: yes", "withdraw, sure", false },
		{ "\033", "6. Another amount", NULL, false },
		{ "\033", "3. Exit", NULL, false },
		{ "6", "Sent to fey", "statement", false },
		{ "s", "Search:", "search", true },
		{ "\r", "Sent to fey", NULL, false },
		{ "g", "┤", "chart", false },
		{ "g", "Sent to fey", NULL, false },
		{ "p", "like to print?", "print", false },
		{ "\033", "Sent to fey", NULL, false },
		{ "\033", "3. Exit", NULL, false },
		{ "7", "5. Back", "services", false },
		{ "2", "Old password", "old password", true },
		{ "\033", "5. Back", NULL, false },
	};
	struct fixture *fixture = *state;
	struct term *kiosk;

	fixture_set_limits(fixture);
	kiosk = fixture_kiosk(fixture, ROWS, COLUMNS, options, NULL);
	walk(kiosk, steps, sizeof(steps) / sizeof(steps[0]));
}

static void
test_closing(void **state)
{
	static const struct step steps[] = {
		{ " ", "Please enter your ID", NULL, false },
		{ "new\r7391\r", "3. Exit", NULL, false },
		{ "7", "5. Back", NULL, false },
		{ "4", "for good?", "close", false },
		{ "2", "Are you sure?", "really", false },
	};
	struct fixture *fixture = *state;

	fixture_plain(fixture, "+\nnew\n\n7391\n7391\n");
	walk(fixture_plain_kiosk(fixture), steps,
	    sizeof(steps) / sizeof(steps[0]));
}

#define KEYS_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(test_keys),
		KEYS_TEST(test_closing),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
