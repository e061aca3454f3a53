/* SPDX-License-Identifier: ISC */
/*
 * The text inside a seal: the forms of its words, request lines, reply
 * lines, and the table of codes (atm-protocol(7)).  Takes bytes and lengths;
 * knows no sockets and no keys.
 */
#ifndef SHARED_WIRE_H
#define SHARED_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_ID_SIZE 33       /* 1 to 32 characters, and NUL */
#define WIRE_PASSWORD_SIZE 65 /* 1 to 64 bytes, and NUL */
#define WIRE_NAME_SIZE 65     /* 0 to 64 bytes, and NUL */
#define WIRE_TXID_SIZE 16     /* binary: 6 bytes of ms since 1970, 10 random */
#define WIRE_TXID_TEXT 33
#define WIRE_TIME_TEXT 21 /* YYYY-MM-DDTHH:MM:SSZ and NUL */
#define WIRE_MAX_TOKENS 8

/* The two accounts of a customer; the wire and menus say '1' and '2'. */
enum wire_account { WIRE_SAVINGS = 0, WIRE_CHECKING = 1 };

bool wire_is_id(const char *text, size_t length);
bool wire_is_password(const char *text, size_t length);
bool wire_is_name(const char *text, size_t length);

/* 32 lower-case hex digits. 0 or BANK_EINVAL. */
int wire_parse_txid(
    const char *text, size_t length, uint8_t txid[WIRE_TXID_SIZE]);
void wire_format_txid(
    const uint8_t txid[WIRE_TXID_SIZE], char text[WIRE_TXID_TEXT]);
/* A new txid for the bank's time `now_ms`. 0 or BANK_ECRYPTO. */
int wire_make_txid(uint64_t now_ms, uint8_t txid[WIRE_TXID_SIZE]);
uint64_t wire_txid_ms(const uint8_t txid[WIRE_TXID_SIZE]);

/* UTC, from milliseconds since 1970.  Returns `text`. */
const char *wire_format_time(uint64_t time_ms, char text[WIRE_TIME_TEXT]);

/* A token: within the caller's text, not terminated. */
struct wire_token {
	const char *text;
	size_t length;
};

/*
 * Splits a line at single spaces.  Returns the number of tokens, or BANK_EINVAL
 * for an empty line, an empty token, more than WIRE_MAX_TOKENS, a control
 * character or invalid UTF-8.
 */
int wire_split(
    const char *line, size_t length, struct wire_token tokens[WIRE_MAX_TOKENS]);
bool wire_token_is(const struct wire_token *token, const char *text);

/* Account `1` or `2` and amount > 0, with BANK_EINVAL for anything else. */
int wire_token_account(
    const struct wire_token *token, enum wire_account *account);
int wire_token_amount(const struct wire_token *token, int64_t *cents);

/*
 * The replies: one row for each code and text that a bank sends, in the words
 * of the protocol.  The table is only in wire_reply.c.
 */
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

/* Reads a reply, as an ATM does; results point into the caller's text. */
struct wire_line {
	struct wire_token key;
	struct wire_token value;
};
struct wire_reader {
	int code;
	struct wire_token text;
	const char *lines; /* the key lines, for wire_next_line() */
	size_t lines_length;
};

/* Returns 0, or BANK_EINVAL if the bytes are not a reply. */
int wire_read(struct wire_reader *reader, const char *text, size_t length);
/* Returns the next key line from *offset (0 at first); false after the last. */
bool wire_next_line(
    const struct wire_reader *reader, size_t *offset, struct wire_line *line);
/* Copies the first value of `key` with a NUL; BANK_ENOTFOUND, BANK_ENOSPC. */
int wire_find(const struct wire_reader *reader, const char *key, char *value,
    size_t size);

#endif
