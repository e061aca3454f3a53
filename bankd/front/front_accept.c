/* SPDX-License-Identifier: ISC */
/*
 * The front's listeners, and its limits.
 */
#include "front_accept.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "front_client.h"
#include "front_state.h"
#include "front_table.h"
#include "front_vault.h"

#define ACCEPT_AT_ONCE 64
#define ACCEPT_PAUSE_US 100000
#define OTHER_FDS 64

void
front_accept_raise_limit(struct front *front)
{
	rlim_t wanted = (rlim_t)config_number(front->config, SESSION_MAX) +
	    FRONT_OVERFLOW_MAX + OTHER_FDS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	if (limit.rlim_max < wanted) {
		const struct rlimit more = { wanted, wanted };

		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			limit = more;
	}
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	front->limit = UINT32_MAX;
	/* bankd starts only with more than these two. */
	if (limit.rlim_max < UINT32_MAX)
		front->limit =
		    (unsigned)limit.rlim_max - FRONT_OVERFLOW_MAX - OTHER_FDS;
	if (limit.rlim_max < wanted)
		log_event(LOG_WARNING, "few_descriptors", "RLIMIT_NOFILE",
		    LOG_NUMBER(limit.rlim_max), "needed", LOG_NUMBER(wanted),
		    "connections", LOG_NUMBER(front->limit), "max_sessions",
		    LOG_NUMBER(config_number(front->config, SESSION_MAX)),
		    NULL);
}

static void
set_peer(struct sockaddr_in6 *peer, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;

	if (from->ss_family == AF_INET6) {
		memcpy(peer, from, sizeof(*peer));
		return;
	}
	memset(peer, 0, sizeof(*peer));
	peer->sin6_family = AF_INET6;
	peer->sin6_port = in->sin_port;
	peer->sin6_addr.s6_addr[10] = peer->sin6_addr.s6_addr[11] = 0xff;
	memcpy(&peer->sin6_addr.s6_addr[12], &in->sin_addr, 4);
}

static bool
list(struct front *front, struct client *client)
{
	unsigned most = (unsigned)config_number(front->config, SESSION_MAX);

	if (most > front->limit)
		most = front->limit;
	return front_table_add(front->table, client, most,
	    (unsigned)config_number(front->config, SESSION_MAX_ADDRESS));
}

static void
new_connection(struct front *front, int fd, const struct sockaddr_storage *from)
{
	const int on = 1;
	struct client *client;

	if ((client = calloc(1, sizeof(*client))) == NULL) {
		close(fd);
		return;
	}
	client->front = front;
	client->fd = fd;
	set_peer(&client->peer, from);
	if (!list(front, client)) {
		close(fd);
		free(client);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	front_client_start(client);
}

static void
accept_again(evutil_socket_t fd, short what, void *context)
{
	const struct front_accept *accept = context;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < accept->count; i++)
		event_add(accept->listeners[i], NULL);
}

/* Out of descriptors or memory: a listener that is readable would spin. */
static void
accept_pause(const struct front_accept *accept)
{
	const struct timeval pause = { 0, ACCEPT_PAUSE_US };

	for (size_t i = 0; i < accept->count; i++)
		event_del(accept->listeners[i]);
	evtimer_add(accept->again, &pause);
}

static void
acceptable(evutil_socket_t listener, short what, void *context)
{
	struct front *front = context;
	struct sockaddr_storage from;
	socklen_t length;
	int fd;

	(void)what;
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		length = sizeof(from);
		fd = accept4(listener, (struct sockaddr *)&from, &length,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1)
			new_connection(front, fd, &from);
		else if (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM) {
			accept_pause(front->accept);
			break;
		} else if (errno != ECONNABORTED && errno != EINTR)
			break;
	}
	front_flush_soon(front);
}

int
front_accept_listen(struct front *front, int fd)
{
	struct front_accept *accept = front->accept;
	struct event *event;

	if (accept->count == FRONT_LISTENERS_MAX) {
		close(fd);
		return BANK_EINVAL;
	}
	if (accept->again == NULL)
		accept->again = evtimer_new(front->base, accept_again, accept);
	event =
	    event_new(front->base, fd, EV_READ | EV_PERSIST, acceptable, front);
	if (accept->again == NULL || event == NULL)
		return BANK_ENOMEM;
	accept->listeners[accept->count++] = event;
	return event_add(event, NULL) == 0 ? 0 : BANK_ESYS;
}

void
front_accept_end(struct front *front)
{
	struct front_accept *accept = front->accept;

	if (accept->again != NULL)
		evtimer_del(accept->again);
	while (accept->count > 0) {
		struct event *event = accept->listeners[--accept->count];

		close(event_get_fd(event));
		event_free(event);
	}
}
