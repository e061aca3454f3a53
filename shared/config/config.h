/* SPDX-License-Identifier: ISC */
/*
 * Configuration: an ini file read with iniparser(3) through one table per
 * program, the only place where keys (lower case), types, ranges, defaults
 * and meanings stand; the manual pages are tested against it.
 *
 * Relative paths are relative to the file, also defaults that it leaves in
 * force.  A value is UTF-8 without control characters and has a spelling in
 * the file, so that what is printed can be read again.
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

/* Values in force; one slot a row of the table. Opaque. */
struct config;

/*
 * Makes a configuration with every default of keys[0..count).  `keys` must
 * outlive it.  NULL where there is no memory.
 */
struct config *config_new(const struct config_key *keys, size_t count);
void config_free(struct config *config);

/*
 * Reads a file on top of what is in force.  On an error, returns
 * BANK_ECONFIG, changes nothing, and has put one message into
 * error[0..size): file, line where known, section, key, what is wrong, and
 * the nearest right key for an unknown one.  BANK_ESYS: errno and `error`
 * say why the file can't be read.  BANK_ENOMEM: `error` says so.
 */
int config_read(
    struct config *config, const char *path, char *error, size_t size);

/*
 * One value, by `section:key`, of a file that is another program's: as it
 * stands there, empty where it doesn't, cut to value_size.  Errors as there.
 */
int config_peek(const char *path, const char *name, char *value,
    size_t value_size, char *error, size_t size);

/*
 * `section.key=value`, as -o has it; paths relative to the current directory.
 * A file read later goes on top: files first.  Errors as there.
 */
int config_set(
    struct config *config, const char *assignment, char *error, size_t size);

/* Indices are those of the table. Strings live as long as the config. */
const char *config_string(const struct config *config, size_t index);
int64_t config_number(const struct config *config, size_t index);
/* Whether a file, an assignment or a dump gave it, be it the default's. */
bool config_is_set(const struct config *config, size_t index);

/*
 * Everything in force, in the form of the file; with_meaning puts each
 * key's sentence above it as a comment (-T).
 */
void config_print(const struct config *config, FILE *out, bool with_meaning);

/*
 * For the way between processes: all values as malloc'd text of lines
 * `section.key=value`, and back: all of them, or BANK_EINVAL, BANK_ENOMEM.
 */
char *config_dump(const struct config *config);
int config_load(struct config *config, const char *dump, size_t length);

/* Index of the first row not reloadable whose values differ, or -1. */
long config_needs_restart(
    const struct config *old_config, const struct config *new_config);

#endif
