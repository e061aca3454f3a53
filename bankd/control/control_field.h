/* SPDX-License-Identifier: ISC */
/*
 * What the fields of answers mean, by the names of facts and columns: how they
 * are shown to people, with their units, and what they are in JSON
 * (bankctl.schema.json).  A name that isn't in the table is text.
 */
#ifndef BANKD_CONTROL_FIELD_H
#define BANKD_CONTROL_FIELD_H

#include <stddef.h>

enum control_kind {
	CONTROL_TEXT,
	CONTROL_OPTIONAL, /* text; `-` and "": null */
	CONTROL_NUMBER,   /* a whole number; `-`: null */
	CONTROL_SECONDS,  /* the same; shown as `17 min` */
	CONTROL_UPTIME,   /* the same; shown as `17 min, since 09:12` */
	CONTROL_YES_NO,   /* true, false */
	CONTROL_ACCOUNT,  /* 1 or 2, shown as savings or checking */
	CONTROL_LIST,     /* text of facts that come more than once: an array */
	CONTROL_COUNTS    /* `BOUND:COUNT ...`: an object */
};

struct control_field {
	const char *name;
	enum control_kind kind;
	const char *unit; /* NULL: none */
};

/* Never NULL. */
const struct control_field *control_field_find(const char *name);
/*
 * The value as people read it: `value` itself, or it in text[0..size).  Units
 * are for facts, whose columns have none.
 */
const char *control_field_show(const struct control_field *field,
    const char *value, char *text, size_t size);

#endif
