/* SPDX-License-Identifier: ISC */
/*
 * A bank that runs, its front and its vault, spoken to over TLS by a customer
 * whose kiosk sends whatever it likes: sealed requests of any text, seals
 * with a bit changed, frames, bytes, logins.  Whatever it is, the bank goes
 * on, every seal of its answers opens, every answer has the form of one, and
 * another customer has her money.
 *
 * An input is a row of deeds: a byte that says which (a request, where it is
 * no deed's number), one that says how many bytes follow, those bytes.  In a
 * text `@` is a fresh transaction ID, `#` the one before again.  A handshake
 * takes as long as tens of requests: an input ends where it would need another.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../../shared/base/error.h"
#include "../../shared/crypt/seal.h"
#include "../../shared/crypt/seal_envelope.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire.h"
#include "../../shared/wire/wire_reader.h"
#include "../lib/live_bank.h"

#define DEEDS_MAX 32
#define DIALS_MAX 1   /* of an input: most of its time goes there */
#define WELL_EVERY 16 /* inputs */
#define PATIENCE_S 60
#define REPLY_SIZE 66000
#define HEAD_SIZE (FRAME_HEADER_SIZE + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One connection of an ATM's; ssl is NULL where there is none. */
struct link {
	SSL *ssl;
	int fd;
	uint8_t nonce[FRAME_NONCE_SIZE], binding[FRAME_BINDING_SIZE];
	uint8_t k[SEAL_KEY_SIZE], session[FRAME_SESSION_SIZE];
	struct seal_keys keys;
	bool in_session;
	size_t length; /* of what was read and not yet taken */
	uint8_t in[REPLY_SIZE];
};

static struct live_bank bank;
static SSL_CTX *tls;
static EVP_PKEY *kpub;
static struct link ours, hers, guest;
static unsigned dials; /* in this input */

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_live: %s\n", what);
	abort();
}

static int
tcp(void)
{
	const struct timeval patience = { PATIENCE_S, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd != -1 &&
		connect(fd, (const struct sockaddr *)&bank.address,
		    sizeof(bank.address)) == 0,
	    "no connection");
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/* What the bank sent next; 0 where it has closed. */
static size_t
next_frame(struct link *link, struct frame *frame)
{
	int n;

	while ((n = frame_cut(
		    FRAME_FROM_BANK, link->in, link->length, frame)) == 0) {
		n = SSL_read(link->ssl, link->in + link->length,
		    (int)(sizeof(link->in) - link->length));
		if (n <= 0) {
			must(SSL_get_error(link->ssl, n) != SSL_ERROR_WANT_READ,
			    "no answer");
			return 0;
		}
		link->length += (size_t)n;
	}
	must(n > 0, "no frame of a bank's");
	return (size_t)n;
}

static void
taken(struct link *link, size_t n)
{
	memmove(link->in, link->in + n, link->length - n);
	link->length -= n;
}

static void
hang_up(struct link *link)
{
	if (link->ssl == NULL)
		return;
	SSL_free(link->ssl);
	close(link->fd);
	link->ssl = NULL;
	link->in_session = false;
	link->length = 0;
	seal_wipe(&link->keys);
}

/* False where the bank has closed, as it does when nobody has said anything. */
static bool
greeted(struct link *link)
{
	struct frame frame;
	size_t n = next_frame(link, &frame);

	if (n == 0)
		return false;
	must(frame.type == FRAME_GREETING, "no greeting");
	memcpy(link->nonce, frame.body, FRAME_NONCE_SIZE);
	taken(link, n);
	return true;
}

static void
dial(struct link *link)
{
	hang_up(link);
	dials++;
	link->fd = tcp();
	must((link->ssl = SSL_new(tls)) != NULL &&
		SSL_set_fd(link->ssl, link->fd) == 1 &&
		SSL_connect(link->ssl) == 1 &&
		channel_binding(link->ssl, link->binding) == 0,
	    "no TLS");
	must(greeted(link), "no greeting");
}

/* A bank that has closed is noticed by who reads. */
static void
send_bytes(struct link *link, const void *data, size_t length)
{
	if (length > 0)
		(void)SSL_write(link->ssl, data, (int)length);
}

static void
send_frame(struct link *link, uint8_t type, const void *body, size_t length)
{
	uint8_t out[HEAD_SIZE + 1024];

	put_u16(out, (uint16_t)(length + 1));
	out[FRAME_HEADER_SIZE] = type;
	memcpy(out + HEAD_SIZE, body, length);
	send_bytes(link, out, HEAD_SIZE + length);
}

/* The next sealed answer's code, or 0: the link is over. */
static int
answer(struct link *link, char *text, size_t size)
{
	struct wire_reader reader;
	struct frame frame;
	size_t taken_now = next_frame(link, &frame);
	int n;

	if (taken_now == 0 || frame.type != FRAME_SEALED) {
		must(taken_now == 0 || frame.type == FRAME_ERROR,
		    "no such frame in a session");
		return 0;
	}
	n = seal_open(&link->keys.down, FRAME_SEALED, frame.body,
	    frame.body_length, text, size);
	must(n > 0, "a seal of the bank's");
	must(wire_read(&reader, text, (size_t)n) == 0, "no reply");
	taken(link, taken_now);
	return reader.code;
}

static size_t
first_frame(struct link *link, uint8_t type, const char *text, size_t length,
    uint8_t *body)
{
	size_t at = FRAME_KIOSK_SIZE;

	memset(body, 0, FRAME_KIOSK_SIZE);
	if (type == FRAME_RESUME) {
		memcpy(body + at, link->session, FRAME_SESSION_SIZE);
		at += FRAME_SESSION_SIZE;
	} else {
		must(RAND_bytes(link->k, SEAL_KEY_SIZE) == 1 &&
			seal_wrap(kpub, link->k, body + at) == 0,
		    "no envelope");
		at += FRAME_WRAPPED_SIZE;
	}
	seal_wipe(&link->keys);
	must(seal_derive(&link->keys, link->k, link->nonce, link->binding) == 0,
	    "no keys");
	if (seal_text(&link->keys.up, type, text, length, body + at,
		FRAME_SEALED_SIZE) != FRAME_SEALED_SIZE)
		return 0;
	return at + FRAME_SEALED_SIZE;
}

/* L, O, R or V and its answer: its code; 0: the link is over. */
static int
enter(struct link *link, uint8_t type, const char *text, size_t length)
{
	static char reply[REPLY_SIZE];
	uint8_t body[1024];
	char session[2 * FRAME_SESSION_SIZE + 1];
	struct wire_reader reader;
	struct frame frame;
	size_t n;
	int code;

	if ((n = first_frame(link, type, text, length, body)) == 0)
		return 0;
	send_frame(link, type, body, n);
	if ((n = next_frame(link, &frame)) == 0)
		return 0;
	if (frame.type == FRAME_ERROR) {
		must(wire_read(&reader, (const char *)frame.body,
			 frame.body_length) == 0,
		    "no error of the bank's");
		code = reader.code;
		taken(link, n);
		return greeted(link) ? code : 0;
	}
	code = answer(link, reply, sizeof(reply));
	if (type == FRAME_OPEN || type == FRAME_REVERSAL)
		return greeted(link) ? code : 0;
	must(code == 200, "a sealed refusal of a login");
	must(wire_read(&reader, reply, strlen(reply)) == 0 &&
		wire_find(&reader, "session", session, sizeof(session)) == 0 &&
		hex_decode(session, strlen(session), link->session,
		    FRAME_SESSION_SIZE) == 0,
	    "no session");
	link->in_session = true;
	return code;
}

static void
send_text(struct link *link, const char *text, size_t length)
{
	uint8_t sealed[FRAME_SEALED_SIZE];

	if (seal_text(&link->keys.up, FRAME_SEALED, text, length, sealed,
		sizeof(sealed)) == FRAME_SEALED_SIZE)
		send_frame(link, FRAME_SEALED, sealed, sizeof(sealed));
}

/* The session of before, else a new one, else by an operator's help. */
static void
be_logged_in(struct link *link, const char *login, const char *help)
{
	if (link->ssl != NULL && link->in_session)
		return;
	dial(link);
	if (enter(link, FRAME_RESUME, "RESUME", 6) == 200 ||
	    enter(link, FRAME_LOGIN, login, strlen(login)) == 200)
		return;
	live_bank_operator(help);
	must(enter(link, FRAME_LOGIN, login, strlen(login)) == 200,
	    "nobody can log in");
}

/* Until the pong; all before it were answers. */
static void
settle(struct link *link)
{
	static char text[REPLY_SIZE];
	int code;

	send_text(link, "PING", 4);
	do
		code = answer(link, text, sizeof(text));
	while (code != 0 && strcmp(text, "200 pong") != 0);
	if (code == 0)
		hang_up(link);
}

/* The bytes with their transaction IDs; what is too long is cut. */
static size_t
make_text(const uint8_t *data, size_t size, char text[SEAL_BLOCK_SIZE + 64])
{
	static char newest[WIRE_TXID_TEXT];
	uint8_t txid[WIRE_TXID_SIZE];
	size_t length = 0;

	for (size_t i = 0; i < size && length < SEAL_BLOCK_SIZE; i++) {
		if (data[i] == '@' || newest[0] == '\0') {
			must(wire_make_txid(clock_real_ms(), txid) == 0,
			    "no transaction ID");
			wire_format_txid(txid, newest);
		}
		if (data[i] == '@' || data[i] == '#')
			length +=
			    string_copy(text + length, newest, WIRE_TXID_TEXT);
		else
			text[length++] = (char)data[i];
	}
	return length < SEAL_BLOCK_SIZE ? length : SEAL_BLOCK_SIZE;
}

static void
do_request(const uint8_t *data, size_t size)
{
	char text[SEAL_BLOCK_SIZE + 64];

	send_text(&ours, text, make_text(data, size, text));
}

static void
do_broken_seal(const uint8_t *data, size_t size)
{
	uint8_t sealed[FRAME_SEALED_SIZE];

	if (size < 2 ||
	    seal_text(&ours.keys.up, FRAME_SEALED, "2", 1, sealed,
		sizeof(sealed)) != FRAME_SEALED_SIZE)
		return;
	sealed[data[0]] ^= data[1];
	send_frame(&ours, FRAME_SEALED, sealed, sizeof(sealed));
}

/* After bytes that may be half a frame there is nothing but the end. */
static void
end_of_link(void)
{
	struct frame frame;
	size_t n;

	(void)SSL_shutdown(ours.ssl);
	(void)shutdown(ours.fd, SHUT_WR);
	while ((n = next_frame(&ours, &frame)) > 0)
		taken(&ours, n);
	hang_up(&ours);
}

static void
do_frame(const uint8_t *data, size_t size)
{
	if (size > 0)
		send_frame(&ours, data[0], data + 1, size - 1);
	end_of_link();
}

static void
do_bytes(const uint8_t *data, size_t size)
{
	send_bytes(&ours, data, size);
	end_of_link();
}

/*
 * On a link of its own: L, O or V, as the first byte says.  The bank greets
 * anew whom it refuses, and so the link serves many of them.
 */
static void
do_login(const uint8_t *data, size_t size)
{
	static const char types[] = { FRAME_LOGIN, FRAME_OPEN, FRAME_REVERSAL };
	char text[SEAL_BLOCK_SIZE + 64];

	if (size == 0 || (guest.ssl == NULL && dials > DIALS_MAX))
		return;
	if (guest.ssl == NULL)
		dial(&guest);
	if (enter(&guest, (uint8_t)types[data[0] % sizeof(types)], text,
		make_text(data + 1, size - 1, text)) == 0 ||
	    guest.in_session)
		hang_up(&guest);
}

/* Instead of a handshake. */
static void
do_no_tls(const uint8_t *data, size_t size)
{
	int fd = tcp();

	(void)send(fd, data, size, MSG_NOSIGNAL);
	close(fd);
}

static void (*const deeds[])(const uint8_t *data, size_t size) = { do_request,
	do_broken_seal, do_frame, do_bytes, do_login, do_no_tls };

static void
be_well(void)
{
	static char text[REPLY_SIZE];
	char savings[32] = "";
	struct wire_reader reader;

	live_bank_drain();
	be_logged_in(&hers, "fey\n" LIVE_PASSWORD, "unlock fey");
	send_text(&hers, "2", 1);
	must(answer(&hers, text, sizeof(text)) == 200, "she isn't served");
	must(wire_read(&reader, text, strlen(text)) == 0 &&
		wire_find(&reader, "savings", savings, sizeof(savings)) == 0 &&
		atof(savings) >= 10000,
	    "her money");
}

static void
at_exit(void)
{
	be_well();
	hang_up(&ours);
	hang_up(&hers);
	hang_up(&guest);
	live_bank_operator("verify");
	live_bank_drain();
	live_bank_stop(&bank);
	SSL_CTX_free(tls);
	EVP_PKEY_free(kpub);
}

static void
start(void)
{
	live_bank_start(&bank);
	(void)signal(SIGPIPE, SIG_IGN);
	must(channel_client(&tls, bank.bank.certificate,
		 bank.bank.certificate_length) == 0 &&
		channel_bank_public(&kpub, bank.bank.certificate,
		    bank.bank.certificate_length) == 0,
	    "no certificate");
	SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL); /* it is ours */
	must(atexit(at_exit) == 0, "no end");
	be_well();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned inputs;
	size_t length;

	if (bank.directory[0] == '\0')
		start();
	dials = 0;
	for (int count = 0; size >= 2 && count < DEEDS_MAX; count++) {
		if (!ours.in_session && dials >= DIALS_MAX)
			break;
		be_logged_in(&ours, "chris\n" LIVE_PASSWORD,
		    "passwd chris\n" LIVE_PASSWORD);
		length = data[1] < size - 2 ? data[1] : size - 2;
		deeds[data[0] < NELEM(deeds) ? data[0] : 0](data + 2, length);
		data += 2 + length;
		size -= 2 + length;
	}
	if (ours.ssl != NULL && ours.in_session)
		settle(&ours);
	live_bank_drain();
	if (++inputs % WELL_EVERY == 0)
		be_well();
	return 0;
}
