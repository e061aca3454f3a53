/* SPDX-License-Identifier: ISC */
/*
 * What is typed or piped into plain mode: each line that ended is one
 * answer, as it was typed where it is no longer than an answer may be, and
 * otherwise what no question accepts; what the end of the input cuts off is
 * none.
 */
#include <sys/socket.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../atm-tui/plain/plain_io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The sockets are this target's standard input; prompts go nowhere. */
static void
feed(const uint8_t *data, size_t size)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 ||
	    dup2(fds[0], STDIN_FILENO) == -1)
		abort();
	if (size > 0 && write(fds[1], data, size) != (ssize_t)size)
		abort();
	close(fds[0]);
	close(fds[1]);
}

static void
check_line(const char *answer, const uint8_t *line, size_t length)
{
	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (length >= PLAIN_LINE_SIZE || memchr(line, '\0', length) != NULL) {
		assert(strcmp(answer, PLAIN_NO_ANSWER) == 0);
		return;
	}
	assert(strlen(answer) == length);
	assert(memcmp(answer, line, length) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event_base *base;
	static struct plain plain;
	const uint8_t *at = data, *end = data + size, *stop;
	char answer[PLAIN_LINE_SIZE];

	if (size > 65536)
		return 0;
	if (base == NULL) {
		base = event_base_new();
		if (base == NULL || freopen("/dev/null", "w", stdout) == NULL)
			abort();
	}
	memset(&plain, 0, sizeof(plain));
	plain.base = base;
	feed(data, size);
	if (plain_open_input(&plain) != 0)
		abort();
	while (plain_ask_secret(&plain, "", answer)) {
		stop = memchr(at, '\n', (size_t)(end - at));
		assert(stop != NULL);
		check_line(answer, at, (size_t)(stop - at));
		at = stop + 1;
	}
	assert(plain.end && memchr(at, '\n', (size_t)(end - at)) == NULL);
	plain_close_input(&plain);
	return 0;
}
