/* SPDX-License-Identifier: ISC */
/*
 * What the parts of the configuration share among themselves: config.c (the
 * values in force), config_value.c (from text to value), config_file.c and
 * config_text.c (the ini file) and config_report.c (error messages).
 */
#ifndef SHARED_CONFIG_STATE_H
#define SHARED_CONFIG_STATE_H

#include "config.h"

/* Room for a value, including NUL: a line of iniparser's has 1024 bytes. */
#define CONFIG_VALUE_SIZE 960
/* The longest error text about a value, including NUL. */
#define CONFIG_REASON_SIZE 512

struct config_slot {
	char *text;     /* paths: absolute */
	int64_t number; /* number, cents, 0 or 1, or index of the choice */
	bool set;       /* by a file or an assignment, not by default */
};

struct config {
	const struct config_key *keys;
	size_t count;
	struct config_slot *slots;
};

/* A copy with its own values; NULL if there is no memory. */
struct config *config_copy(const struct config *config);
/* Moves the values of `from` into `config`, and frees the rest. */
void config_take(struct config *config, struct config *from);

/*
 * Sets one row from `text`; makes relative paths absolute with `directory`,
 * which is absolute (NULL: leaves them).  On BANK_EINVAL the slot is unchanged
 * and `reason` says why, without naming the key; else 0 or BANK_ENOMEM.
 */
int config_put(struct config *config, size_t index, const char *text,
    const char *directory, char reason[CONFIG_REASON_SIZE]);

/* Puts `text` in the quotes that a file needs; BANK_EINVAL: none will do. */
int config_quote(const char *text, char quoted[CONFIG_VALUE_SIZE + 2]);

/*
 * config_text.c: changes the text of a file, in place, so that iniparser reads
 * it as its author meant: removes a byte order mark, comments after a section's
 * name, and backslashes at the end of comments.  No line moves.  Returns NULL
 * and sets *changed; or returns what is wrong on line *line: a quote that is
 * not closed or is followed by text, or a line that ends with a carriage return
 * only.
 */
const char *config_text_mend(
    char *text, size_t length, unsigned *line, bool *changed);

/* The row of a key, ignoring letter case, or -1. */
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
 * The same for a section (key NULL) or a key that isn't in the table, with the
 * nearest one that is.
 */
void config_complain_unknown(const struct config *config, char *error,
    size_t size, const char *where, const char *section, const char *key);

#endif
