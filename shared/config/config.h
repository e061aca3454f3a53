/* SPDX-License-Identifier: ISC */
/*
 * An ini file, read through a program's one table of keys, types, ranges,
 * defaults and meanings; the manual pages are tested against it.  Relative
 * paths, defaults too, are relative to the file.  A value is UTF-8 without
 * control characters; what is printed can be read again.
 */
#ifndef SHARED_CONFIG_H
#define SHARED_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config_key.h"

struct config; /* the values in force */

/* All defaults of keys[0..count), which must outlive it.  NULL: no memory. */
struct config *config_new(const struct config_key *keys, size_t count);
void config_free(struct config *config);

/*
 * Reads a file on top of what is in force.  BANK_ECONFIG: nothing has
 * changed, and `error` tells file, line where known, section, key, what is
 * wrong, and the nearest right key for an unknown one.  BANK_ESYS, with
 * errno, and BANK_ENOMEM: `error` says it too.
 */
int config_read(
    struct config *config, const char *path, char *error, size_t size);

/*
 * What a program ends with where its configuration wasn't taken, of
 * sysexits(3): lack of memory says nothing against the configuration.
 */
int config_exit_code(int error);

/* One value, by `section:key`, of another program's file: cut to size, or ""
 * where it isn't there.  Errors as config_read(). */
int config_peek(const char *path, const char *name, char *value,
    size_t value_size, char *error, size_t size);

/*
 * `section.key=value`, as of -o; paths relative to the current directory.  A
 * file that is read later goes on top.  Errors as config_read().
 */
int config_set(
    struct config *config, const char *assignment, char *error, size_t size);

/* An index is that of the table.  Strings live as long as the config. */
const char *config_string(const struct config *config, size_t index);
int64_t config_number(const struct config *config, size_t index);
/* Whether a file, an assignment or a dump set it, even to the default. */
bool config_is_set(const struct config *config, size_t index);

/* All in force, as a file; with_meaning puts each key's above it (-T). */
void config_print(const struct config *config, FILE *out, bool with_meaning);
/*
 * What `other`, which has the defaults of the same table, has not so; each
 * with that value above it.
 */
void config_print_changes(
    const struct config *config, const struct config *other, FILE *out);

/* For another process: all values as malloc'd lines `section.key=value`. */
char *config_dump(const struct config *config);
/* And back: all of them, or BANK_EINVAL, BANK_ENOMEM. */
int config_load(struct config *config, const char *dump, size_t length);

/* The first row that is not reloadable and whose values differ, or -1. */
long config_needs_restart(
    const struct config *old_config, const struct config *new_config);

#endif
