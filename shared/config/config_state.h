/* SPDX-License-Identifier: ISC */
/*
 * What the parts of the configuration share, and nobody else sees: config.c
 * (the values in force), config_value.c (from text to value), config_file.c
 * and config_text.c (the ini file) and config_report.c (what is wrong with
 * it).
 */
#ifndef SHARED_CONFIG_STATE_H
#define SHARED_CONFIG_STATE_H

#include "config.h"

/* Room for a value, NUL counted: a line of iniparser's has 1024 bytes. */
#define CONFIG_VALUE_SIZE 960
/* The longest complaint about a value, NUL counted. */
#define CONFIG_REASON_SIZE 512

struct config_slot {
	char *text;     /* paths: absolute */
	int64_t number; /* number, cents, 0 or 1, or index of the choice */
	bool set;       /* by a file or an assignment; else the default */
};

struct config {
	const struct config_key *keys;
	size_t count;
	struct config_slot *slots;
};

/* A copy that owns its values; NULL without memory. */
struct config *config_copy(const struct config *config);
/* Makes the values of `from` those of `config`, and frees the rest. */
void config_take(struct config *config, struct config *from);

/*
 * Sets one row from `text`; relative paths are put behind `directory`, which
 * is absolute (NULL: left as they are).  On BANK_EINVAL the slot is as it
 * was and `reason` says why, without naming the key; else 0 or BANK_ENOMEM.
 */
int config_put(struct config *config, size_t index, const char *text,
    const char *directory, char reason[CONFIG_REASON_SIZE]);

/* `text` in the quotes that the file needs; BANK_EINVAL: there are none. */
int config_quote(const char *text, char quoted[CONFIG_VALUE_SIZE + 2]);

/*
 * config_text.c: makes the text of a file, in place, one that iniparser reads
 * as its writer meant it: without a byte order mark, comments behind a
 * section's name, and backslashes at the end of comments.  No line moves.
 * NULL with *changed; or what is wrong, on line *line: a quote that is left
 * open or has something behind it, a line that a carriage return alone ends.
 */
const char *config_text_mend(
    char *text, size_t length, unsigned *line, bool *changed);

/* The row of a key, letter case aside, or -1. */
long config_find(
    const struct config *config, const char *section, const char *key);
bool config_has_section(const struct config *config, const char *section);

/*
 * Writes `where: [section] key: what` without control characters; where, and
 * section with key, or key alone, may be NULL.
 */
void config_complain(char *error, size_t size, const char *where,
    const char *section, const char *key, const char *what);

/*
 * The same about a section (key NULL) or a key that isn't in the table, with
 * the nearest that is.
 */
void config_complain_unknown(const struct config *config, char *error,
    size_t size, const char *where, const char *section, const char *key);

#endif
