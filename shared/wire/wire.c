/* SPDX-License-Identifier: ISC */
/*
 * The forms of the words inside a seal, and request lines (atm-protocol(7)).
 * The vault reads with it what customers send, an ATM what the bank sends.  It
 * is on the path of every request: no allocation, no locale, no stdio.
 */
#include "wire.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "../base/error.h"
#include "../base/money.h"
#include "../base/util.h"
#include "../base/utf8.h"

#define TXID_MS_SIZE 6
#define DAY_SECONDS 86400
#define LAST_SECOND UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static bool
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

bool
wire_is_id(const char *text, size_t length)
{
	if (length < 1 || length >= WIRE_ID_SIZE || !is_alphanumeric(text[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_alphanumeric(text[i]) && text[i] != '.' &&
		    text[i] != '_' && text[i] != '-')
			return false;
	return true;
}

bool
wire_is_software(const char *text, size_t length)
{
	if (length < 1 || length >= WIRE_SOFTWARE_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_alphanumeric(text[i]) &&
		    (text[i] == '\0' || strchr("._/+-", text[i]) == NULL))
			return false;
	return true;
}

bool
wire_is_password(const char *text, size_t length)
{
	return length >= 1 && length < WIRE_PASSWORD_SIZE &&
	    utf8_is_clean(text, length);
}

bool
wire_is_name(const char *text, size_t length)
{
	return length < WIRE_NAME_SIZE && utf8_is_clean(text, length);
}

int
wire_parse_txid(const char *text, size_t length, uint8_t txid[WIRE_TXID_SIZE])
{
	return hex_decode(text, length, txid, WIRE_TXID_SIZE);
}

void
wire_format_txid(const uint8_t txid[WIRE_TXID_SIZE], char text[WIRE_TXID_TEXT])
{
	hex_encode(txid, WIRE_TXID_SIZE, text);
}

int
wire_make_txid(uint64_t now_ms, uint8_t txid[WIRE_TXID_SIZE])
{
	put_u64(txid, now_ms << 16);
	if (RAND_bytes(txid + TXID_MS_SIZE, WIRE_TXID_SIZE - TXID_MS_SIZE) == 1)
		return 0;
	/*
	 * The next SSL_read(3) on this thread would take the error for its own.
	 */
	ERR_clear_error();
	return BANK_ECRYPTO;
}

uint64_t
wire_txid_ms(const uint8_t txid[WIRE_TXID_SIZE])
{
	return get_u64(txid) >> 16;
}

static char *
put_digits(char *text, uint64_t value, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		text[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return text + digits;
}

/*
 * Converts days since 1970 to a date of the Gregorian calendar.  Years are
 * counted from March in eras of 400, so that the leap day is the last day of
 * its year.
 */
static char *
put_date(char *text, uint64_t days)
{
	uint64_t shifted = days + 719468; /* from 0000-03-01 */
	uint64_t era = shifted / 146097, day = shifted % 146097;
	uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	uint64_t month;

	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153; /* 0 is March */
	day -= (153 * month + 2) / 5;
	month = month < 10 ? month + 3 : month - 9;
	year += era * 400 + (month <= 2);

	text = put_digits(text, year, 4);
	*text++ = '-';
	text = put_digits(text, month, 2);
	*text++ = '-';
	return put_digits(text, day + 1, 2);
}

const char *
wire_format_time(uint64_t time_ms, char text[WIRE_TIME_TEXT])
{
	uint64_t seconds = time_ms / 1000;
	char *p;

	if (seconds > LAST_SECOND)
		seconds = LAST_SECOND;
	p = put_date(text, seconds / DAY_SECONDS);
	seconds %= DAY_SECONDS;
	*p++ = 'T';
	p = put_digits(p, seconds / 3600, 2);
	*p++ = ':';
	p = put_digits(p, seconds / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, seconds % 60, 2);
	*p++ = 'Z';
	*p = '\0';
	return text;
}

int
wire_split(
    const char *line, size_t length, struct wire_token tokens[WIRE_MAX_TOKENS])
{
	const char *end = line + length;
	int count = 0;

	if (length == 0 || !utf8_is_clean(line, length))
		return BANK_EINVAL;
	for (;;) {
		const char *space = memchr(line, ' ', (size_t)(end - line));
		const char *stop = space != NULL ? space : end;

		if (stop == line || count == WIRE_MAX_TOKENS)
			return BANK_EINVAL;
		tokens[count].text = line;
		tokens[count++].length = (size_t)(stop - line);
		if (space == NULL)
			return count;
		line = space + 1;
	}
}

bool
wire_token_is(const struct wire_token *token, const char *text)
{
	return token->length == strlen(text) &&
	    memcmp(token->text, text, token->length) == 0;
}

int
wire_token_account(const struct wire_token *token, enum wire_account *account)
{
	if (wire_token_is(token, "1"))
		*account = WIRE_SAVINGS;
	else if (wire_token_is(token, "2"))
		*account = WIRE_CHECKING;
	else
		return BANK_EINVAL;
	return 0;
}

int
wire_token_amount(const struct wire_token *token, int64_t *cents)
{
	int64_t amount;

	if (money_parse(token->text, token->length, &amount) != 0 ||
	    amount == 0)
		return BANK_EINVAL;
	*cents = amount;
	return 0;
}
