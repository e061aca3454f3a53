/* SPDX-License-Identifier: ISC */
/*
 * What the SQLite store does before it opens the database after a broken
 * end, and the room that it keeps for that.  The vault's, at its start; knows
 * no SQL.
 *
 * After a failed sync the page cache may hold, marked clean, what the disk
 * doesn't have: a WAL read back from there looks whole, and a second sync of
 * it reports success and writes nothing.  So its bytes are copied to blocks
 * that are new, which are dirty and are synced for true; the checkpoint that
 * follows does the same for the pages of the database.
 */
#include "sqlite_recover.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/progress.h"
#include "../store_files.h"
#include "sqlite_open.h"
#include "sqlite_state.h"

#define COPY_BYTES (1024 * 1024)
#define RESERVE "reserve"
#define RESERVE_BYTES (4 * 1024 * 1024)
#define RESERVE_ROOM (16 * RESERVE_BYTES) /* free, before we make it again */

static int
copy_bytes(int from, int to)
{
	char *buffer = malloc(COPY_BYTES);
	ssize_t got = 0, put, at;
	uint64_t copied = 0;

	if (buffer == NULL)
		return -1;
	while ((got = read(from, buffer, COPY_BYTES)) > 0) {
		for (at = 0; at < got; at += put) {
			put = write(to, buffer + at, (size_t)(got - at));
			if (put <= 0) {
				free(buffer);
				return -1;
			}
		}
		progress_done(copied += (uint64_t)got);
	}
	free(buffer);
	return (int)got;
}

static int
copy_file(const char *from_path, const char *to_path)
{
	int from, to = -1, result = -1, saved;

	from = open(from_path, O_RDONLY | O_CLOEXEC);
	if (from == -1)
		return -1;
	(void)unlink(to_path);
	to = open(to_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (to == -1)
		goto out;
	if (copy_bytes(from, to) == 0 && fsync(to) == 0)
		result = 0;
out:
	saved = errno;
	close(from);
	if (to != -1)
		close(to);
	errno = saved;
	return result;
}

/* A WAL that isn't empty was left by an end that was none of ours. */
int
sqlite_copy_wal(const char *directory, char *error, size_t size)
{
	char path[PATH_MAX], new[PATH_MAX];
	struct stat status;
	int saved;

	if ((size_t)snprintf(path, sizeof(path), "%s/" STORE_WAL, directory) >=
		sizeof(path) ||
	    (size_t)snprintf(new, sizeof(new), "%s/" STORE_WAL ".new",
		directory) >= sizeof(new))
		return BANK_EINVAL;
	if (stat(path, &status) == -1 || status.st_size == 0)
		return 0;
	progress_step(STORE_WAL ": copying bytes", (uint64_t)status.st_size);
	if (copy_file(path, new) == 0 && rename(new, path) == 0 &&
	    file_sync_directory(path) == 0)
		return 0;
	saved = errno;
	snprintf(error, size, "%s: copying it to new blocks: %s%s", path,
	    strerror(saved),
	    file_errno_is_full(saved) ? sqlite_room_help(saved) : "");
	(void)unlink(new);
	return file_errno_is_full(saved) ? BANK_ENOSPC : BANK_EIO;
}

static bool
reserve_path(const char *directory, char path[PATH_MAX])
{
	return (size_t)snprintf(path, PATH_MAX, "%s/" RESERVE, directory) <
	    PATH_MAX;
}

/* Whether there was one, and so is room now. */
bool
sqlite_give_up_reserve(const char *directory)
{
	char path[PATH_MAX];

	return reserve_path(directory, path) && unlink(path) == 0 &&
	    file_sync_directory(path) == 0;
}

int
store_make_room(struct store *store)
{
	store->reserve = false;
	return sqlite_give_up_reserve(store->directory) ? 0 : BANK_ENOTFOUND;
}

/* No reserve is no error: it is tried again after later checkpoints. */
void
sqlite_make_reserve(struct store *store)
{
	char path[PATH_MAX];
	struct statvfs free_space;
	struct stat status;
	int fd;

	if (!reserve_path(store->directory, path))
		return;
	store->reserve = lstat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size == RESERVE_BYTES;
	if (store->reserve || statvfs(store->directory, &free_space) == -1 ||
	    (uint64_t)free_space.f_bavail * free_space.f_frsize < RESERVE_ROOM)
		return;
	(void)unlink(path);
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return;
	store->reserve = posix_fallocate(fd, 0, RESERVE_BYTES) == 0;
	close(fd);
	if (!store->reserve)
		(void)unlink(path);
}

void
store_keep_room(struct store *store)
{
	if (!store->reserve && !store->failed)
		sqlite_make_reserve(store);
}
