/* SPDX-License-Identifier: ISC */
/*
 * The front's turns.  Those who are in a session are read as soon as they
 * send; all others, new ones, handshakes, logins, wait for the next turn.
 * While sessions are at work a turn is short and a pause lies between two:
 * so strangers have a bounded share of the front, however many they are, and
 * what a flood of them brings goes on in few large writes.  Where no session
 * sends anything a turn comes at once.
 */
#include <time.h>

#include "front_parts.h"

#define TURN_US 1000
#define PAUSE_US 3000

static uint64_t
steady_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* How long sessions are still to have the front to themselves. */
static uint64_t
pause_left_us(const struct front *front)
{
	uint64_t past = steady_us() - front->turn_ended_us;

	return front->pressed && past < PAUSE_US ? PAUSE_US - past : 0;
}

void
front_turn_soon(struct front *front)
{
	struct timeval wait = { 0, (suseconds_t)pause_left_us(front) };

	if (!evtimer_pending(front->turn, NULL))
		evtimer_add(front->turn, &wait);
}

void
front_turn_wait(struct client *client)
{
	event_del(&client->readable);
	if (!client->waits)
		TAILQ_INSERT_TAIL(&client->front->waiting, client, waiting);
	client->waits = true;
	front_turn_soon(client->front);
}

void
front_turn_leave(struct client *client)
{
	if (client->waits)
		TAILQ_REMOVE(&client->front->waiting, client, waiting);
	client->waits = false;
}

/* Whoever waited longest first, each a step, until the time is up. */
static void
take_turns(struct front *front)
{
	uint64_t until_us = steady_us() + TURN_US;
	struct client *client;

	do {
		if ((client = TAILQ_FIRST(&front->waiting)) == NULL)
			return;
		front_turn_leave(client);
		event_add(&client->readable, NULL);
		client_read(client);
	} while (steady_us() < until_us);
}

void
front_turn(evutil_socket_t fd, short what, void *context)
{
	struct front *front = context;

	(void)fd;
	(void)what;
	/* A session may have sent something since the turn was set. */
	if (pause_left_us(front) > 0) {
		front_turn_soon(front);
		return;
	}
	front->pressed = false;
	front_accept(front);
	take_turns(front);
	front->turn_ended_us = steady_us();
	if (!TAILQ_EMPTY(&front->waiting))
		front_turn_soon(front);
	front_flush_soon(front);
}
