/* SPDX-License-Identifier: ISC */
/*
 * The locks by which the SQLite store keeps every other program from writing
 * to bank.db, from its opening to its closing: that of writing and that of
 * checkpoints, two bytes of the log's index (bank.db-shm).  SQLite gives them
 * back after each transaction; then an editor of databases with an open
 * change could keep the money waiting, or change what the vault has in its
 * memory.  So they are kept: what SQLite would unlock stays locked, and what
 * is locked already it gets at once.  Readers need neither.
 *
 * The first is taken before a log is copied away (sqlite_recover.c), without
 * SQLite: a program that is writing has that log open, and what it committed
 * would be lost.  These locks are the process's, and closing any descriptor
 * of that file drops them all: ours is closed after SQLite's.
 */
#include "sqlite_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"
#include "../store_files.h"

#define FIRST_BYTE 120 /* of the locks, in the index: the one for writing */
#define KEPT 2         /* for writing, for checkpoints */

struct store_locks {
	sqlite3_io_methods methods; /* first: SQLite points at them */
	const sqlite3_io_methods *beneath;
	sqlite3_file *file;
	unsigned held;
	bool shared; /* held by another connection */
};

/* Names the process that has it, where that can be seen from here. */
static int
refuse_held(
    int fd, struct flock *lock, const char *directory, char *error, size_t size)
{
	char holder[64] = "another program";

	if (fcntl(fd, F_GETLK, lock) == 0 && lock->l_type != F_UNLCK &&
	    lock->l_pid > 0)
		snprintf(
		    holder, sizeof(holder), "process %ld", (long)lock->l_pid);
	snprintf(error, size,
	    "%s/" STORE_FILE ": %s is writing to it, which only bankd may do: "
	    "end its transaction, or that program",
	    directory, holder);
	return BANK_EBUSY;
}

/* Where there is no index, nobody has it open. */
int
sqlite_lock_log(const char *directory, int *fd, char *error, size_t size)
{
	struct flock lock = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = FIRST_BYTE,
		.l_len = 1 };
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/" STORE_FILE "-shm",
		directory) >= sizeof(path))
		return BANK_EINVAL;
	*fd = file_open_regular(path, O_RDWR | O_NOFOLLOW);
	if (*fd == BANK_ESYS && errno == ENOENT)
		return 0;
	if (*fd < 0) {
		snprintf(error, size, "%s: %s", path, file_strerror(*fd));
		return BANK_ESYS;
	}
	if (fcntl(*fd, F_SETLK, &lock) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return refuse_held(*fd, &lock, directory, error, size);
	snprintf(error, size, "%s: %s", path, strerror(errno));
	return BANK_ESYS;
}

static unsigned
bit(int offset)
{
	return 1U << offset;
}

/* Of a range, SQLite's at a recovery, what is held already is passed over. */
static int
shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	struct store_locks *locks =
	    (struct store_locks *)(uintptr_t)file->pMethods;
	int code;

	while (count > 0 && (locks->held & bit(offset)) != 0) {
		offset++;
		count--;
	}
	if (count == 0)
		return SQLITE_OK;
	code = locks->beneath->xShmLock(file, offset, count, flags);
	if (code == SQLITE_OK && count == 1 && offset < KEPT &&
	    (flags & SQLITE_SHM_LOCK) != 0 &&
	    (flags & SQLITE_SHM_EXCLUSIVE) != 0)
		locks->held |= bit(offset);
	return code;
}

int
sqlite_locks_keep(struct store_locks **result, sqlite3 *db)
{
	struct store_locks *locks = calloc(1, sizeof(*locks));

	*result = locks;
	if (locks == NULL)
		return SQLITE_NOMEM;
	sqlite3_file_control(
	    db, "main", SQLITE_FCNTL_FILE_POINTER, &locks->file);
	locks->beneath = locks->file->pMethods;
	locks->methods = *locks->beneath;
	locks->methods.xShmLock = shm_lock;
	locks->file->pMethods = &locks->methods;
	return SQLITE_OK;
}

int
sqlite_locks_share(struct store_locks **locks, sqlite3 *db)
{
	int code = sqlite_locks_keep(locks, db);

	if (code != SQLITE_OK)
		return code;
	(*locks)->held = bit(KEPT) - 1;
	(*locks)->shared = true;
	return SQLITE_OK;
}

void
sqlite_locks_give_back(struct store_locks *locks)
{
	int i;

	if (locks == NULL)
		return;
	for (i = 0; i < KEPT && !locks->shared; i++)
		if ((locks->held & bit(i)) != 0)
			(void)locks->beneath->xShmLock(locks->file, i, 1,
			    SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
	locks->file->pMethods = locks->beneath;
	free(locks);
}
