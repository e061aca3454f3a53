/* SPDX-License-Identifier: ISC */
/*
 * What libc lacks: hex, byte order, a copy of a string.  Every process may
 * use it.
 */
#include "util.h"

#include <sys/stat.h>

#include <string.h>

#include "error.h"

static const char hex_digits[] = "0123456789abcdef";

void
hex_encode(const uint8_t *data, size_t length, char *text)
{
	for (size_t i = 0; i < length; i++) {
		*text++ = hex_digits[data[i] >> 4];
		*text++ = hex_digits[data[i] & 15];
	}
	*text = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int
hex_decode(const char *text, size_t text_length, uint8_t *data, size_t length)
{
	if (text_length / 2 != length || text_length % 2 != 0)
		return BANK_EINVAL;
	for (size_t i = 0; i < length; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return BANK_EINVAL;
		data[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

uint16_t
get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)get_u16(p) << 16 | get_u16(p + 2);
}

uint64_t
get_u64(const uint8_t *p)
{
	return (uint64_t)get_u32(p) << 32 | get_u32(p + 4);
}

void
put_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void
put_u32(uint8_t *p, uint32_t value)
{
	put_u16(p, (uint16_t)(value >> 16));
	put_u16(p + 2, (uint16_t)value);
}

void
put_u64(uint8_t *p, uint64_t value)
{
	put_u32(p, (uint32_t)(value >> 32));
	put_u32(p + 4, (uint32_t)value);
}

size_t
string_copy(char *to, const char *from, size_t size)
{
	size_t length = strlen(from);

	if (size > 0) {
		size_t copied = length < size ? length : size - 1;

		memcpy(to, from, copied);
		to[copied] = '\0';
	}
	return length;
}

void
address_unbracket(const char *address, char *to, size_t size)
{
	size_t length = strlen(address);

	if (address[0] == '[' && address[length - 1] == ']' &&
	    strchr(address, ':') != NULL) {
		string_copy(to, address + 1, size);
		if (length - 2 < size)
			to[length - 2] = '\0';
	} else
		string_copy(to, address, size);
}
