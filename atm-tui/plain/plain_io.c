/* SPDX-License-Identifier: ISC */
/*
 * Lines of plain mode: read as they are asked for, none lost, none given to
 * another question.  Part of atm-tui.  What was read is wiped: passwords are
 * among it.
 */
#include "plain_io.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/terminal/escape.h"
#include "../../shared/terminal/text.h"
#include "../../shared/base/utf8.h"
#include "../../shared/base/util.h"
#include "../base/limits.h"
#include "../base/options.h"

static void
plain_read(int fd, short what, void *argument)
{
	struct plain *plain = argument;
	ssize_t length;

	(void)what;
	/* Full without a newline: the line is too long to be an answer. */
	if (plain->lines_length == sizeof(plain->lines)) {
		plain->skip_line = true;
		plain->lines_length = 0;
	}
	length = read(fd, plain->lines + plain->lines_length,
	    sizeof(plain->lines) - plain->lines_length);
	if (length > 0)
		plain->lines_length += (size_t)length;
	else if (length == 0 || (errno != EINTR && errno != EAGAIN))
		plain->input_end = true;
}

int
plain_open_input(struct plain *plain)
{
	plain->person = isatty(STDIN_FILENO);
	plain->terminal = plain->person && isatty(STDOUT_FILENO);
	plain->input =
	    event_new(plain->base, STDIN_FILENO, EV_READ, plain_read, plain);
	return plain->input != NULL ? 0 : BANK_ENOMEM;
}

static void
plain_echo(struct plain *plain, bool on)
{
	struct termios modes;

	if (on) {
		if (plain->echo_off)
			tcsetattr(STDIN_FILENO, TCSADRAIN, &plain->modes);
		plain->echo_off = false;
		return;
	}
	if (tcgetattr(STDIN_FILENO, &plain->modes) != 0)
		return;
	modes = plain->modes;
	modes.c_lflag &= ~(tcflag_t)ECHO;
	modes.c_lflag |= ECHONL;
	/* Not TCSAFLUSH: what was typed ahead stays. */
	plain->echo_off = tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) == 0;
}

void
plain_close_input(struct plain *plain)
{
	plain_echo(plain, true);
	if (plain->input != NULL)
		event_free(plain->input);
	plain->input = NULL;
	OPENSSL_cleanse(plain->lines, sizeof(plain->lines));
}

/* What a person's keyboard has for digits, as on the screens. */
static void
use_latin_digits(char *line)
{
	char *to = line;

	for (; *line != '\0'; line++) {
		int lead = line[0] & 0xff, next = line[1] & 0xff;
		int digit =
		    text_latin_digit((lead & 0x1f) << 6 | (next & 0x3f));

		if ((lead & 0xe0) == 0xc0 && digit <= '9' && digit >= '0') {
			*to++ = (char)digit;
			line++;
		} else {
			*to++ = *line;
		}
	}
	*to = '\0';
}

/*
 * Takes the first line that was read; false where no whole line is there
 * yet.  A last line without its newline is dropped: half an amount moves no
 * money.  A line that is too long, or holds a zero byte, is taken for one of
 * a control character, which no question accepts.
 */
static bool
plain_take_line(struct plain *plain, char line[PLAIN_LINE_SIZE])
{
	char *end = memchr(plain->lines, '\n', plain->lines_length);
	size_t length, taken;

	if (end == NULL)
		return false;
	length = (size_t)(end - plain->lines);
	taken = length + 1;
	if (length > 0 && plain->lines[length - 1] == '\r')
		length--;
	if (length >= PLAIN_LINE_SIZE || plain->skip_line ||
	    memchr(plain->lines, '\0', length) != NULL) {
		string_copy(line, PLAIN_NO_ANSWER, PLAIN_LINE_SIZE);
	} else {
		memcpy(line, plain->lines, length);
		/* What a terminal answered to somebody else's question. */
		line[escape_strip(line, length)] = '\0';
		if (plain->person)
			use_latin_digits(line);
	}
	plain->skip_line = false;
	plain->lines_length -= taken;
	memmove(plain->lines, plain->lines + taken, plain->lines_length);
	OPENSSL_cleanse(plain->lines + plain->lines_length, taken);
	return true;
}

static bool
plain_line(struct plain *plain, char line[PLAIN_LINE_SIZE])
{
	bool taken = false;

	if (fflush(stdout) != 0)
		plain->end = true;
	while (!plain->end && !plain->over &&
	    !(taken = plain_take_line(plain, line))) {
		if (plain->input_end) {
			plain->end = true;
			break;
		}
		event_add(plain->input, NULL);
		event_base_loop(plain->base, EVLOOP_ONCE);
	}
	event_del(plain->input);
	return taken;
}

/*
 * Where no terminal echoes the newline that ends the answer, the prompt is a
 * line of its own.
 */
static void
plain_prompt(const struct plain *plain, const char *prompt)
{
	printf("%s%s", prompt, plain->terminal ? "" : "\n");
}

bool
plain_ask(struct plain *plain, const char *prompt, char answer[PLAIN_LINE_SIZE])
{
	size_t start, length;

	if (prompt != NULL)
		plain_prompt(plain, prompt);
	if (!plain_line(plain, answer))
		return false;
	start = strspn(answer, " \t");
	length = strlen(answer + start);
	memmove(answer, answer + start, length + 1);
	while (length > 0 && strchr(" \t", answer[length - 1]) != NULL)
		answer[--length] = '\0';
	return true;
}

bool
plain_ask_secret(
    struct plain *plain, const char *prompt, char answer[PLAIN_LINE_SIZE])
{
	bool taken;

	plain_prompt(plain, prompt);
	if (fflush(stdout) != 0)
		plain->end = true;
	plain_echo(plain, false);
	taken = plain_line(plain, answer);
	plain_echo(plain, true);
	return taken;
}

int
plain_choose(struct plain *plain, const char *question,
    const char *const labels[], size_t count)
{
	char line[PLAIN_LINE_SIZE], number[TEXT_NUMBER_SIZE];

	for (;;) {
		plain_say(question);
		for (size_t i = 0; i < count; i++)
			printf("%s. %s\n", text_number(number, i + 1),
			    _(labels[i]));
		if (!plain_ask(plain, NULL, line))
			return -1;
		if (line[0] > '0' && line[0] <= '0' + (int)count &&
		    line[1] == '\0')
			return line[0] - '1';
		plain_say(_("incorrect input"));
	}
}

void
plain_say(const char *line)
{
	puts(line);
}

void
plain_heading(const struct plain *plain, const char *heading)
{
	if (plain->person)
		printf("\n%s\n", heading);
}

char *
plain_money(const struct plain *plain, char to[TEXT_MONEY_SIZE], int64_t cents)
{
	if (plain->person)
		return text_money(
		    to, config_string(plain->config, SCREEN_CURRENCY), cents);
	money_format(cents, to);
	return text_digits(to, TEXT_MONEY_SIZE);
}

char *
plain_time(
    const struct plain *plain, char to[DATES_SIZE], const char *wire_time)
{
	if (plain->person)
		return dates_wire(to, wire_time);
	string_copy(to, wire_time, DATES_SIZE);
	return text_digits(to, DATES_SIZE);
}

void
plain_refuse(const struct plain *plain, const char *why)
{
	plain_say(_("incorrect input"));
	if (plain->person)
		plain_say(why);
}

void
plain_refuse_text(const struct plain *plain, const char *text)
{
	plain_refuse(plain,
	    utf8_is_clean(text, strlen(text))
		? _(limits_of_text(text))
		: _("Please use at most 64 letters, digits and signs"));
}

void
plain_sayf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}
