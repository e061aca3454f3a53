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
