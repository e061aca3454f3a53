/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a question for the figures: whoever asks for them is answered
 * with them, who asks for anything else isn't, and afterwards nobody is left.
 * The first byte says how many bytes come at a time.
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "../../bankd/monitor/scrape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *base;
static struct scrape *scrape;
static struct sockaddr_in address = { .sin_family = AF_INET };
static bool asked;

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_scrape: %s\n", what);
	abort();
}

static void
ask(void *context)
{
	(void)context;
	asked = true;
}

static void
at_exit(void)
{
	scrape_close(scrape);
	event_base_free(base);
}

static void
start(void)
{
	const struct scrape_options options = {
		.where = "127.0.0.1:0", .group = "", .ask = ask
	};
	char error[256] = "";

	must((base = event_base_new()) != NULL, "no events");
	must(scrape_open(&scrape, base, &options, error, sizeof(error)) == 0,
	    error);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port =
	    htons((uint16_t)atoi(strrchr(scrape_address(scrape), ':') + 1));
	must(atexit(at_exit) == 0, "no end");
}

static void
turn(void)
{
	must(event_base_loop(base, EVLOOP_NONBLOCK) >= 0, "no loop");
}

static int
dial(void)
{
	const struct linger linger = { 1, 0 }; /* no port stays behind */
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd != -1 &&
		connect(fd, (struct sockaddr *)&address, sizeof(address)) ==
		    0 &&
		setsockopt(
		    fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0,
	    "no connection");
	turn();
	return fd;
}

static void
send_all(int fd, const uint8_t *data, size_t size, size_t at_a_time)
{
	size_t part;

	for (size_t i = 0; i < size; i += part) {
		part = size - i < at_a_time ? size - i : at_a_time;
		if (send(fd, data + i, part, MSG_NOSIGNAL) != (ssize_t)part)
			return;
		turn();
	}
}

static void
check(int fd, bool wanted)
{
	char text[65536];
	ssize_t n;

	(void)shutdown(fd, SHUT_WR);
	turn();
	if (asked) {
		must(wanted, "figures that nobody asked for");
		scrape_answer(scrape, "uptime-seconds 1\n");
	}
	turn();
	n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	if (n <= 0)
		return;
	text[n] = '\0';
	must(strncmp(text, asked ? "HTTP/1.0 200 " : "HTTP/1.0 404 ", 13) == 0,
	    "another answer");
	must(strstr(text, "\r\n\r\n") != NULL, "a head without an end");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	if (base == NULL)
		start();
	if (size == 0)
		return 0;
	asked = false;
	fd = dial();
	send_all(fd, data + 1, size - 1, data[0] * 16U + 1);
	check(fd, size > 12 && memcmp(data + 1, "GET /metrics", 12) == 0);
	close(fd);
	turn();
	return 0;
}
