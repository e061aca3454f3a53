/* SPDX-License-Identifier: ISC */
/*
 * Reads a reply, as an ATM does; results point into the caller's text.
 */
#ifndef SHARED_WIRE_READER_H
#define SHARED_WIRE_READER_H

#include "wire.h"

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
