/* SPDX-License-Identifier: ISC */
/*
 * Answers as JSON: an array of objects, one for each row, or one of all facts.
 * What is no UTF-8 becomes U+FFFD.
 */
#ifndef BANKD_CONTROL_JSON_H
#define BANKD_CONTROL_JSON_H

#include "control_table.h"

enum control_json {
	CONTROL_JSON_NONE,
	/* All values strings; a fact that comes again has a number behind it.
	 */
	CONTROL_JSON_STRINGS,
	/* As control_field.h has it.  Money is a string, so that it's exact. */
	CONTROL_JSON_TYPED
};

void control_json_print(
    const struct control_table *table, enum control_json form, FILE *out);

#endif
