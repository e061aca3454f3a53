/* SPDX-License-Identifier: ISC */
/*
 * A SQLite VFS of the tests, under the real store: passes everything on to
 * the real files, counts what changes them, and makes one call of them fail.
 */
#ifndef TESTS_FAULT_VFS_H
#define TESTS_FAULT_VFS_H

#include <stdbool.h>

enum fault_call { FAULT_WRITE, FAULT_SYNC, FAULT_TRUNCATE, FAULT_CALLS };

struct fault_vfs {
	long calls[FAULT_CALLS]; /* so far; may be set to 0 */
	enum fault_call fail;
	long nth; /* the nth of these from now on fails; 0: none */
	bool for_ever;
	int code;  /* SQLite's: SQLITE_FULL, SQLITE_IOERR_FSYNC ... */
	int error; /* errno beside it */
	/* Where set: writes give SQLITE_FULL while this file exists. */
	const char *full_while;
	/* Likewise writes to the database itself, and none to its log. */
	const char *database_full_while;
	/* Where set: called before each sync. */
	void (*at_sync)(void);
	/* Where set: called before each read of the file. */
	void (*at_read)(void);
	/* Where set: called once, when this many more locks of a WAL's index
	 * were asked for. */
	void (*at_lock)(void *context);
	void *context;
	long locks;
	long failed; /* calls that did */
	long after;  /* calls of any kind after the first that failed */
};
extern struct fault_vfs fault_vfs;

/* Makes it the default VFS; no faults yet. */
void fault_vfs_register(void);
/* Whether syncs are only counted: no test here cuts the power. */
void fault_vfs_skip_syncs(bool skip);
/* Counts anew, and fails the nth such call; SQLITE_OK: none. */
void fault_vfs_set(enum fault_call call, long nth, int code, int error);

#endif
