/* SPDX-License-Identifier: ISC */
/*
 * The directory of the journal:
 *
 *	0000000000000001.lots  a segment, named by its first lot, in hex
 *	spare                  the next segment; one stands ready always
 *	newest                 number(8), twice, of the newest lot that may have
 *	                       been answered; not synced, and so it may be torn
 *
 * A segment's blocks exist and its size is set before the first lot, so that
 * a sync has nothing to write but the lot.  No byte of a lot is written again:
 * a lot begins at the next multiple of LOT_ALIGN.  Behind the newest lot there
 * are zeros, or, in a segment that was used before, older lots.
 *
 * Nothing here is trusted before lot_read() has taken it.
 */
#include "segment.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/progress.h"

#define NAME_DIGITS 16
#define UNFINISHED ".new"
#define ZEROS (1024 * 1024)

struct segment_path
segment_other(const char *directory, const char *name)
{
	struct segment_path path;

	/* The directory's name is short: its opening has seen to that. */
	(void)snprintf(path.text, sizeof(path.text), "%s/%s", directory, name);
	return path;
}

struct segment_path
segment_path(const char *directory, uint64_t first)
{
	char name[NAME_DIGITS + sizeof(SEGMENT_SUFFIX)];

	(void)snprintf(name, sizeof(name), "%016" PRIx64 SEGMENT_SUFFIX, first);
	return segment_other(directory, name);
}

static bool
first_of_name(const char *name, uint64_t *first)
{
	char *end;

	if (strlen(name) != NAME_DIGITS + strlen(SEGMENT_SUFFIX) ||
	    strspn(name, "0123456789abcdef") != NAME_DIGITS ||
	    strcmp(name + NAME_DIGITS, SEGMENT_SUFFIX) != 0)
		return false;
	*first = strtoull(name, &end, 16);
	return true;
}

static int
by_first(const void *a, const void *b)
{
	const struct segment *one = a, *other = b;

	return (one->first > other->first) - (one->first < other->first);
}

/* The size of a regular file, whole blocks of it; 0 where there is none. */
static size_t
size_of(const struct segment_path *path)
{
	struct stat status;

	if (lstat(path->text, &status) == -1 || !S_ISREG(status.st_mode))
		return 0;
	return (size_t)status.st_size;
}

static int
add_segment(const char *directory, uint64_t first, struct segment **segments,
    size_t *count)
{
	struct segment_path path = segment_path(directory, first);
	struct segment *more =
	    reallocarray(*segments, *count + 1, sizeof(*more));

	if (more == NULL)
		return BANK_ENOMEM;
	*segments = more;
	more[(*count)++] = (struct segment) { first, size_of(&path) };
	return 0;
}

int
segment_list(const char *directory, struct segment **segments, size_t *count,
    size_t *spare)
{
	struct segment_path path = segment_other(directory, SEGMENT_SPARE);
	DIR *dir = opendir(directory);
	struct dirent *entry;
	uint64_t first;
	int error = 0;

	*segments = NULL;
	*count = 0;
	if (dir == NULL)
		return errno == ENOENT ? BANK_ENOTFOUND : BANK_ESYS;
	*spare = size_of(&path);
	while (error == 0 && (entry = readdir(dir)) != NULL)
		if (first_of_name(entry->d_name, &first))
			error = add_segment(directory, first, segments, count);
	closedir(dir);
	if (*count > 1)
		qsort(*segments, *count, sizeof(**segments), by_first);
	return error;
}

void
segment_sweep(const char *directory)
{
	DIR *dir = opendir(directory);
	struct segment_path path;
	struct dirent *entry;
	const char *end;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		end = strrchr(entry->d_name, '.');
		if (end == NULL || strcmp(end, UNFINISHED) != 0)
			continue;
		path = segment_other(directory, entry->d_name);
		(void)unlink(path.text);
	}
	if (dir != NULL)
		closedir(dir);
}

int
segment_write(int fd, const uint8_t *bytes, size_t length, size_t at)
{
	ssize_t put;

	for (; length > 0; bytes += put, at += (size_t)put) {
		put = pwrite(fd, bytes, length, (off_t)at);
		if (put == -1 && errno == EINTR)
			put = 0;
		if (put == -1)
			return file_errno_is_full(errno) ? BANK_ENOSPC
							 : BANK_EIO;
		length -= (size_t)put;
	}
	return 0;
}

static int
write_zeros(int fd, size_t at, size_t size)
{
	uint8_t *zeros = calloc(1, ZEROS);
	int error = zeros != NULL ? 0 : BANK_ENOSPC;
	size_t part;

	for (; error == 0 && at < size; at += part) {
		part = size - at < ZEROS ? size - at : ZEROS;
		error = segment_write(fd, zeros, part, at);
		progress_sign();
	}
	free(zeros);
	return error;
}

/* A whole new file under `name`, by way of another name; durable. */
static int
make_file(const char *directory, const char *name, size_t size,
    const uint8_t *bytes, size_t length)
{
	struct segment_path path = segment_other(directory, name), new;
	int error, fd, saved;

	(void)snprintf(new.text, sizeof(new.text), "%.*s" UNFINISHED,
	    (int)(sizeof(new.text) - sizeof(UNFINISHED)), path.text);
	(void)unlink(new.text);
	fd = open(new.text,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return file_errno_is_full(errno) ? BANK_ENOSPC : BANK_EIO;
	error = segment_write(fd, bytes, length, 0);
	if (error == 0)
		error = write_zeros(fd, length, size);
	if (error == 0 && fsync(fd) == -1)
		error = file_errno_is_full(errno) ? BANK_ENOSPC : BANK_EIO;
	saved = errno;
	close(fd);
	errno = saved;
	if (error == 0 && rename(new.text, path.text) == -1)
		error = file_errno_is_full(errno) ? BANK_ENOSPC : BANK_EIO;
	if (error == 0 && file_sync_directory(path.text) != 0)
		return BANK_EIO;
	saved = errno;
	if (error != 0)
		(void)unlink(new.text);
	errno = saved;
	return error;
}

int
segment_make_spare(const char *directory, size_t size)
{
	return make_file(directory, SEGMENT_SPARE, size, NULL, 0);
}

int
segment_rewrite(const char *directory, const struct segment *segment,
    const uint8_t *bytes, size_t length)
{
	struct segment_path path = segment_path(directory, segment->first);

	return make_file(directory, strrchr(path.text, '/') + 1, segment->size,
	    bytes, length);
}

static int
move(const struct segment_path *from, const struct segment_path *to)
{
	if (rename(from->text, to->text) == -1)
		return file_errno_is_full(errno) ? BANK_ENOSPC : BANK_EIO;
	return file_sync_directory(to->text) == 0 ? 0 : BANK_EIO;
}

int
segment_take_spare(const char *directory, uint64_t first)
{
	struct segment_path from = segment_other(directory, SEGMENT_SPARE),
			    to = segment_path(directory, first);

	return move(&from, &to);
}

int
segment_make_first(const char *directory, size_t size, uint64_t first)
{
	int error;

	if (mkdir(directory, 0700) == -1 && errno != EEXIST)
		return file_errno_is_full(errno) ? BANK_ENOSPC : BANK_EIO;
	if (file_sync_directory(directory) != 0)
		return BANK_EIO;
	error = segment_make_spare(directory, size);
	return error == 0 ? segment_take_spare(directory, first) : error;
}

int
segment_recycle(const char *directory, uint64_t first)
{
	struct segment_path from = segment_path(directory, first),
			    to = segment_other(directory, SEGMENT_SPARE);

	return move(&from, &to);
}

/* Where it stays, the next start passes it over. */
void
segment_remove(const char *directory, uint64_t first)
{
	struct segment_path path = segment_path(directory, first);

	(void)unlink(path.text);
}

static int
read_file(const char *path, size_t size, uint8_t **bytes)
{
	int error = BANK_ESYS, fd, saved;

	*bytes = malloc(size + 1);
	if (*bytes == NULL)
		return BANK_ENOMEM;
	fd = file_open_regular(path, O_RDONLY | O_NOFOLLOW);
	if (fd >= 0) {
		if (file_read_at(fd, *bytes, size, 0) == (ssize_t)size)
			error = 0;
		saved = errno;
		close(fd);
		errno = saved;
	}
	if (error != 0) {
		free(*bytes);
		*bytes = NULL;
	}
	return error;
}

int
segment_read(
    const char *directory, const struct segment *segment, uint8_t **bytes)
{
	struct segment_path path = segment_path(directory, segment->first);

	return read_file(path.text, segment->size, bytes);
}

int
segment_read_spare(const char *directory, size_t size, uint8_t **bytes)
{
	struct segment_path path = segment_other(directory, SEGMENT_SPARE);

	return read_file(path.text, size, bytes);
}
