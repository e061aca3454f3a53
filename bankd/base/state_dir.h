/* SPDX-License-Identifier: ISC */
/*
 * The state directory as a place: whose it is, whether its file system can
 * lock and sync, the lock that keeps a second bankd out, and room left.
 */
#ifndef BANKD_STATE_DIR_H
#define BANKD_STATE_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct state_dir {
	int fd;      /* the directory */
	int lock_fd; /* -1 before state_dir_lock() */
	uid_t uid;
	gid_t gid;
};

/*
 * Opens it and looks at its file system; `forced` takes any.  0; BANK_ESYS,
 * or BANK_EINVAL for a file system that can't keep money; error says why.
 */
int state_dir_open(struct state_dir *dir, const char *path, bool forced,
    char *error, size_t size);
/*
 * Takes `lock` and writes the pid into it.  0; BANK_EBUSY with the holder in
 * error; BANK_EINVAL where something else stands in its place; BANK_ESYS.
 * Held until state_dir_close(), or the process's end.
 */
int state_dir_lock(struct state_dir *dir, char *error, size_t size);
/*
 * The lock of one who only reads a state in which nothing can be made: any
 * number may have it, no bankd beside them.  As state_dir_lock().
 */
int state_dir_lock_shared(struct state_dir *dir, char *error, size_t size);
/* Whether a bankd has the lock; takes none, and disturbs nobody. */
bool state_dir_is_held(const struct state_dir *dir);
void state_dir_close(struct state_dir *dir);

/* Bytes that bankd may still take; all there are where nobody can tell. */
uint64_t state_dir_free(const struct state_dir *dir);

#endif
