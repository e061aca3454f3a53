/* SPDX-License-Identifier: ISC */
/*
 * A whole answer of the control socket, taken apart, and how it is printed:
 * for eyes, or as JSON for programs.  Pure but for the stream.
 */
#ifndef BANKD_CONTROL_TABLE_H
#define BANKD_CONTROL_TABLE_H

#include <stdio.h>

#include "control_codec.h"

struct control_table {
	char *text; /* the fields point into it */
	struct control_row *rows;
	size_t count, size;
};

/* 0 or BANK_ENOMEM; control_table_free() in both cases. */
int control_table_read(struct control_table *table, const char *answer);
void control_table_free(struct control_table *table);
/* What its last line says, as control_get_end(). */
int control_table_end(const struct control_table *table, const char **message);
/*
 * Columns that line up in UTF-8, which LC_CTYPE must be; what would steer a
 * terminal becomes `?`, in the table too.
 */
void control_table_print(struct control_table *table, FILE *out);
/*
 * An array of objects, all values strings, so that money stays exact; facts
 * are one object, where a name that comes again gets a number.  What is no
 * UTF-8 becomes U+FFFD.
 */
void control_table_json(const struct control_table *table, FILE *out);

#endif
