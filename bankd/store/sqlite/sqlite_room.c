/* SPDX-License-Identifier: ISC */
/*
 * Room on the disk for what the SQLite store is about to write: asked for
 * before anything is in the journal.  The vault's.
 */
#include "sqlite_room.h"

#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/file.h"
#include "../store_files.h"
#include "../store_serve.h"
#include "sqlite_checkpoint.h"
#include "sqlite_state.h"

#define LOG_ROOM (1024 * 1024)

const char *
store_room_reason(const struct store *store)
{
	if (store->full_errno == EFBIG)
		return "a file has reached the limit on its size "
		       "(RLIMIT_FSIZE)";
	return store->full_errno == EDQUOT ? "the quota is used up"
					   : "the disk is full";
}

static bool
log_may_grow(const struct store *store, size_t more, off_t *length)
{
	struct rlimit limit;

	*length = (off_t)(store_log_bytes(store) + LOG_ROOM + more);
	return getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY ||
	    (rlim_t)*length <= limit.rlim_cur;
}

/*
 * Room in the log for what may ride in one transaction, while nothing of it
 * is in the journal yet: a COMMIT that found none would lose lots that were
 * answered, and only the next start could put them on again.
 */
int
sqlite_room_in_log(struct store *store, size_t more)
{
	off_t length;
	char path[PATH_MAX];

	if (store->log_fd < 0 &&
	    (size_t)snprintf(path, sizeof(path), "%s/" STORE_WAL,
		store->directory) < sizeof(path))
		store->log_fd =
		    open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (store->log_fd < 0)
		return 0;
	/* One that may not grow any more is written back, to begin anew. */
	if (!log_may_grow(store, more, &length) &&
	    (sqlite_checkpoint(store, SQLITE_CHECKPOINT_PASSIVE) != 0 ||
		!log_may_grow(store, more, &length)))
		errno = EFBIG;
	else if (fallocate(store->log_fd, FALLOC_FL_KEEP_SIZE, 0, length) ==
		0 ||
	    !file_errno_is_full(errno))
		return 0; /* or a file system that can't tell */
	store->full_errno = errno;
	return BANK_ENOSPC;
}

/* A lot as large as a first start's needs more than there always is. */
int
sqlite_room_for_lot(struct store *store)
{
	return store->lot.length < LOG_ROOM / 4
	    ? 0
	    : sqlite_room_in_log(store, 2 * store->lot.length);
}
