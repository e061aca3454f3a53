/* SPDX-License-Identifier: ISC */
/*
 * Receives notices.  Part of atm-tui, on its event loop.  What doesn't open,
 * isn't newer than the newest, or isn't a notice that the table below knows,
 * is dropped without a word.
 */
#include "notices.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire.h"
#include "../base/intl.h"

/* Datagrams taken in one turn of the loop, so that a flood starves nobody. */
#define NOTICES_PER_TURN 32

struct notices {
	struct event_base *base;
	notices_fn *notice;
	void *context;
	int fd;
	struct event *event;
	uint8_t key_id[4];
	struct seal_direction
	    *key; /* NULL until the bank has told the key-id */
};

/*
 * `first` and `second` are the places of what the sentence tells, 0 for none.
 * Not one of the sentence's places may be left out: printf(3) takes none.
 */
struct notice_kind {
	const char *name;
	int tokens;
	int first, second;
	bool is_money; /* the first */
	const char *format;
	const char *last; /* what the last token is, NULL: anything */
};

static const struct notice_kind kinds[] = {
	{ "received", 4, 2, 0, true,
	    N_("The bank has put %1$s into your account"), "-" },
	{ "received", 4, 2, 3, true, N_("You have received %1$s from %2$s"),
	    NULL },
	{ "login", 2, 1, 0, false,
	    N_("You have logged in elsewhere too, at %1$s"), NULL },
	{ "attempts", 2, 1, 0, false,
	    N_("Failed attempts to log in with your ID: %1$s"), NULL },
	{ "large", 3, 2, 0, true, N_("%1$s has left your account"), NULL },
	{ "closing", 2, 1, 0, false, N_("The bank closes in %1$s seconds"),
	    NULL },
};

static const struct notice_kind *
notice_parse(
    const char *text, size_t length, struct wire_token tokens[WIRE_MAX_TOKENS])
{
	int count = wire_split(text, length, tokens);

	for (size_t i = 0; i < NELEM(kinds) && count > 0; i++) {
		if (wire_token_is(&tokens[0], kinds[i].name) &&
		    count == kinds[i].tokens &&
		    (kinds[i].last == NULL ||
			wire_token_is(&tokens[count - 1], kinds[i].last)))
			return &kinds[i];
	}
	return NULL;
}

void
notices_take(struct notices *notices, const char *text, size_t length)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	char copy[SEAL_DATAGRAM_TEXT + 1];

	if (length >= sizeof(copy) ||
	    notice_parse(text, length, tokens) == NULL)
		return;
	memcpy(copy, text, length);
	copy[length] = '\0';
	notices->notice(notices->context, copy, length);
}

const char *
notices_describe(
    const char *text, const char *currency, char out[NOTICES_TEXT_SIZE])
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	const struct notice_kind *kind =
	    notice_parse(text, strlen(text), tokens);
	/* Whole: a cut may leave half of a character. */
	char first[SEAL_DATAGRAM_TEXT + 16], second[SEAL_DATAGRAM_TEXT + 16];

	if (kind == NULL) {
		string_copy(out, text, NOTICES_TEXT_SIZE);
		return out;
	}
	snprintf(first, sizeof(first), "%s%.*s", kind->is_money ? currency : "",
	    (int)tokens[kind->first].length, tokens[kind->first].text);
	snprintf(second, sizeof(second), "%.*s",
	    (int)tokens[kind->second].length, tokens[kind->second].text);
	snprintf(out, NOTICES_TEXT_SIZE, _(kind->format), first, second);
	return out;
}

static void
notices_receive(int fd, short what, void *argument)
{
	struct notices *notices = argument;
	uint8_t datagram[SEAL_DATAGRAM_SIZE + 1];
	char text[SEAL_DATAGRAM_TEXT + 1];

	(void)what;
	for (int i = 0; i < NOTICES_PER_TURN && notices->fd == fd; i++) {
		ssize_t length = recv(fd, datagram, sizeof(datagram), 0);
		int text_length;

		if (length < 0)
			return;
		if (length != SEAL_DATAGRAM_SIZE)
			continue;
		text_length = seal_open_datagram(notices->key, notices->key_id,
		    datagram, (size_t)length, text);
		if (text_length > 0)
			notices_take(notices, text, (size_t)text_length);
	}
}

/* A socket at the same address as `fd`'s, at a free port. */
static int
notices_socket(int fd, struct sockaddr_storage *address, socklen_t *size)
{
	int own;

	*size = sizeof(*address);
	if (getsockname(fd, (struct sockaddr *)address, size) != 0)
		return -1;
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)address)->sin6_port = 0;
	else
		((struct sockaddr_in *)address)->sin_port = 0;
	own = socket(
	    address->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (own < 0)
		return -1;
	if (bind(own, (struct sockaddr *)address, *size) != 0 ||
	    getsockname(own, (struct sockaddr *)address, size) != 0) {
		close(own);
		return -1;
	}
	return own;
}

int
notices_listen(struct notices *notices, int fd)
{
	struct sockaddr_storage address;
	socklen_t size;

	notices_close(notices);
	notices->fd = notices_socket(fd, &address, &size);
	if (notices->fd < 0)
		return BANK_ESYS;
	notices->event = event_new(notices->base, notices->fd,
	    EV_READ | EV_PERSIST, notices_receive, notices);
	if (notices->event == NULL) {
		notices_close(notices);
		return BANK_ESYS;
	}
	/* The port stands at the same place in both families. */
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

void
notices_arm(struct notices *notices, const uint8_t key_id[4],
    struct seal_direction *key)
{
	if (notices->event == NULL)
		return;
	memcpy(notices->key_id, key_id, sizeof(notices->key_id));
	notices->key = key;
	event_add(notices->event, NULL);
}

void
notices_close(struct notices *notices)
{
	if (notices->event != NULL)
		event_free(notices->event);
	if (notices->fd >= 0)
		close(notices->fd);
	notices->event = NULL;
	notices->fd = -1;
	notices->key = NULL;
}

struct notices *
notices_new(struct event_base *base, notices_fn *notice, void *context)
{
	struct notices *notices = calloc(1, sizeof(*notices));

	if (notices == NULL)
		return NULL;
	notices->base = base;
	notices->notice = notice;
	notices->context = context;
	notices->fd = -1;
	return notices;
}

void
notices_free(struct notices *notices)
{
	if (notices == NULL)
		return;
	notices_close(notices);
	free(notices);
}
