/* SPDX-License-Identifier: ISC */
/*
 * The files of the journal: names, blocks that exist, copies.  Knows nothing
 * of what a lot means.  Functions return 0, BANK_ENOSPC (no room; nothing is
 * left of it), or BANK_EIO; errno tells why.
 */
#ifndef BANKD_SEGMENT_H
#define BANKD_SEGMENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEGMENT_SUFFIX ".lots"
#define SEGMENT_SPARE "spare"
#define SEGMENT_NEWEST "newest"
#define SEGMENT_NEWEST_SIZE 16 /* bytes of it */

struct segment {
	uint64_t first; /* number of its first lot: its name */
	size_t size;    /* bytes */
};

struct segment_path {
	char text[PATH_MAX];
};

struct segment_path segment_path(const char *directory, uint64_t first);
struct segment_path segment_other(const char *directory, const char *name);
/*
 * All of the directory in order of their first lots, malloc'd, and the size
 * of the spare, 0 for none.  BANK_ENOTFOUND without a directory; BANK_ESYS.
 */
int segment_list(const char *directory, struct segment **segments,
    size_t *count, size_t *spare);
/* A spare of so many zeros, on stable storage. */
int segment_make_spare(const char *directory, size_t size);
/* The spare becomes the segment that begins with this lot. */
int segment_take_spare(const char *directory, uint64_t first);
/* The directory, where there is none yet, and its first segment. */
int segment_make_first(const char *directory, size_t size, uint64_t first);
/* A segment that nobody needs becomes the spare, or goes. */
int segment_recycle(const char *directory, uint64_t first);
void segment_remove(const char *directory, uint64_t first);
/* Removes files that were never finished. */
void segment_sweep(const char *directory);
/* A segment in new blocks, in the place of one of its name: bytes, zeros. */
int segment_rewrite(const char *directory, const struct segment *segment,
    const uint8_t *bytes, size_t length);
/* The whole of it, malloc'd.  BANK_ENOMEM, BANK_ESYS. */
int segment_read(
    const char *directory, const struct segment *segment, uint8_t **bytes);
int segment_read_spare(const char *directory, size_t size, uint8_t **bytes);
int segment_write(int fd, const uint8_t *bytes, size_t length, size_t at);

#endif
