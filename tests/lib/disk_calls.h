/* SPDX-License-Identifier: ISC */
/*
 * Every storage call of a test's own process, SQLite's included, as a test
 * sees it before and after it happens.  disk/disk_calls.c defines open(),
 * pwrite(), fsync() and their kin in the program itself, which the linker
 * prefers to libc's; a test includes that file, so that no other test has it.
 */
#ifndef TESTS_DISK_CALLS_H
#define TESTS_DISK_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum disk_kind {
	DISK_OPEN,
	DISK_READ,
	DISK_WRITE,
	DISK_SYNC,
	DISK_TRUNCATE,
	DISK_RENAME,
	DISK_UNLINK,
	DISK_ALLOCATE, /* fallocate(): room, and no bytes */
	DISK_KINDS
};

struct disk_call {
	enum disk_kind kind;
	const char *path; /* below the directory, "" for itself */
	const char *to;   /* DISK_RENAME: its new name */
	uint64_t inode;   /* of an open file; 0: none */
	const uint8_t *data;
	size_t length;
	off_t at;      /* DISK_TRUNCATE: the new size */
	bool replaces; /* DISK_OPEN: with O_TRUNC */
};

struct disk_calls {
	const char *directory; /* only calls on files in it; NULL: none */
	/*
	 * 0: go on; an errno: it fails with that; DISK_DONE: says that it was
	 * done and does nothing; DISK_SHORT: half of it is done.
	 */
	int (*before)(const struct disk_call *call);
	/* What was done, with what was in fact written. */
	void (*after)(const struct disk_call *call);
	long count[DISK_KINDS], all; /* may be set to 0 */
};

#define DISK_DONE (-1)
#define DISK_SHORT (-2)

extern struct disk_calls disk_calls;
extern const char *const disk_kind_names[DISK_KINDS];

/* A `before`: no sync is waited for. */
int disk_skip_sync(const struct disk_call *call);

#endif
