/* SPDX-License-Identifier: ISC */
/*
 * Words of transfers on the wire.  OpenSSL knows base64 with padding; what
 * base64url has otherwise is changed here.
 */
#include "wire_memo.h"

#include <string.h>

#include <openssl/evp.h>

#include "../base/error.h"
#include "wire.h"

#define GROUP 4 /* characters for three bytes */

const char *
wire_format_memo(const char *memo, char text[WIRE_MEMO_TEXT])
{
	size_t length = strnlen(memo, WIRE_MEMO_SIZE - 1);

	EVP_EncodeBlock(
	    (unsigned char *)text, (const unsigned char *)memo, (int)length);
	text[strcspn(text, "=")] = '\0';
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	return text;
}

int
wire_parse_memo(const char *text, size_t length, char memo[WIRE_MEMO_SIZE])
{
	char padded[WIRE_MEMO_TEXT], again[WIRE_MEMO_TEXT];
	unsigned char bytes[WIRE_MEMO_TEXT];
	size_t padding = (GROUP - length % GROUP) % GROUP, count;
	int decoded;

	if (length == 0 || length + padding >= sizeof(padded) || padding == 3)
		return BANK_EINVAL;
	for (size_t i = 0; i < length; i++)
		padded[i] = text[i] == '-' ? '+'
		    : text[i] == '_'       ? '/'
					   : text[i];
	memset(padded + length, '=', padding);
	decoded = EVP_DecodeBlock(
	    bytes, (const unsigned char *)padded, (int)(length + padding));
	if (decoded < 0)
		return BANK_EINVAL;
	count = (size_t)decoded - padding;
	if (count == 0 || count >= WIRE_MEMO_SIZE ||
	    !wire_is_name((const char *)bytes, count))
		return BANK_EINVAL;
	memcpy(memo, bytes, count);
	memo[count] = '\0';
	/* No other text may mean the same. */
	wire_format_memo(memo, again);
	return strlen(again) == length && memcmp(again, text, length) == 0
	    ? 0
	    : BANK_EINVAL;
}
