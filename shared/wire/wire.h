/* SPDX-License-Identifier: ISC */
/*
 * The text inside a seal (atm-protocol(7)): the forms of its words, and lines
 * of words.  Takes bytes and lengths; knows no sockets and no keys.
 */
#ifndef SHARED_WIRE_H
#define SHARED_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_ID_SIZE 33       /* 1 to 32 characters, and NUL */
#define WIRE_PASSWORD_SIZE 65 /* 1 to 64 bytes, and NUL */
#define WIRE_NAME_SIZE 65     /* 0 to 64 bytes, and NUL */
#define WIRE_SOFTWARE_SIZE 33 /* 1 to 32 characters, and NUL */
#define WIRE_TXID_SIZE 16     /* binary: 6 bytes of ms since 1970, 10 random */
#define WIRE_TXID_TEXT 33
#define WIRE_TIME_TEXT 21 /* YYYY-MM-DDTHH:MM:SSZ and NUL */
#define WIRE_MAX_TOKENS 8

/* The two accounts of a customer; the wire and menus say '1' and '2'. */
enum wire_account { WIRE_SAVINGS = 0, WIRE_CHECKING = 1 };

bool wire_is_id(const char *text, size_t length);
bool wire_is_password(const char *text, size_t length);
bool wire_is_name(const char *text, size_t length);
/* An ATM's, such as `atm-tui/0.1`: A-Z a-z 0-9 . _ / + - */
bool wire_is_software(const char *text, size_t length);

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

#endif
