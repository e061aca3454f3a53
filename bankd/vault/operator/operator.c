/* SPDX-License-Identifier: ISC */
/*
 * The language of the control socket, the vault's side: words in, lines out
 * (control.h).  Writing is the operator's thread's, which may be kept
 * waiting by a bankctl that doesn't read.
 */
#include "operator.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../../shared/base/error.h"

#define PATIENCE_MS 10000
#define ANSWER_STEP 65536
/* Rows of the loop wait in memory; there are as many as sessions. */
#define ANSWER_MAX ((size_t)256 * 1024 * 1024)

static const char escapes[][2] = { { '\t', 't' }, { '\n', 'n' }, { '\\', '\\' },
	{ ' ', 's' } };

/* In place; BANK_EINVAL for an escape that is none. */
static int
unescape(char *word)
{
	char *to = word;
	size_t i;

	for (; *word != '\0'; word++, to++) {
		*to = *word;
		if (*word != '\\')
			continue;
		word++;
		for (i = 0; i < 4 && escapes[i][1] != *word; i++)
			continue;
		if (i == 4)
			return BANK_EINVAL;
		*to = escapes[i][0];
	}
	*to = '\0';
	return 0;
}

int
operator_parse(struct operator_command *command)
{
	char *rest = command->request, *word;

	command->secret = strchr(rest, '\n');
	if (command->secret != NULL) {
		*command->secret++ = '\0';
		command->secret[strcspn(command->secret, "\n")] = '\0';
	}
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (command->count == OPERATOR_WORDS || unescape(word) != 0)
			return BANK_EINVAL;
		command->words[command->count++] = word;
	}
	return command->count > 0 ? 0 : BANK_EINVAL;
}

static void
add(struct operator_command *command, const char *data, size_t length)
{
	char *answer;
	size_t size = command->size;

	if (command->failed)
		return;
	while (size - command->length < length && size < ANSWER_MAX)
		size = size == 0 ? ANSWER_STEP : size * 2;
	if (size != command->size) {
		answer = realloc(command->answer, size);
		if (answer == NULL) {
			command->failed = true;
			return;
		}
		command->answer = answer;
		command->size = size;
	}
	if (size - command->length < length) {
		command->failed = true;
		return;
	}
	memcpy(command->answer + command->length, data, length);
	command->length += length;
}

/* Spaces may stand in a field; the others end it. */
static void
add_escaped(struct operator_command *command, const char *text)
{
	char escape[2] = { '\\' };
	size_t i;

	for (; *text != '\0'; text++) {
		for (i = 0; i < 3 && escapes[i][0] != *text; i++)
			continue;
		escape[1] = i < 3 ? escapes[i][1] : '\0';
		if (i < 3)
			add(command, escape, sizeof(escape));
		else
			add(command, text, 1);
	}
}

void
operator_line(struct operator_command *command, int kind, ...)
{
	const char *value, *separator = " ";
	const char first = (char)kind;
	va_list ap;

	add(command, &first, 1);
	va_start(ap, kind);
	while ((value = va_arg(ap, const char *)) != NULL) {
		add(command, separator, 1);
		add_escaped(command, value);
		separator = "\t";
	}
	va_end(ap);
	add(command, "\n", 1);
}

void
operator_fail(
    struct operator_command *command, int code, const char *format, ...)
{
	va_list ap;

	command->code = code;
	va_start(ap, format);
	vsnprintf(command->message, sizeof(command->message), format, ap);
	va_end(ap);
}

static bool
wait_for_room(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int n;

	do
		n = poll(&pfd, 1, PATIENCE_MS);
	while (n == -1 && errno == EINTR);
	return n == 1 && (pfd.revents & POLLOUT) != 0;
}

void
operator_flush(struct operator_command *command)
{
	size_t sent = 0;
	ssize_t n;

	while (sent < command->length && !command->failed) {
		n = send(command->fd, command->answer + sent,
		    command->length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
		else if (n == -1 && errno == EAGAIN)
			command->failed = !wait_for_room(command->fd);
		else if (n == -1 && errno != EINTR)
			command->failed = true;
	}
	command->length = 0;
}

void
operator_end(struct operator_command *command)
{
	char line[32];
	int length;

	length = snprintf(line, sizeof(line), ". %d", command->code);
	add(command, line, (size_t)length);
	if (command->code != 0) {
		add(command, " ", 1);
		add_escaped(command, command->message);
	}
	add(command, "\n", 1);
	operator_flush(command);
}
