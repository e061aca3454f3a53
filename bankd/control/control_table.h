/* SPDX-License-Identifier: ISC */
/*
 * A whole answer of the control socket, taken apart, and how it is printed for
 * eyes; control_json.h is for programs.  Pure but for the stream.
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
 * Puts the rows in order of the column of that name, numbers by their value,
 * and keeps the first `limit`; those that are equal stay as they are.
 * `-NAME`: the largest first.  0, or BANK_ENOTFOUND: no such column.
 */
int control_table_sort(
    struct control_table *table, const char *column, size_t limit);
/*
 * As control_field.h shows it, in columns that line up in UTF-8, which LC_CTYPE
 * must be; what would steer a terminal becomes `?`, in the table too.
 */
void control_table_print(struct control_table *table, FILE *out);
#endif
