/* SPDX-License-Identifier: ISC */
/*
 * The storage calls of disk_calls.h, each straight to the kernel.  Not for a
 * library: a linker would take them for libc's in every program.  Calls of
 * more than one thread at a time are not for this.
 */
#undef _FORTIFY_SOURCE
#include "../disk_calls.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FDS 256

struct disk_calls disk_calls;
const char *const disk_kind_names[DISK_KINDS] = { "open", "read", "write",
	"sync", "truncate", "rename", "unlink", "allocate" };

int
disk_skip_sync(const struct disk_call *call)
{
	return call->kind == DISK_SYNC ? DISK_DONE : 0;
}

static struct {
	bool ours;
	char path[64];
	uint64_t inode;
} fds[FDS];

/* The name below the directory, or NULL. */
static const char *
below(const char *path)
{
	size_t length;

	if (disk_calls.directory == NULL || path == NULL)
		return NULL;
	length = strlen(disk_calls.directory);
	if (strncmp(path, disk_calls.directory, length) != 0)
		return NULL;
	if (path[length] == '\0')
		return "";
	return path[length] == '/' ? path + length + 1 : NULL;
}

static bool
is_ours(int fd)
{
	return disk_calls.directory != NULL && fd >= 0 && fd < FDS &&
	    fds[fd].ours;
}

/* As `before` says; an errno is set. */
static int
ask(const struct disk_call *call)
{
	int answer;

	disk_calls.count[call->kind]++;
	disk_calls.all++;
	answer = disk_calls.before != NULL ? disk_calls.before(call) : 0;
	if (answer > 0)
		errno = answer;
	return answer;
}

static void
tell(const struct disk_call *call)
{
	int saved = errno;

	if (disk_calls.after != NULL)
		disk_calls.after(call);
	errno = saved;
}

static struct disk_call
call_of(enum disk_kind kind, int fd)
{
	return (struct disk_call) {
		.kind = kind, .path = fds[fd].path, .inode = fds[fd].inode
	};
}

static void
note_fd(int fd, const char *name)
{
	struct stat status;

	if (fd < 0 || fd >= FDS || fstat(fd, &status) == -1)
		return;
	fds[fd].ours = true;
	fds[fd].inode = status.st_ino;
	snprintf(fds[fd].path, sizeof(fds[fd].path), "%s", name);
}

int
open64(const char *path, int flags, ...)
{
	const char *name = below(path);
	struct disk_call call = { .kind = DISK_OPEN,
		.path = name,
		.replaces = (flags & O_TRUNC) != 0 };
	va_list list;
	mode_t mode;
	int fd;

	va_start(list, flags);
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
	va_end(list);
	if (name != NULL && ask(&call) > 0)
		return -1;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd >= 0 && fd < FDS)
		fds[fd].ours = false;
	if (fd < 0 || name == NULL)
		return fd;
	note_fd(fd, name);
	call.inode = fds[fd].inode;
	tell(&call);
	return fd;
}

int
close(int fd)
{
	if (fd >= 0 && fd < FDS)
		fds[fd].ours = false;
	return (int)syscall(SYS_close, fd);
}

/* What to do of `length`: all, half, none (DISK_DONE), or -1 and errno. */
static ssize_t
share(const struct disk_call *call)
{
	int answer = ask(call);

	if (answer > 0)
		return -1;
	/* Never nothing: that would be the end of the file. */
	return (ssize_t)(answer == DISK_SHORT ? (call->length + 1) / 2
					      : call->length);
}

ssize_t
read(int fd, void *data, size_t length)
{
	struct disk_call call;
	ssize_t part = (ssize_t)length;

	if (is_ours(fd)) {
		call = call_of(DISK_READ, fd);
		call.length = length;
		if ((part = share(&call)) == -1)
			return -1;
	}
	return syscall(SYS_read, fd, data, (size_t)part);
}

ssize_t
pread64(int fd, void *data, size_t length, off_t at)
{
	struct disk_call call;
	ssize_t part = (ssize_t)length;

	if (is_ours(fd)) {
		call = call_of(DISK_READ, fd);
		call.length = length;
		if ((part = share(&call)) == -1)
			return -1;
	}
	return syscall(SYS_pread64, fd, data, (size_t)part, at);
}

/* What the two become where the size of `data` is known. */
ssize_t __read_chk(int fd, void *data, size_t length, size_t size);
ssize_t __pread64_chk(int fd, void *data, size_t length, off_t at, size_t size);

ssize_t
__read_chk(int fd, void *data, size_t length, size_t size)
{
	return length <= size ? read(fd, data, length) : -1;
}

ssize_t
__pread64_chk(int fd, void *data, size_t length, off_t at, size_t size)
{
	return length <= size ? pread64(fd, data, length, at) : -1;
}

static ssize_t
write_at(int fd, const void *data, size_t length, off_t at)
{
	struct disk_call call = call_of(DISK_WRITE, fd);
	ssize_t part;

	call.data = data;
	call.length = length;
	call.at = at;
	if ((part = share(&call)) == -1)
		return -1;
	part = syscall(SYS_pwrite64, fd, data, (size_t)part, at);
	call.length = part < 0 ? 0 : (size_t)part;
	tell(&call);
	return part;
}

ssize_t
pwrite64(int fd, const void *data, size_t length, off_t at)
{
	if (!is_ours(fd))
		return syscall(SYS_pwrite64, fd, data, length, at);
	return write_at(fd, data, length, at);
}

ssize_t
write(int fd, const void *data, size_t length)
{
	ssize_t done;
	off_t at;

	if (!is_ours(fd))
		return syscall(SYS_write, fd, data, length);
	at = lseek(fd, 0, SEEK_CUR);
	if ((done = write_at(fd, data, length, at)) > 0)
		(void)lseek(fd, done, SEEK_CUR);
	return done;
}

/* What /proc/self/maps says, cut off at the buffer's end; allocates nothing. */
static const char *
maps(void)
{
	static char text[256 * 1024];
	size_t length = 0;
	ssize_t n;
	int fd = (int)syscall(
	    SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);

	while (fd != -1 &&
	    (n = syscall(
		 SYS_read, fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
	if (fd != -1)
		syscall(SYS_close, fd);
	return text;
}

/* The descriptor of ours of which a mapping has `at`, and where; or -1. */
static int
fd_mapped(const void *at, off_t *offset)
{
	unsigned long begin, end, from, inode;
	const char *line = maps();
	char *rest;
	int fd;

	for (; *line != '\0'; line += strcspn(line, "\n") + 1) {
		begin = strtoul(line, &rest, 16);
		end = strtoul(rest + 1, &rest, 16);
		if ((uintptr_t)at < begin || (uintptr_t)at >= end)
			continue;
		from = strtoul(strchr(rest + 1, ' '), &rest, 16);
		inode = strtoul(strchr(rest + 1, ' '), NULL, 10);
		*offset = (off_t)((uintptr_t)at - begin + from);
		for (fd = FDS - 1; fd >= 0; fd--)
			if (is_ours(fd) && fds[fd].inode == inode)
				return fd;
	}
	return -1;
}

/* Into a mapping of ours: a write of each piece.  One that fails is a fault. */
ssize_t
readv(int fd, const struct iovec *pieces, int count)
{
	uint8_t bytes[PIPE_BUF];
	size_t done = 0;
	ssize_t part;
	off_t at;
	int file = fd_mapped(pieces->iov_base, &at);

	if (file == -1)
		return syscall(SYS_readv, fd, pieces, count);
	if (syscall(SYS_read, fd, bytes, sizeof(bytes)) <= 0)
		return -1;
	for (int i = 0; i < count; i++) {
		part = write_at(file, bytes + done, pieces[i].iov_len,
		    at +
			(off_t)((const char *)pieces[i].iov_base -
			    (const char *)pieces[0].iov_base));
		if (part > 0)
			done += (size_t)part;
		if (part != (ssize_t)pieces[i].iov_len) {
			errno = EFAULT;
			return done > 0 ? (ssize_t)done : -1;
		}
	}
	return (ssize_t)done;
}

static int
sync_fd(int fd, long number)
{
	struct disk_call call;
	int answer = 0, result = 0;

	if (is_ours(fd)) {
		call = call_of(DISK_SYNC, fd);
		if ((answer = ask(&call)) > 0)
			return -1;
	}
	if (answer != DISK_DONE)
		result = (int)syscall(number, fd);
	if (is_ours(fd) && result == 0)
		tell(&call);
	return result;
}

int
fsync(int fd)
{
	return sync_fd(fd, SYS_fsync);
}

int
fdatasync(int fd)
{
	return sync_fd(fd, SYS_fdatasync);
}

int
ftruncate64(int fd, off_t size)
{
	struct disk_call call;
	int result;

	if (!is_ours(fd))
		return (int)syscall(SYS_ftruncate, fd, size);
	call = call_of(DISK_TRUNCATE, fd);
	call.at = size;
	if (ask(&call) > 0)
		return -1;
	if ((result = (int)syscall(SYS_ftruncate, fd, size)) == 0)
		tell(&call);
	return result;
}

int
fallocate64(int fd, int mode, off_t at, off_t length)
{
	struct disk_call call;

	if (is_ours(fd)) {
		call = call_of(DISK_ALLOCATE, fd);
		call.at = at;
		call.length = (size_t)length;
		if (ask(&call) > 0)
			return -1;
	}
	return (int)syscall(SYS_fallocate, fd, mode, at, length);
}

int
rename(const char *from, const char *to)
{
	struct disk_call call = {
		.kind = DISK_RENAME, .path = below(from), .to = below(to)
	};
	bool ours = call.path != NULL && call.to != NULL;
	int result;

	if (ours && ask(&call) > 0)
		return -1;
	result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
	if (ours && result == 0)
		tell(&call);
	return result;
}

int
unlink(const char *path)
{
	struct disk_call call = { .kind = DISK_UNLINK, .path = below(path) };
	int result;

	if (call.path != NULL && ask(&call) > 0)
		return -1;
	result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	if (call.path != NULL && result == 0)
		tell(&call);
	return result;
}
