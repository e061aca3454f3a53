/* SPDX-License-Identifier: ISC */
/*
 * The front's listeners and limits, and the tables in which connections are
 * found by number and counted by address.
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "front_state.h"

#define ACCEPT_AT_ONCE 64
#define ACCEPT_PAUSE_US 100000
/* Past the limits so many at once get their E 429; others a plain close. */
#define OVERFLOW_MAX 16
#define OTHER_FDS 64

void
front_raise_limit(struct front *front)
{
	rlim_t wanted = (rlim_t)config_number(front->config, SESSION_MAX) +
	    OVERFLOW_MAX + OTHER_FDS;
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
		    (unsigned)limit.rlim_max - OVERFLOW_MAX - OTHER_FDS;
	if (limit.rlim_max < wanted)
		log_event(LOG_WARNING, "few_descriptors", "RLIMIT_NOFILE",
		    LOG_NUMBER(limit.rlim_max), "needed", LOG_NUMBER(wanted),
		    "connections", LOG_NUMBER(front->limit), "max_sessions",
		    LOG_NUMBER(config_number(front->config, SESSION_MAX)),
		    NULL);
}

static struct address_bucket *
address_bucket(struct front *front, const char *limit)
{
	uint32_t hash = 2166136261U;

	for (; *limit != '\0'; limit++)
		hash = (hash ^ (uint8_t)*limit) * 16777619U;
	return &front->addresses[hash % FRONT_BUCKETS];
}

static struct address *
address_get(struct front *front, const struct client *client)
{
	struct address_bucket *bucket;
	struct address *address = NULL;
	char text[LIMIT_ADDRESS_SIZE];

	front_address_text(client, text);
	if (limit_address(text, text) != 0)
		return NULL;
	bucket = address_bucket(front, text);
	LIST_FOREACH (address, bucket, entries) {
		if (strcmp(address->limit, text) == 0)
			return address;
	}
	if ((address = calloc(1, sizeof(*address))) == NULL)
		return NULL;
	string_copy(address->limit, text, sizeof(address->limit));
	LIST_INSERT_HEAD(bucket, address, entries);
	return address;
}

static void
address_put(struct address *address)
{
	if (address->count > 0)
		return;
	LIST_REMOVE(address, entries);
	free(address);
}

struct client *
front_find(struct front *front, uint32_t number)
{
	struct client *client = NULL;

	LIST_FOREACH (
	    client, &front->numbers[number % FRONT_BUCKETS], by_number) {
		if (client->number == number)
			return client;
	}
	return NULL;
}

/* Not 0, and, after four billion of them, none that is still in use. */
static uint32_t
new_number(struct front *front)
{
	do {
		front->next_number++;
	} while (front->next_number == 0 ||
	    front_find(front, front->next_number) != NULL);
	return front->next_number;
}

void
front_address_text(const struct client *client, char text[LIMIT_ADDRESS_SIZE])
{
	const struct in6_addr *in6 = &client->peer.sin6_addr;
	char host[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(in6))
		inet_ntop(AF_INET, &in6->s6_addr[12], host, sizeof(host));
	else
		inet_ntop(AF_INET6, in6, host, sizeof(host));
	if (client->peer.sin6_scope_id == 0)
		string_copy(text, host, LIMIT_ADDRESS_SIZE);
	else
		snprintf(text, LIMIT_ADDRESS_SIZE, "%s%%%" PRIu32, host,
		    client->peer.sin6_scope_id);
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

/* Whether there is room: if not, an overflow slot may tell it with a 429. */
static bool
admit(struct front *front, struct client *client)
{
	unsigned most = (unsigned)config_number(front->config, SESSION_MAX);
	struct address *address;

	if (most > front->limit)
		most = front->limit;
	address = address_get(front, client);
	if (address == NULL)
		return false;
	if (front->count < most &&
	    address->count <
		(unsigned)config_number(front->config, SESSION_MAX_ADDRESS)) {
		address->count++;
		front->count++;
		front->accepted++;
		client->address = address;
		return true;
	}
	address_put(address);
	front->refused++;
	if (front->overflow >= OVERFLOW_MAX)
		return false;
	front->overflow++;
	return true;
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
	if (!admit(front, client)) {
		close(fd);
		free(client);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	client->number = new_number(front);
	TAILQ_INSERT_TAIL(&front->connections, client, all);
	LIST_INSERT_HEAD(
	    &front->numbers[client->number % FRONT_BUCKETS], client, by_number);
	front_client_start(client);
}

void
front_unlist(struct client *client)
{
	struct front *front = client->front;

	TAILQ_REMOVE(&front->connections, client, all);
	LIST_REMOVE(client, by_number);
	if (client->is_changed)
		STAILQ_REMOVE(&front->changed, client, client, changed);
	if (client->address == NULL) {
		front->overflow--;
		return;
	}
	front->count--;
	client->address->count--;
	address_put(client->address);
}

static void
accept_again(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < front->listener_count; i++)
		event_add(front->listeners[i], NULL);
}

/* Out of descriptors or memory: a listener that is readable would spin. */
static void
accept_pause(struct front *front)
{
	const struct timeval pause = { 0, ACCEPT_PAUSE_US };

	for (size_t i = 0; i < front->listener_count; i++)
		event_del(front->listeners[i]);
	evtimer_add(front->accept_again, &pause);
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
			accept_pause(front);
			break;
		} else if (errno != ECONNABORTED && errno != EINTR)
			break;
	}
	front_flush_soon(front);
}

int
front_listen(struct front *front, int fd)
{
	struct event *event;

	if (front->listener_count == FRONT_LISTENERS_MAX) {
		close(fd);
		return BANK_EINVAL;
	}
	if (front->accept_again == NULL)
		front->accept_again =
		    evtimer_new(front->base, accept_again, front);
	event =
	    event_new(front->base, fd, EV_READ | EV_PERSIST, acceptable, front);
	if (front->accept_again == NULL || event == NULL)
		return BANK_ENOMEM;
	front->listeners[front->listener_count++] = event;
	return event_add(event, NULL) == 0 ? 0 : BANK_ESYS;
}

void
front_listen_end(struct front *front)
{
	if (front->accept_again != NULL)
		evtimer_del(front->accept_again);
	while (front->listener_count > 0) {
		struct event *event = front->listeners[--front->listener_count];

		close(event_get_fd(event));
		event_free(event);
	}
}
