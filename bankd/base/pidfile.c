/* SPDX-License-Identifier: ISC */
/*
 * The pid file and its lock.  Runs in the monitor only.
 */
#include "pidfile.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

static void
complain_held(const char *path, int fd, char *error, size_t size)
{
	struct flock holder = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &holder) == -1 || holder.l_type == F_UNLCK)
		holder.l_pid = 0;
	snprintf(error, size,
	    "bankd runs already: process %ld holds %s; `bankctl stop` ends it",
	    (long)holder.l_pid, path);
}

/* The holder may remove the file between our open and our lock. */
static bool
is_still_there(const struct pidfile *pidfile)
{
	struct stat by_name, by_fd;

	return fstatat(pidfile->place.fd, pidfile->place.name, &by_name,
		   AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstat(pidfile->fd, &by_fd) == 0 && by_name.st_ino == by_fd.st_ino &&
	    by_name.st_dev == by_fd.st_dev;
}

/* Another name of it would be somebody else's file, which isn't ours. */
static bool
is_plain(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_nlink <= 1 && status.st_uid == geteuid();
}

static int
write_pid(int fd)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, text, (size_t)length, 0) != length)
		return BANK_ESYS;
	return fchmod(fd, 0644) == 0 ? 0 : BANK_ESYS;
}

static int
open_file(struct pidfile *pidfile)
{
	const int flags =
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	if (pidfile->fd != -1)
		close(pidfile->fd);
	pidfile->fd =
	    openat(pidfile->place.fd, pidfile->place.name, flags, 0644);
	return pidfile->fd != -1 ? 0 : BANK_ESYS;
}

static int
take(struct pidfile *pidfile, const char *path, char *error, size_t size)
{
	const struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	do {
		if (open_file(pidfile) != 0)
			return BANK_ESYS;
		if (!is_plain(pidfile->fd)) {
			errno = EMLINK;
			return BANK_ESYS;
		}
		if (fcntl(pidfile->fd, F_SETLK, &whole) == -1) {
			if (errno != EAGAIN && errno != EACCES)
				return BANK_ESYS;
			complain_held(path, pidfile->fd, error, size);
			return BANK_EBUSY;
		}
	} while (!is_still_there(pidfile));
	return write_pid(pidfile->fd);
}

int
pidfile_take(
    struct pidfile *pidfile, const char *path, char *error, size_t size)
{
	int result, saved;

	pidfile->fd = -1;
	string_copy(pidfile->path, path, sizeof(pidfile->path));
	result = place_open(&pidfile->place, pidfile->path, true);
	if (result == 0)
		result = place_enter(&pidfile->place, PLACE_NO_GROUP);
	if (result == 0)
		result = take(pidfile, path, error, size);
	saved = errno;
	place_leave(&pidfile->place);
	if (result == 0)
		return 0;
	if (result != BANK_EBUSY)
		snprintf(error, size, "%s: %s; bankd.ini: [process] pid_file",
		    path,
		    saved == EMLINK ? "not a regular file with one name that "
				      "belongs to its directory's owner; "
				      "remove it"
				    : place_reason(saved));
	if (pidfile->fd != -1)
		close(pidfile->fd);
	pidfile->fd = -1;
	place_close(&pidfile->place);
	errno = saved;
	return result;
}

/* A name alone is removed, which is never followed. */
void
pidfile_drop(struct pidfile *pidfile)
{
	if (pidfile->fd == -1)
		return;
	(void)unlinkat(pidfile->place.fd, pidfile->place.name, 0);
	close(pidfile->fd);
	pidfile->fd = -1;
	place_close(&pidfile->place);
}
