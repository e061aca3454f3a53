/* SPDX-License-Identifier: ISC */
/*
 * Inside the two files: one struct for each, and what its siblings share.
 * A line's bytes follow from its account (and hash) alone, so comparing is
 * making the line again.  Of the hashes, which are not in memory, a keyed
 * sum of each line stands for them while the bank runs.
 */
#ifndef BANKD_FILES_STATE_H
#define BANKD_FILES_STATE_H

#include <limits.h>
#include <time.h>

#include "files.h"

/* What stands behind a path, .edited.TIME.999, fits into PATH_MAX. */
#define FILES_PATH_SIZE ((size_t)PATH_MAX - 64)
#define FILES_LARGEST ((size_t)1 << 36) /* bytes of one that we read */

enum files_name { FILES_BALANCE, FILES_PASSWORD, FILES_COUNT };

struct files_file {
	const char *name;
	size_t width;
	char path[FILES_PATH_SIZE];
	int fd;
	bool same;               /* as found at the start */
	bool present;            /* likewise */
	bool written;            /* by us, since the last look */
	bool behind;             /* by us: the disk was full */
	struct timespec changed; /* as of the last look */
	uint32_t cursor;         /* next line to compare */
	uint32_t room;           /* lines that have blocks */
};

struct files {
	struct store *store;
	struct files_file file[FILES_COUNT];
	int (*on_hash)(void *context, uint32_t line, const char *hash);
	void *context;
	uint64_t key[2];
	uint64_t *sums; /* of the lines of `password`, by line */
	size_t sums_size;
	uint32_t *late; /* lines of `balance` that are only behind */
	uint32_t late_count;
};

/* files_lines.c */
/* Makes `width` bytes of line; `hash` counts for `password` alone. */
void files_make_line(enum files_name name, char *line,
    const struct ledger_account *account, const char *hash);
/*
 * What the line of `password` shows: the hash, or, where that has no room in
 * it since the `!` of a lock came before it, the `!` alone.
 */
const char *files_shown_hash(
    const struct ledger_account *account, const char *hash);
/* Tells who asked for it (files.h). */
int files_tell_hash(const struct files *files,
    const struct ledger_account *account, const char *hash);
int files_put_sum(struct files *files, uint32_t line, const char *bytes);
uint64_t files_sum(const struct files *files, const char *bytes);
/* Writes NAME.new whole and syncs it; BANK_ENOSPC, BANK_EIO, BANK_ESYS. */
int files_write_new(struct files *files, enum files_name name);
/*
 * NAME becomes NAME.edited.TIME, if `aside` or if it is no regular file;
 * NAME.new becomes NAME.
 */
int files_replace(struct files *files, enum files_name name, bool aside);
int files_open(struct files *files, enum files_name name);
/* Whether a pipe, link, directory or the like stands in its place. */
bool files_is_odd(const struct files_file *file);
/* All of a line, in place: 0, BANK_ENOSPC, BANK_EIO. */
int files_put_line(struct files *files, enum files_name name, uint32_t line,
    const char *bytes);

/* files_compare.c: sets `same` and `present` of both, sums, late. */
int files_compare(struct files *files, bool forgive_late);

/* files_takeover.c */
int files_take_over(struct files *files, enum store_end end,
    const struct files_options *options, uint64_t now_ms, char *error,
    size_t size);
/* Reads and judges as that does, and takes nothing over. */
int files_judge(struct files *files, enum store_end end,
    const struct files_options *options, char *error, size_t size);

/* files_watch.c: every line, now; writes anew what isn't ours. */
int files_watch_all(struct files *files);

/* files_hash.c: each secret is replaced by its hash, malloc'd. */
int files_hash(
    char **secrets[], size_t count, const struct files_options *options);

#endif
