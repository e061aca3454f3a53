/* SPDX-License-Identifier: ISC */
/*
 * Configuration: an ini file, read with iniparser(3) through one table for each
 * program.  Only the table has the keys (in lower case), types, ranges,
 * defaults and meanings; the manual pages are tested against it.  Relative
 * paths, including those of defaults in force, are relative to the file.  A
 * value is UTF-8 without control characters and can be written in the file, so
 * that what is printed can be read again.
 */
#ifndef SHARED_CONFIG_H
#define SHARED_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum config_type {
	CONFIG_STRING,
	CONFIG_PATH,   /* made absolute; an empty one stays empty */
	CONFIG_NUMBER, /* int64_t, minimum to maximum */
	CONFIG_MONEY,  /* cents; minimum to maximum in cents */
	CONFIG_BOOL,   /* yes, no */
	CONFIG_CHOICE  /* one of `choices`; the value is its index */
};

struct config_key {
	const char *section;
	const char *key;
	enum config_type type;
	const char *default_value; /* as it would stand in the file */
	const char *meaning;       /* one sentence, for -T and the manual */
	int64_t minimum, maximum;  /* CONFIG_STRING, PATH: bytes */
	const char *choices;       /* "checking savings same" */
	bool reloadable;           /* takes effect on SIGHUP */
};

/* The values in force, one slot for each row of the table.  Opaque. */
struct config;

/*
 * Makes a configuration with the defaults of keys[0..count).  `keys` must
 * outlive it.  NULL if there is no memory.
 */
struct config *config_new(const struct config_key *keys, size_t count);
void config_free(struct config *config);

/*
 * Reads a file on top of the values in force.  On an error, returns
 * BANK_ECONFIG, changes nothing, and puts one message into error[0..size): the
 * file, the line if known, the section, the key, what is wrong, and for an
 * unknown key the nearest known one.  BANK_ESYS: errno and `error` say why the
 * file can't be read.  BANK_ENOMEM: `error` says so.
 */
int config_read(
    struct config *config, const char *path, char *error, size_t size);

/*
 * Reads one value, by `section:key`, of another program's file: as it is in the
 * file, empty if missing, cut to value_size.  Errors as for config_read().
 */
int config_peek(const char *path, const char *name, char *value,
    size_t value_size, char *error, size_t size);

/*
 * Sets `section.key=value`, as for -o; paths are relative to the current
 * directory.  A file that is read later overrides it, so read files first.
 * Errors as for config_read().
 */
int config_set(
    struct config *config, const char *assignment, char *error, size_t size);

/* An index is that of the table.  Strings live as long as the config. */
const char *config_string(const struct config *config, size_t index);
int64_t config_number(const struct config *config, size_t index);
/* Whether a file, an assignment or a dump set it, even to the default. */
bool config_is_set(const struct config *config, size_t index);

/*
 * Prints everything in force, in the form of the file; with_meaning puts the
 * sentence of each key above it as a comment (-T).
 */
void config_print(const struct config *config, FILE *out, bool with_meaning);

/*
 * To pass all values to another process: malloc'd text of lines
 * `section.key=value`, and back.  Accepts all of them, or returns BANK_EINVAL
 * or BANK_ENOMEM.
 */
char *config_dump(const struct config *config);
int config_load(struct config *config, const char *dump, size_t length);

/* The first row that is not reloadable and whose values differ, or -1. */
long config_needs_restart(
    const struct config *old_config, const struct config *new_config);

#endif
