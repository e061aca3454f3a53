/* SPDX-License-Identifier: ISC */
/*
 * A request of a session, read: the text of a seal becomes a verb and its
 * arguments, each of the right form.  Pure; knows no session and no money.
 */
#ifndef BANKD_REQUEST_H
#define BANKD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../shared/wire/wire.h"
#include "../../../shared/wire/wire_memo.h"
#include "../../../shared/wire/wire_reply.h"

struct books;
struct step;
struct vault;

enum request_trait {
	REQUEST_MOVES = 1,      /* a transaction: has a txid of its own */
	REQUEST_CASH = 2,       /* only at an enrolled kiosk with cash */
	REQUEST_WRITES = 4,     /* 503 when the disk is nearly full */
	REQUEST_RECIPIENT = 8,  /* names somebody else's account */
	REQUEST_REVERSES = 16,  /* names a withdrawal */
	REQUEST_QUIET = 32,     /* does not count as activity */
	REQUEST_WAITS = 64,     /* others wait until it is answered */
	REQUEST_ENDS = 128,     /* may end the session */
	REQUEST_RECORDS = 256,  /* may write even when it is */
	REQUEST_PASSWORDS = 512 /* its form is `old LF new` */
};

/*
 * A row of the table in verbs.c.  A letter of `form` for each argument;
 * those behind `?` may be missing:
 *	x txid  w a withdrawal's txid  a account  t to-account  m amount
 *	r recipient  e memo  n count  s seq  d delivery of notices  p port
 */
struct request_verb {
	const char *name;
	const char *form;
	unsigned traits;
	/* Applies it, all checks passed; NULL: it only has a reply. */
	enum wire_reply (*carry_out)(struct books *books, struct step *step);
	/* After the commit and the answer; may be NULL. */
	void (*after)(struct vault *vault, struct step *step);
	unsigned id;           /* enum request_id, verbs.h */
	enum wire_reply reply; /* STEP_GO_ON: answered later */
};

struct request {
	const struct request_verb *verb; /* NULL: no such verb */
	uint8_t txid[WIRE_TXID_SIZE];
	uint8_t withdrawal[WIRE_TXID_SIZE];
	enum wire_account account, to_account;
	bool has_to_account;
	char recipient[WIRE_ID_SIZE];
	int64_t amount_cents;
	char memo[WIRE_MEMO_SIZE]; /* empty: none */
	unsigned count;
	bool has_before;
	uint64_t before_seq;
	char delivery; /* u, t, o: the first letter of udp, tls, off */
	uint16_t port;
	char old_password[WIRE_PASSWORD_SIZE];
	char new_password[WIRE_PASSWORD_SIZE];
};

/*
 * Reads text[0..length) by the table.  0, or BANK_EINVAL where it hasn't the
 * form (422); request->verb is set where the verb is known.
 */
int request_read(struct request *request, const struct request_verb *verbs,
    size_t count, const char *text, size_t length);
/* Wipes the passwords. */
void request_wipe(struct request *request);

#endif
