/* SPDX-License-Identifier: ISC */
/*
 * The form of the lines in the two files (bankd-files(5)).  Takes bytes and
 * knows no files; fuzzed.
 */
#ifndef BANKD_FILES_PARSE_H
#define BANKD_FILES_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../shared/wire/wire.h"

/* The width of a line as we write it, including the newline. */
#define FILES_BALANCE_WIDTH 80
#define FILES_PASSWORD_WIDTH 192

/* One line as read; `line` from 1, for messages. */
struct files_line {
	unsigned line;
	char id[WIRE_ID_SIZE];
	int64_t cents[2]; /* balance file */
	/*
	 * password file: a hash or plain text; locked by `!`, also without a
	 * hash
	 */
	char secret[FILES_PASSWORD_WIDTH];
	bool is_hash; /* HASH_FORM_TAKEN, or a lock without a hash */
};

/* Who reads a file. */
struct files_reading {
	const char *name; /* the file's, for messages */
	/* Takes a line; returns 0 to go on. */
	int (*each)(void *context, const struct files_line *line);
	void *context;
	char *error;
	size_t error_size;
};

/*
 * Parse one file's bytes.  Return 0, what `each` said, or BANK_EINVAL with
 * `name:line: reason` in error (a duplicate is found by `each`).
 */
int files_parse_balance(
    const struct files_reading *reading, const char *data, size_t length);
int files_parse_password(
    const struct files_reading *reading, const char *data, size_t length);

#endif
