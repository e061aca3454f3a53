/* SPDX-License-Identifier: ISC */
/*
 * A row of a program's table of keys.
 */
#ifndef SHARED_CONFIG_KEY_H
#define SHARED_CONFIG_KEY_H

#include <stdbool.h>
#include <stdint.h>

enum config_type {
	CONFIG_STRING,
	CONFIG_PATH,   /* made absolute; an empty one stays empty */
	CONFIG_NUMBER, /* int64_t, minimum to maximum */
	CONFIG_MONEY,  /* cents; minimum to maximum in cents */
	CONFIG_BOOL,   /* yes, no */
	CONFIG_CHOICE  /* one of `choices`; the value is its index */
};

struct config_key {
	const char *section, *key;
	enum config_type type;
	const char *default_value; /* as it would stand in the file */
	const char *meaning;       /* one sentence, for -T and the manual */
	int64_t minimum, maximum;  /* CONFIG_STRING, PATH: bytes */
	const char *choices;       /* "checking savings same" */
	bool reloadable;           /* takes effect on SIGHUP */
};

#endif
