/* SPDX-License-Identifier: ISC */
/*
 * The bank's replies (atm-protocol(7)): what it may say, and how it is
 * written.
 */
#ifndef SHARED_WIRE_REPLY_H
#define SHARED_WIRE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The table in wire_reply.c has a code and a text for each. */
enum wire_reply {
	WIRE_LOGIN_OK,
	WIRE_RESUMED,
	WIRE_OPENED,
	WIRE_DONE,
	WIRE_BALANCES,
	WIRE_GOODBYE,
	WIRE_ENTRIES,
	WIRE_DETAILS,
	WIRE_PASSWORD_CHANGED,
	WIRE_CLOSED,
	WIRE_NOTICES,
	WIRE_PONG,
	WIRE_NOTED,
	WIRE_NOTICE,
	WIRE_LOGIN_REFUSED,
	WIRE_NO_FUNDS,
	WIRE_NOT_ALLOWED,
	WIRE_NO_RECIPIENT,
	WIRE_NO_TRANSACTION,
	WIRE_ID_TAKEN,
	WIRE_NOT_EMPTY,
	WIRE_TXID_USED,
	WIRE_ALREADY_REVERSED,
	WIRE_INCORRECT,
	WIRE_STALE,
	WIRE_LOCKED,
	WIRE_TOO_MANY_SESSIONS,
	WIRE_OVER_LIMIT,
	WIRE_PROTOCOL_ERROR,
	WIRE_UNAVAILABLE,
	WIRE_REPLY_COUNT
};

int wire_reply_code(enum wire_reply reply);
const char *wire_reply_text(enum wire_reply reply);

/*
 * Writes a reply: lines `CODE-key value`, then `CODE text`.  The writer never
 * overflows its buffer, and keeps a NUL after what it wrote; if the buffer is
 * too small, wire_finish() returns BANK_ENOSPC.  Values must not contain LF.
 */
struct wire_writer {
	char *text;
	size_t size;
	size_t length;
	enum wire_reply reply;
	bool overflow;
};

void wire_begin(
    struct wire_writer *writer, char *text, size_t size, enum wire_reply reply);
void wire_key(struct wire_writer *writer, const char *key, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
void wire_key_money(struct wire_writer *writer, const char *key, int64_t cents);
/* Ends the reply; returns its length or BANK_ENOSPC. */
int wire_finish(struct wire_writer *writer);

#endif
