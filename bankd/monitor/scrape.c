/* SPDX-License-Identifier: ISC */
/*
 * Prometheus's end: HTTP as far as one question needs it.  Runs in the monitor.
 *
 *	reading -> waiting (for the children's figures) -> writing -> gone
 *	   |                                                 ^
 *	   +-------- another question: 404 ------------------+
 */
#include "scrape.h"

#include <sys/queue.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../control/control_metrics.h"
#include "../control/control_socket.h"

#define CLIENTS_MAX 8
#define REQUEST_MAX 4096
#define PATIENCE_SECONDS 10
#define BACKLOG 16
#define ADDRESS_SIZE 128
#define TYPE "text/plain; version=0.0.4; charset=utf-8"

struct scrape_client {
	struct scrape *scrape;
	int fd;
	struct event *event;
	struct event *bound; /* of all of it, from the connection on */
	bool waiting;
	char request[REQUEST_MAX + 1];
	char *answer; /* NULL: it is being read */
	size_t length, sent;
	TAILQ_ENTRY(scrape_client) link;
};

struct scrape {
	struct scrape_options options;
	struct event_base *base;
	struct event *event;
	struct control_socket socket; /* without a path: of an address */
	char address[ADDRESS_SIZE];
	unsigned count;
	TAILQ_HEAD(, scrape_client) clients;
};

static void
client_free(struct scrape_client *client)
{
	TAILQ_REMOVE(&client->scrape->clients, client, link);
	client->scrape->count--;
	if (client->event != NULL)
		event_free(client->event);
	if (client->bound != NULL)
		event_free(client->bound);
	close(client->fd);
	free(client->answer);
	free(client);
}

static int
await(struct scrape_client *client, short what, event_callback_fn callback)
{
	if (client->event != NULL)
		event_free(client->event);
	client->event =
	    event_new(client->scrape->base, client->fd, what, callback, client);
	return client->event != NULL && event_add(client->event, NULL) == 0
	    ? 0
	    : BANK_ENOMEM;
}

static void
writable(evutil_socket_t fd, short what, void *context)
{
	struct scrape_client *client = context;
	ssize_t n;

	(void)what;
	n = send(fd, client->answer + client->sent,
	    client->length - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0)
		client->sent += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		client->sent = client->length;
	if (client->sent == client->length ||
	    event_add(client->event, NULL) == -1)
		client_free(client);
}

/* The status line's rest, and the text. */
static void
answer(struct scrape_client *client, const char *status, const char *text)
{
	FILE *out = open_memstream(&client->answer, &client->length);

	client->waiting = false;
	if (out != NULL) {
		fprintf(out,
		    "HTTP/1.0 %s\r\nContent-Type: " TYPE
		    "\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    status, strlen(text), text);
		fclose(out);
	}
	if (client->answer == NULL || await(client, EV_WRITE, writable) != 0)
		client_free(client);
}

static void
gone(evutil_socket_t fd, short what, void *client)
{
	(void)fd;
	(void)what;
	client_free(client);
}

/* A whole head of a request; what stands in it besides doesn't matter. */
static void
take(struct scrape_client *client)
{
	static const char wanted[] = "GET /metrics";
	const char *rest = client->request + strlen(wanted);

	if (strncmp(client->request, wanted, strlen(wanted)) != 0 ||
	    (*rest != ' ' && *rest != '?')) {
		answer(client, "404 Not Found", "GET /metrics\n");
		return;
	}
	client->waiting = true;
	event_free(client->event);
	client->event = NULL;
	client->scrape->options.ask(client->scrape->options.context);
}

static void
readable(evutil_socket_t fd, short what, void *context)
{
	struct scrape_client *client = context;
	ssize_t n;

	(void)what;
	n = recv(fd, client->request + client->length,
	    REQUEST_MAX - client->length, MSG_DONTWAIT);
	if (n <= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR))) {
		client_free(client);
		return;
	}
	client->length += n > 0 ? (size_t)n : 0;
	if (memmem(client->request, client->length, "\r\n\r\n", 4) != NULL) {
		client->length = 0;
		take(client);
	} else if (client->length == REQUEST_MAX ||
	    event_add(client->event, NULL) == -1)
		client_free(client);
}

static void
acceptable(evutil_socket_t listener, short what, void *context)
{
	static const struct timeval patience = { PATIENCE_SECONDS, 0 };
	struct scrape *scrape = context;
	struct scrape_client *client;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (fd == -1)
		return;
	if (scrape->count >= CLIENTS_MAX ||
	    (client = calloc(1, sizeof(*client))) == NULL) {
		close(fd);
		return;
	}
	client->scrape = scrape;
	client->fd = fd;
	TAILQ_INSERT_TAIL(&scrape->clients, client, link);
	scrape->count++;
	client->bound = evtimer_new(scrape->base, gone, client);
	if (client->bound == NULL ||
	    evtimer_add(client->bound, &patience) == -1 ||
	    await(client, EV_READ, readable) != 0)
		client_free(client);
}

void
scrape_answer(struct scrape *scrape, const char *status)
{
	struct scrape_client *client = TAILQ_FIRST(&scrape->clients), *next;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		return;
	control_metrics_put(status, CONTROL_METRICS_TEXT, out);
	fclose(out);
	for (; client != NULL && text != NULL; client = next) {
		next = TAILQ_NEXT(client, link);
		if (client->waiting)
			answer(client, "200 OK", text);
	}
	free(text);
}

/* `127.0.0.1:9280`, `[::1]:9280`: an address of this host alone. */
static int
read_address(
    const char *where, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	const char *colon = strrchr(where, ':');
	char host[ADDRESS_SIZE];
	uint64_t port;

	if (colon == NULL || (size_t)(colon - where) >= sizeof(host) ||
	    number_parse(colon + 1, 0, UINT16_MAX, &port) != 0)
		return BANK_EINVAL;
	memset(address, 0, sizeof(*address));
	snprintf(host, sizeof(host), "%.*s", (int)(colon - where), where);
	if (strcmp(host, "[::1]") == 0) {
		*length = sizeof(*six);
		six->sin6_family = AF_INET6;
		six->sin6_addr = in6addr_loopback;
		six->sin6_port = htons((uint16_t)port);
		return 0;
	}
	*length = sizeof(*four);
	four->sin_family = AF_INET;
	four->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &four->sin_addr) != 1)
		return BANK_EINVAL;
	return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
	    ? 0
	    : BANK_EINVAL;
}

int
scrape_check(const char *where, const char *group, char *error, size_t size)
{
	struct sockaddr_storage address;
	socklen_t length;

	if (where[0] == '\0')
		return 0;
	if (where[0] == '/' && (group[0] == '\0' || getgrnam(group) != NULL))
		return 0;
	if (where[0] != '/' && read_address(where, &address, &length) == 0)
		return 0;
	if (where[0] == '/')
		snprintf(error, size, "no group %s; bankd.ini: [metrics] group",
		    group);
	else
		snprintf(error, size,
		    "%s is no address of this host alone, such as "
		    "127.0.0.1:9280 or [::1]:9280, and no path of a socket; "
		    "bankd.ini: [metrics] listen",
		    where);
	return EX_CONFIG;
}

/* An address of this host alone, or a code of sysexits(3). */
static int
listen_at_address(struct scrape *scrape, char *error, size_t size)
{
	const int yes = 1;
	struct sockaddr_storage address;
	struct sockaddr_in6 own;
	socklen_t length, own_length = sizeof(own);
	int fd;

	if (read_address(scrape->options.where, &address, &length) != 0)
		return EX_CONFIG; /* scrape_check() has told */
	scrape->socket.fd = fd = socket(
	    address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == -1 ||
	    bind(fd, (const struct sockaddr *)&address, length) == -1 ||
	    listen(fd, BACKLOG) == -1 ||
	    getsockname(fd, (struct sockaddr *)&own, &own_length) == -1) {
		snprintf(error, size,
		    "can't listen on %s: %s; bankd.ini: [metrics] listen",
		    scrape->options.where, strerror(errno));
		return EX_OSERR;
	}
	/* The port stands at the same place in both families. */
	snprintf(scrape->address, sizeof(scrape->address), "%.*s:%u",
	    (int)(strrchr(scrape->options.where, ':') - scrape->options.where),
	    scrape->options.where, (unsigned)ntohs(own.sin6_port));
	return 0;
}

static int
listen_at_path(struct scrape *scrape, char *error, size_t size)
{
	const char *where = scrape->options.where;
	struct ucred holder = { 0 };
	int result;

	result = control_socket_init(&scrape->socket, where,
	    scrape->options.owner, scrape->options.group);
	if (result == 0)
		result = control_socket_listen(&scrape->socket, &holder);
	string_copy(scrape->address, where, sizeof(scrape->address));
	if (result != 0)
		snprintf(error, size,
		    "can't listen on %s: %s; bankd.ini: [metrics] listen",
		    where,
		    result == BANK_EBUSY        ? "somebody else does"
			: result == BANK_EINVAL ? "the path is too long"
						: place_reason(errno));
	return result == 0 ? 0 : result == BANK_ESYS ? EX_OSERR : EX_CONFIG;
}

int
scrape_open(struct scrape **result, struct event_base *base,
    const struct scrape_options *options, char *error, size_t size)
{
	struct scrape *scrape;
	int code = scrape_check(options->where, options->group, error, size);

	*result = NULL;
	if (code != 0)
		return code;
	if ((scrape = calloc(1, sizeof(*scrape))) == NULL)
		return EX_OSERR;
	*scrape = (struct scrape) { .options = *options,
		.base = base,
		.socket = { .fd = -1, .place = { .fd = -1 } } };
	TAILQ_INIT(&scrape->clients);
	code = options->where[0] == '/'
	    ? listen_at_path(scrape, error, size)
	    : listen_at_address(scrape, error, size);
	if (code == 0) {
		scrape->event = event_new(base, scrape->socket.fd,
		    EV_READ | EV_PERSIST, acceptable, scrape);
		if (scrape->event == NULL ||
		    event_add(scrape->event, NULL) == -1)
			code = EX_OSERR;
	}
	if (code != 0) {
		scrape_close(scrape);
		return code;
	}
	*result = scrape;
	return 0;
}

void
scrape_close(struct scrape *scrape)
{
	struct scrape_client *client;

	if (scrape == NULL)
		return;
	while ((client = TAILQ_FIRST(&scrape->clients)) != NULL)
		client_free(client);
	if (scrape->event != NULL)
		event_free(scrape->event);
	control_socket_close(&scrape->socket);
	free(scrape);
}

const char *
scrape_address(const struct scrape *scrape)
{
	return scrape->address;
}
