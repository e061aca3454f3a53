/* SPDX-License-Identifier: ISC */
/*
 * The front's deadlines (atm-protocol(7), section 6): absolute, one timer a
 * connection, set to the earliest.  Taking a deadline away leaves the timer
 * alone; when it fires too early it is set anew.
 */
#include "front_deadline.h"

#include <event2/event.h>

#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "front_client.h"
#include "front_vault.h"

#define LOGIN_MS 60000
#define LOGIN_ALL_MS 300000

/* What the log says, and what the peer is still told. */
static const struct {
	const char *name;
	bool told;
	enum wire_reply reply;
} deadlines[DEADLINE_COUNT] = {
	[DEADLINE_TLS] = { "handshake", false, 0 },
	[DEADLINE_GREETING] = { "vault", true, WIRE_UNAVAILABLE },
	[DEADLINE_LOGIN] = { "login", false, 0 },
	[DEADLINE_FRAME] = { "frame", false, 0 },
	[DEADLINE_WRITE] = { "write", false, 0 },
	[DEADLINE_LINGER] = { "linger", false, 0 },
	[DEADLINE_PAUSE] = { "pause", false, 0 },
};

static void
arm(struct client *client, uint64_t now_ms)
{
	uint64_t first = 0, wait;
	struct timeval tv;

	for (size_t i = 0; i < DEADLINE_COUNT; i++) {
		if (client->deadlines[i] != 0 &&
		    (first == 0 || client->deadlines[i] < first))
			first = client->deadlines[i];
	}
	if (first == 0 || (client->armed_ms != 0 && client->armed_ms <= first))
		return;
	wait = first > now_ms ? first - now_ms : 0;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	client->armed_ms = first;
	evtimer_add(&client->timer, &tv);
}

void
front_deadline_set(
    struct client *client, enum deadline deadline, uint64_t from_now_ms)
{
	uint64_t now_ms;

	if (from_now_ms == 0) {
		client->deadlines[deadline] = 0;
		return;
	}
	now_ms = clock_steady_ms();
	client->deadlines[deadline] = now_ms + from_now_ms;
	arm(client, now_ms);
}

/* From a fresh greeting on; but one who never logs in stays no longer. */
void
front_deadline_login(struct client *client)
{
	uint64_t now_ms = clock_steady_ms(), at = now_ms + LOGIN_MS;

	if (at > client->connected_ms + LOGIN_ALL_MS)
		at = client->connected_ms + LOGIN_ALL_MS;
	client->deadlines[DEADLINE_LOGIN] = at;
	arm(client, now_ms);
}

static void
end(struct client *client, enum deadline deadline)
{
	char text[LIMIT_ADDRESS_SIZE];

	front_client_address(client, text);
	log_event(LOG_DEBUG, "deadline", "address", LOG_TEXT(text), "of",
	    LOG_TEXT(deadlines[deadline].name), NULL);
	if (deadlines[deadline].told)
		front_client_refuse(client, deadlines[deadline].reply);
	else if (client->state == CLIENT_OPEN && deadline != DEADLINE_WRITE)
		front_client_close(client);
	else
		front_client_free(client);
}

void
front_deadline_passed(evutil_socket_t fd, short what, void *context)
{
	struct client *client = context;
	struct front *front = client->front;
	uint64_t now_ms = clock_steady_ms();

	(void)fd;
	(void)what;
	client->armed_ms = 0;
	for (size_t i = 0; i < DEADLINE_COUNT; i++) {
		if (client->deadlines[i] == 0 || client->deadlines[i] > now_ms)
			continue;
		client->deadlines[i] = 0;
		if (i == DEADLINE_PAUSE) {
			arm(client, now_ms);
			front_client_resume(client);
		} else
			end(client, (enum deadline)i);
		front_flush_soon(front);
		return;
	}
	arm(client, now_ms);
}
