/* SPDX-License-Identifier: ISC */
/*
 * Answers to operators, written (control_codec.h) and sent.  Sending is the
 * operator's thread's, which may be kept waiting by a bankctl that doesn't
 * read.
 */
#include "operator.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

#define PATIENCE_MS 10000
/* Rows of the loop wait in memory; there are as many as sessions. */
#define ANSWER_MAX ((size_t)256 * 1024 * 1024)

void
operator_line(struct operator_command *command, int kind, size_t count,
    const char *const fields[])
{
	command->answer.failed |= command->answer.length > ANSWER_MAX;
	control_put_row(&command->answer, kind, count, fields);
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
	struct control_text *answer = &command->answer;
	size_t sent = 0;
	ssize_t n;

	while (sent < answer->length && !answer->failed) {
		n = send(command->fd, answer->data + sent,
		    answer->length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
		else if (n == -1 && errno == EAGAIN)
			answer->failed = !wait_for_room(command->fd);
		else if (n == -1 && errno != EINTR)
			answer->failed = true;
	}
	answer->length = 0;
}

void
operator_end(struct operator_command *command)
{
	control_put_end(&command->answer, command->code, command->message);
	operator_flush(command);
}
