/* SPDX-License-Identifier: ISC */
/*
 * The private struct of the two files, and what the files of this folder
 * share.  The bytes of a line follow only from its account (and hash), so
 * comparing means making the line again.  The hashes are not in memory; while
 * the bank runs, a keyed sum of each line stands for its hash.
 */
#ifndef BANKD_FILES_STATE_H
#define BANKD_FILES_STATE_H

#include <limits.h>
#include <time.h>

#include "files.h"

/* The suffix of a path, .edited.TIME.999, must fit into PATH_MAX. */
#define FILES_PATH_SIZE ((size_t)PATH_MAX - 64)
#define FILES_LARGEST ((size_t)1 << 36) /* bytes that we read of one */

enum files_name { FILES_BALANCE, FILES_PASSWORD, FILES_COUNT };

struct files_file {
	const char *name;
	size_t width;
	char path[FILES_PATH_SIZE];
	int fd;
	bool same;               /* as found at the start */
	bool present;            /* likewise */
	bool written;            /* we wrote to it since the last look */
	bool behind;             /* we did not write to it: the disk was full */
	struct timespec changed; /* as of the last look */
	uint32_t cursor;         /* next line to compare */
	uint32_t room;           /* lines that have blocks */
	uint64_t out;            /* where files_write_out() goes on */
};

/* Lines of `balance` that wait for files_put_all() (files_put.c). */
struct files_waiting {
	char *map;            /* the file, or NULL */
	size_t map_size;      /* whole lines */
	int reading, writing; /* the pipe's ends */
	char *bytes;
	uint32_t *lines;
	size_t count;
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
	struct files_waiting waiting;
};

/* files_compare.c: sets `same` and `present` of both, sums, late. */
int files_compare(struct files *files, bool forgive_late);

/* files_takeover.c */
int files_take_over(struct files *files, enum store_end end,
    const struct files_options *options, uint64_t now_ms, char *error,
    size_t size);
/* Reads and checks as that does, but takes nothing over. */
int files_judge(struct files *files, enum store_end end,
    const struct files_options *options, char *error, size_t size);

/* files_watch.c: compares every line now; rewrites what isn't ours. */
int files_watch_all(struct files *files);

/* files_hash.c: each secret is replaced by its hash, malloc'd. */
int files_hash(
    char **secrets[], size_t count, const struct files_options *options);

#endif
