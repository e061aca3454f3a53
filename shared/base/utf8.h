/* SPDX-License-Identifier: ISC */
/*
 * UTF-8 (RFC 3629) that may be displayed, that is, without control characters
 * (C0, DEL, C1).  Takes bytes and lengths; a zero byte is a control character.
 */
#ifndef SHARED_UTF8_H
#define SHARED_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_is_clean(const char *text, size_t length);
/* The length of the first character, 1 to 4 bytes, or 0 if invalid. */
size_t utf8_length(const char *text, size_t length);

#endif
