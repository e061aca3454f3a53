/* SPDX-License-Identifier: ISC */
/*
 * The state directory as a place (the vault's).  Reads nothing of what the
 * bank keeps in it.
 */
#include "state_dir.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "place.h"

#define LOCK_NAME "lock"

/* statfs(2): what can't be trusted with a lock or a sync. */
static const struct {
	unsigned long type;
	const char *name;
} unfit[] = {
	{ 0x6969, "nfs" },
	{ 0x65735546, "fuse" },
	{ 0xff534d42, "cifs" },
	{ 0xfe534d42, "smb2" },
	{ 0x517b, "smb" },
	{ 0x01021997, "9p" },
	{ 0x5346414f, "afs" },
	{ 0x00c36400, "ceph" },
};

/* An overlay mounted `volatile` never syncs; only its options tell. */
static bool
is_volatile(dev_t device)
{
	char number[32], *line = NULL, *options;
	size_t size = 0;
	bool found = false;
	FILE *mounts;

	if ((mounts = fopen("/proc/self/mountinfo", "re")) == NULL)
		return false;
	snprintf(
	    number, sizeof(number), " %u:%u ", major(device), minor(device));
	while (!found && getline(&line, &size, mounts) != -1) {
		options = strstr(line, " - overlay ");
		found = options != NULL && strstr(line, number) != NULL &&
		    strstr(options, "volatile") != NULL;
	}
	free(line);
	fclose(mounts);
	return found;
}

static const char *
unfit_name(int fd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(fd, &fs) == -1 || fstat(fd, &st) == -1)
		return NULL;
	for (size_t i = 0; i < NELEM(unfit); i++) {
		if (unfit[i].type == ((unsigned long)fs.f_type & 0xffffffff))
			return unfit[i].name;
	}
	return is_volatile(st.st_dev) ? "overlay, volatile" : NULL;
}

int
state_dir_open(struct state_dir *dir, const char *path, bool forced,
    char *error, size_t size)
{
	struct stat st;
	const char *name;

	dir->lock_fd = -1;
	dir->fd = place_directory(path);
	if (dir->fd < 0 || fstat(dir->fd, &st) == -1) {
		snprintf(error, size,
		    "%s: %s; bankd.ini: [bank] state, bankctl init", path,
		    place_reason(errno));
		dir->fd = -1;
		return BANK_ESYS;
	}
	if (geteuid() == 0 && st.st_uid == 0 && !place_keeps_roots_files(&st)) {
		snprintf(error, size,
		    "%s: others may write to root's state; chmod go-w", path);
		state_dir_close(dir);
		return BANK_EINVAL;
	}
	dir->uid = st.st_uid;
	dir->gid = st.st_gid;
	if (!forced && (name = unfit_name(dir->fd)) != NULL) {
		snprintf(error, size,
		    "%s: on a file system (%s) that may be unable to lock or "
		    "sync; bankd.ini: [bank] any_file_system = yes accepts the "
		    "risk",
		    path, name);
		return BANK_EINVAL;
	}
	return 0;
}

static void
write_pid(int fd)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, text, (size_t)length, 0) != length)
		return; /* the lock holds, only its holder isn't named */
}

/* Says who has it, as it wrote itself into the file. */
static int
refuse_held(struct state_dir *dir, char *error, size_t size)
{
	char holder[32] = "";
	ssize_t n = file_read_at(dir->lock_fd, holder, sizeof(holder) - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
	holder[strspn(holder, "0123456789")] = '\0';
	snprintf(error, size, "the state is in use by another bankd, pid %s",
	    holder[0] != '\0' ? holder : "unknown");
	close(dir->lock_fd);
	dir->lock_fd = -1;
	return BANK_EBUSY;
}

int
state_dir_lock(struct state_dir *dir, char *error, size_t size)
{
	const int flags =
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct stat st;

	dir->lock_fd = openat(dir->fd, LOCK_NAME, flags, 0600);
	if (dir->lock_fd == -1 && errno != ELOOP && errno != EISDIR &&
	    errno != ENXIO) {
		snprintf(error, size, "%s: %s", LOCK_NAME, strerror(errno));
		return BANK_ESYS;
	}
	if (dir->lock_fd == -1 || fstat(dir->lock_fd, &st) == -1 ||
	    !S_ISREG(st.st_mode) || st.st_nlink != 1) {
		snprintf(error, size,
		    "%s: not a regular file with one name; move it out of the "
		    "state directory",
		    LOCK_NAME);
		return BANK_EINVAL;
	}
	if (flock(dir->lock_fd, LOCK_EX | LOCK_NB) == 0) {
		write_pid(dir->lock_fd);
		return 0;
	}
	if (errno != EWOULDBLOCK) {
		snprintf(error, size, "%s: %s", LOCK_NAME, strerror(errno));
		return BANK_ESYS;
	}
	return refuse_held(dir, error, size);
}

/* Where there is no such file, no bankd can come: it couldn't make one. */
int
state_dir_lock_shared(struct state_dir *dir, char *error, size_t size)
{
	dir->lock_fd = openat(
	    dir->fd, LOCK_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (dir->lock_fd == -1 && errno == ENOENT)
		return 0;
	if (dir->lock_fd != -1 && flock(dir->lock_fd, LOCK_SH | LOCK_NB) == 0)
		return 0;
	if (dir->lock_fd != -1 && errno == EWOULDBLOCK)
		return refuse_held(dir, error, size);
	snprintf(error, size, "%s: %s", LOCK_NAME, strerror(errno));
	return BANK_ESYS;
}

/* A line of /proc/locks: `1: FLOCK  ADVISORY  WRITE 42 08:01:77 0 EOF`. */
bool
state_dir_is_held(const struct state_dir *dir)
{
	char file[64], *line = NULL;
	size_t size = 0;
	struct stat st;
	bool held = false;
	FILE *locks;

	if (fstatat(dir->fd, LOCK_NAME, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    (locks = fopen("/proc/locks", "re")) == NULL)
		return false;
	snprintf(file, sizeof(file), " %02x:%02x:%ju ", major(st.st_dev),
	    minor(st.st_dev), (uintmax_t)st.st_ino);
	while (!held && getline(&line, &size, locks) != -1)
		held = strstr(line, " FLOCK ") != NULL &&
		    strstr(line, " WRITE ") != NULL &&
		    strstr(line, file) != NULL;
	free(line);
	fclose(locks);
	return held;
}

void
state_dir_close(struct state_dir *dir)
{
	if (dir->lock_fd != -1)
		close(dir->lock_fd);
	if (dir->fd != -1)
		close(dir->fd);
	dir->fd = dir->lock_fd = -1;
}

uint64_t
state_dir_free(const struct state_dir *dir)
{
	struct statvfs fs;

	if (fstatvfs(dir->fd, &fs) == -1)
		return UINT64_MAX;
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}
