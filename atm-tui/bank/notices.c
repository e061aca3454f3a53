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
#include "../../shared/terminal/text.h"
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

/* `amount` and `text` are the places of what the sentence tells, 0 for none. */
struct notice_kind {
	const char *name;
	int tokens;
	int amount, text;
	const char *words;
	const char *last; /* what the last token is, NULL: anything */
};

static const struct notice_kind kinds[] = {
	{ "received", 4, 2, 0, N_("The bank has paid %1$s into your account"),
	    "-" },
	{ "received", 4, 2, 3, N_("You have received %1$s from %2$s"), NULL },
	{ "login", 2, 0, 1, N_("Your ID is also logged in at %1$s"), NULL },
	{ "attempts", 2, 0, 1,
	    N_("Failed attempts to log in with your ID: %1$s"), NULL },
	{ "large", 3, 2, 0, N_("A large amount has left your account: %1$s"),
	    NULL },
	{ "closing", 2, 0, 1, N_("The bank closes in %1$s seconds"), NULL },
};

static const struct notice_kind *
notice_parse(
    const char *text, size_t length, struct wire_token tokens[WIRE_MAX_TOKENS])
{
	int count = wire_split(text, length, tokens);
	int64_t cents;

	for (size_t i = 0; i < NELEM(kinds) && count > 0; i++) {
		if (wire_token_is(&tokens[0], kinds[i].name) &&
		    count == kinds[i].tokens &&
		    (kinds[i].amount == 0 ||
			wire_token_amount(&tokens[kinds[i].amount], &cents) ==
			    0) &&
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

bool
notices_describe(const char *text, struct sentence *sentence)
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	const struct notice_kind *kind =
	    notice_parse(text, strlen(text), tokens);
	const struct wire_token *token;

	memset(sentence, 0, sizeof(*sentence));
	if (kind == NULL)
		return false;
	sentence->words = kind->words;
	sentence->has_amount = kind->amount != 0 &&
	    wire_token_amount(&tokens[kind->amount], &sentence->cents) == 0;
	token = &tokens[kind->text];
	if (kind->text != 0)
		text_clean(sentence->text, sizeof(sentence->text), token->text,
		    token->length);
	return true;
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
