/* SPDX-License-Identifier: ISC */
/*
 * The word that goes with a transfer (atm-protocol(7)): 1 to 64 bytes of the
 * form of a full name, on the wire as base64url (RFC 4648) without padding.
 */
#ifndef SHARED_WIRE_MEMO_H
#define SHARED_WIRE_MEMO_H

#include <stddef.h>

#define WIRE_MEMO_SIZE 65 /* 1 to 64 bytes, and NUL */
#define WIRE_MEMO_TEXT 89 /* as base64url, and room for its padding */

/* Writes it for the wire; empty for an empty one.  Returns `text`. */
const char *wire_format_memo(const char *memo, char text[WIRE_MEMO_TEXT]);
/*
 * Reads text[0..length).  0, or BANK_EINVAL where it is not the one way to
 * write a word of this form.
 */
int wire_parse_memo(const char *text, size_t length, char memo[WIRE_MEMO_SIZE]);

#endif
