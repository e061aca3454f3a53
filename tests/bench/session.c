/* SPDX-License-Identifier: ISC */
/*
 * One session of the load generator: an ATM as atm-protocol(7) wants it, K
 * and seals as the kiosk makes them, or, for the cases without a bank, blocks
 * of the same size to an echo server.  It decides nothing: load.c does.
 */
#include "load.h"

#include <string.h>

#include <openssl/rand.h>

#include "../../shared/crypt/seal_envelope.h"
#include "../../shared/crypt/channel.h"
#include "../../shared/base/error.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/wire/wire.h"
#include "../../shared/wire/wire_reader.h"

#define TEXT_MAX ((size_t)FRAME_MAX_LENGTH)

static bool
address_of(const struct session *session, struct sockaddr_in *from)
{
	const struct load *load = session->group->load;
	uint32_t n = session->number % load->addresses;

	if (ntohl(load->to.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
		return false;
	memset(from, 0, sizeof(*from));
	from->sin_family = AF_INET;
	from->sin_addr.s_addr =
	    htonl(INADDR_LOOPBACK + 1 + (n / 250 << 8) + n % 250);
	return true;
}

void
session_open(struct session *session)
{
	struct load *load = session->group->load;
	struct sockaddr_in from;
	bool bound = address_of(session, &from);

	session->state = SESSION_CONNECTING;
	if (link_connect(&session->link, load->epoll, session, load->tls,
		(struct sockaddr *)&load->to,
		bound ? (struct sockaddr *)&from : NULL, sizeof(from)) != 0)
		load_lost(session, "cannot connect");
}

void
session_end(struct session *session)
{
	link_close(&session->link);
	seal_wipe(&session->keys);
	session->state = SESSION_CLOSED;
	session->life++;
}

/* Seals `text` into an S and sends it. */
static int
send_sealed(struct session *session, const char *text, size_t length)
{
	uint8_t frame[LOAD_FRAME_SIZE], sealed[FRAME_SEALED_SIZE];
	int size;

	size = seal_text(&session->keys.up, FRAME_SEALED, text, length, sealed,
	    sizeof(sealed));
	if (size < 0)
		return size;
	size = frame_write(
	    frame, sizeof(frame), FRAME_SEALED, sealed, (size_t)size);
	return size < 0 ? size : link_send(&session->link, frame, (size_t)size);
}

/* The echo's request: the bytes of a sealed one, nothing in them. */
static int
send_block(struct session *session)
{
	static const uint8_t block[LOAD_FRAME_SIZE];

	return link_send(&session->link, block, sizeof(block));
}

/* The frame of a login without one: it costs its sender nothing. */
static int
send_flood(struct session *session)
{
	static const uint8_t
	    body[FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE];
	uint8_t frame[FRAME_HEADER_SIZE + 1 + sizeof(body)];
	int size;

	size =
	    frame_write(frame, sizeof(frame), FRAME_LOGIN, body, sizeof(body));
	return size < 0 ? size : link_send(&session->link, frame, (size_t)size);
}

static int
send_request(struct session *session)
{
	const struct bench_case *what = session->group->what;
	char text[LOAD_TEXT_SIZE];
	size_t length = what->ask(session, text);

	if (what->floods)
		return send_flood(session);
	return what->bank ? send_sealed(session, text, length)
			  : send_block(session);
}

void
session_ask(struct session *session)
{
	session->state = SESSION_ASKED;
	session->moves = false;
	session->calls++;
	if (send_request(session) != 0)
		load_lost(session, "cannot send");
}

int
session_leave(struct session *session)
{
	if (session->group->what->floods)
		return BANK_ECLOSED;
	session->state = SESSION_LEAVING;
	return send_sealed(session, "3", 1);
}

/* The L frame.  K is needed for its keys alone. */
static int
send_login(struct session *session, const uint8_t nonce[FRAME_NONCE_SIZE])
{
	struct load *load = session->group->load;
	uint8_t k[SEAL_KEY_SIZE], binding[FRAME_BINDING_SIZE];
	uint8_t body[FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE];
	uint8_t frame[FRAME_HEADER_SIZE + 1 + sizeof(body)];
	uint8_t *rest = body + FRAME_KIOSK_SIZE;
	char id[WIRE_ID_SIZE], text[256];
	int error, length;

	customer_id(session->customer, id, sizeof(id));
	length = snprintf(text, sizeof(text), "%s\n%s", id, load->password);
	if (RAND_priv_bytes(k, sizeof(k)) != 1)
		return BANK_ECRYPTO;
	seal_wipe(&session->keys);
	if ((error = channel_binding(session->link.ssl, binding)) != 0 ||
	    (error = seal_wrap(load->bank, k, rest)) != 0 ||
	    (error = seal_derive(&session->keys, k, nonce, binding)) != 0)
		goto out;
	error = seal_text(&session->keys.up, FRAME_LOGIN, text, (size_t)length,
	    rest + FRAME_WRAPPED_SIZE, FRAME_SEALED_SIZE);
	if (error < 0 ||
	    (error = kiosk_sign(body, load->kiosk, load->kiosk_key,
		 &(struct kiosk_frame) { FRAME_LOGIN, nonce, binding, rest,
		     sizeof(body) - FRAME_KIOSK_SIZE })) != 0)
		goto out;
	length =
	    frame_write(frame, sizeof(frame), FRAME_LOGIN, body, sizeof(body));
	error = link_send(&session->link, frame, (size_t)length);
	session->state = SESSION_LOGIN;
out:
	OPENSSL_cleanse(k, sizeof(k));
	return error;
}

/* The bank's clock, for the times in txids. */
static void
heed_clock(struct load *load, const struct wire_reader *reply)
{
	struct timespec now;
	char value[32];

	if (wire_find(reply, "time-ms", value, sizeof(value)) != 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	load->ahead_ms = (int64_t)strtoll(value, NULL, 10) -
	    ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* An S from the bank, opened and read; false where the session is over. */
static bool
take_reply(struct session *session, const struct frame *frame)
{
	static char text[TEXT_MAX];
	struct wire_reader reply;
	int length;

	length = seal_open(&session->keys.down, FRAME_SEALED, frame->body,
	    frame->body_length, text, sizeof(text));
	if (length < 0 || wire_read(&reply, text, (size_t)length) != 0) {
		load_lost(session, "a reply that is none");
		return false;
	}
	if (session->state == SESSION_LEAVING) {
		load_left(session);
		return false;
	}
	if (session->state == SESSION_LOGIN) {
		if (reply.code != 200) {
			load_lost(session, "login refused under seal");
			return false;
		}
		heed_clock(session->group->load, &reply);
		load_opened(session);
	} else if (session->state == SESSION_ASKED && reply.code != 300)
		load_answered(session, reply.code);
	return session->state != SESSION_CLOSED;
}

/* Refused in plain, and greeted anew: that is the answer to a flood. */
static bool
take_refusal(struct session *session, const struct frame *frame)
{
	if (session->state == SESSION_GREETING)
		load_opened(session);
	else if (frame->type == FRAME_GREETING)
		load_answered(session, 200);
	return session->state != SESSION_CLOSED;
}

static bool
take_frame(struct session *session, const struct frame *frame)
{
	char why[96];

	if (session->group->what->floods)
		return take_refusal(session, frame);
	if (frame->type == FRAME_GREETING &&
	    session->state == SESSION_GREETING) {
		if (send_login(session, frame->body) == 0)
			return true;
		load_lost(session, "cannot log in");
		return false;
	}
	if (frame->type == FRAME_SEALED && session->state >= SESSION_LOGIN)
		return take_reply(session, frame);
	snprintf(why, sizeof(why), "%c %.*s", frame->type,
	    frame->type == FRAME_ERROR ? (int)frame->body_length : 0,
	    (const char *)frame->body);
	load_lost(session, why);
	return false;
}

static void
take_frames(struct session *session)
{
	struct link *link = &session->link;
	struct frame frame;
	size_t taken = 0;
	int cut;

	while ((cut = frame_cut(FRAME_FROM_BANK, link->in + taken,
		    link->in_length - taken, &frame)) > 0) {
		if (!take_frame(session, &frame))
			return;
		taken += (size_t)cut;
	}
	if (cut < 0)
		load_lost(session, "not a frame");
	else
		link_taken(link, taken);
}

static void
take_blocks(struct session *session)
{
	if (session->link.in_length < LOAD_FRAME_SIZE)
		return;
	link_taken(&session->link, LOAD_FRAME_SIZE);
	load_answered(session, 200);
}

/* The handshake is over: the bank speaks first, an echo never does. */
static void
session_secured(struct session *session)
{
	session->state = SESSION_GREETING;
	if (!session->group->what->bank)
		load_opened(session);
}

void
session_event(struct session *session, uint32_t events)
{
	struct link *link = &session->link;
	uint64_t life = session->life;
	int error = 0;

	if (session->state == SESSION_CLOSED)
		return;
	if (session->state == SESSION_CONNECTING)
		session->state = SESSION_HANDSHAKE;
	if (session->state == SESSION_HANDSHAKE) {
		error = link_handshake(link);
		if (error == 1)
			session_secured(session);
	} else if ((events & EPOLLOUT) == 0 ||
	    (error = link_flush(link)) == 0) {
		if ((events & ~(uint32_t)EPOLLOUT) != 0)
			error = link_read(link);
		if (link->in_length > 0 && session->group->what->bank)
			take_frames(session);
		else if (link->in_length > 0)
			take_blocks(session);
	}
	/* The last reply and the end may come together. */
	if (error >= 0 || session->life != life)
		return;
	if (session->state == SESSION_LEAVING)
		load_left(session);
	else
		load_lost(session, "the bank closed");
}
