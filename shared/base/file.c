/* SPDX-License-Identifier: ISC */
/*
 * Whole files, read and replaced.  Not for the front, which opens no files.
 */
#include "file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "error.h"
#include "util.h"

#define READ_FIRST 4096 /* if a file doesn't report its size */

/* Wipes the bytes before they are freed, since they may be a secret. */
static void
free_wiped(char *data, size_t capacity)
{
	if (data != NULL)
		OPENSSL_cleanse(data, capacity);
	free(data);
}

/* realloc(3) would leave a copy behind. */
static int
grow(char **data, size_t *capacity, size_t wanted)
{
	char *larger = malloc(wanted);

	if (larger == NULL)
		return BANK_ENOMEM;
	memcpy(larger, *data, *capacity);
	free_wiped(*data, *capacity);
	*data = larger;
	*capacity = wanted;
	return 0;
}

/* Reads to the end.  *data has room for one byte more than is read. */
static int
read_all(int fd, size_t limit, char **data, size_t *capacity, size_t *length)
{
	ssize_t n;

	*length = 0;
	for (;;) {
		if (*length == *capacity) {
			int error = grow(data, capacity, *capacity * 2);

			if (error != 0)
				return error;
		}
		n = read(fd, *data + *length, *capacity - *length);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return BANK_ESYS;
		if (n == 0)
			return 0;
		*length += (size_t)n;
		if (*length > limit)
			return BANK_ERANGE;
	}
}

int
file_open_regular(const char *path, int flags)
{
	struct stat st;
	int fd, saved;

	fd = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
	/* A link with O_NOFOLLOW; a pipe or socket; a directory. */
	if (fd == -1 && (errno == ELOOP || errno == ENXIO || errno == EISDIR))
		return BANK_ENOTFILE;
	if (fd == -1)
		return BANK_ESYS;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return BANK_ENOTFILE;
}

bool
file_errno_is_full(int number)
{
	return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

const char *
file_strerror(int error)
{
	return error == BANK_ESYS ? strerror(errno) : bank_strerror(error);
}

int
file_read(const char *path, size_t limit, char **data, size_t *length)
{
	return file_read_by(path, 0, limit, data, length);
}

int
file_read_by(
    const char *path, int flags, size_t limit, char **data, size_t *length)
{
	struct stat st;
	size_t capacity = READ_FIRST, count;
	char *buffer = NULL;
	int fd, error = BANK_ESYS, saved;

	if ((fd = file_open_regular(path, O_RDONLY | flags)) < 0)
		return fd;
	if (fstat(fd, &st) == -1)
		goto out;
	if ((uintmax_t)st.st_size > limit) {
		error = BANK_ERANGE;
		goto out;
	}
	if (st.st_size > 0)
		capacity = (size_t)st.st_size + 1;
	if ((buffer = malloc(capacity)) == NULL) {
		error = BANK_ENOMEM;
		goto out;
	}
	if ((error = read_all(fd, limit, &buffer, &capacity, &count)) != 0)
		goto out;
	buffer[count] = '\0';
	*data = buffer;
	*length = count;
	buffer = NULL;
out:
	saved = errno;
	free_wiped(buffer, capacity);
	close(fd);
	errno = saved;
	return error;
}

ssize_t
file_read_at(int fd, void *data, size_t length, off_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < length) {
		n = pread(
		    fd, (char *)data + done, length - done, at + (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static int
write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, data, length);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		data += n;
		length -= (size_t)n;
	}
	return 0;
}

int
file_fill(int fd, const void *data, size_t length, mode_t mode)
{
	int saved;

	if (fchmod(fd, mode) == -1 || write_all(fd, data, length) == -1 ||
	    fsync(fd) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return BANK_ESYS;
	}
	return close(fd) == 0 ? 0 : BANK_ESYS;
}

int
file_replace(const char *path, const void *data, size_t length, mode_t mode)
{
	char temporary[PATH_MAX];
	int fd, n, saved;

	n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return BANK_ESYS;
	}
	if ((fd = mkostemp(temporary, O_CLOEXEC)) == -1)
		return BANK_ESYS;
	if (file_fill(fd, data, length, mode) != 0 ||
	    rename(temporary, path) == -1) {
		saved = errno;
		unlink(temporary);
		errno = saved;
		return BANK_ESYS;
	}
	return file_sync_directory(path);
}

int
file_sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd, result, saved;

	if (string_copy(copy, path, sizeof(copy)) >= sizeof(copy)) {
		errno = ENAMETOOLONG;
		return BANK_ESYS;
	}
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return BANK_ESYS;
	result = fsync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return result == -1 ? BANK_ESYS : 0;
}
