/* SPDX-License-Identifier: ISC */
/*
 * Lines put in place, in the vault.
 *
 * A batch changes many lines of `balance`, each in a page of its own, and a
 * pwrite(2) for each is most of what a batch costs.  So the file is mapped, and
 * the kernel copies the lines there from a pipe, with one readv(2) for many.
 * Where the mapping has no page any more, because somebody cut the file short
 * or its disk is full, readv(2) fails with EFAULT; a store by this process
 * would end it with SIGBUS, and therefore it makes none.  The lines are then
 * written with pwrite(2), which tells what is wrong.
 */
#include "files_put.h"

#include <sys/mman.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"

#define ROOM_LINES 4096 /* allocated at once, ahead of new accounts */
/* A pipe takes so much at once, or nothing (pipe(7)). */
#define WAITING_MOST (PIPE_BUF / FILES_BALANCE_WIDTH)

int
files_put_begin(struct files *files)
{
	struct files_waiting *waiting = &files->waiting;
	int ends[2];

	waiting->reading = waiting->writing = -1;
	waiting->bytes = calloc(WAITING_MOST, FILES_BALANCE_WIDTH);
	waiting->lines = calloc(WAITING_MOST, sizeof(*waiting->lines));
	if (waiting->bytes == NULL || waiting->lines == NULL)
		return BANK_ENOMEM;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return BANK_ESYS;
	waiting->reading = ends[0];
	waiting->writing = ends[1];
	return 0;
}

static void
unmap(struct files_waiting *waiting)
{
	if (waiting->map != NULL)
		(void)munmap(waiting->map, waiting->map_size);
	waiting->map = NULL;
	waiting->map_size = 0;
}

void
files_put_end(struct files *files)
{
	struct files_waiting *waiting = &files->waiting;

	unmap(waiting);
	if (waiting->reading != -1)
		close(waiting->reading);
	if (waiting->writing != -1)
		close(waiting->writing);
	free(waiting->bytes);
	free(waiting->lines);
}

void
files_put_map(struct files *files)
{
	const struct files_file *file = &files->file[FILES_BALANCE];
	struct files_waiting *waiting = &files->waiting;
	size_t size = (size_t)store_lines(files->store) * file->width;

	unmap(waiting);
	if (size == 0)
		return;
	waiting->map =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
	if (waiting->map == MAP_FAILED)
		waiting->map = NULL;
	else
		waiting->map_size = size;
}

/* Allocates blocks for future accounts; what is missing is asked for later. */
static void
make_room(struct files_file *file, uint32_t line)
{
	if (line < file->room)
		return;
	file->room = line + ROOM_LINES;
	(void)fallocate(file->fd, FALLOC_FL_KEEP_SIZE,
	    (off_t)line * (off_t)file->width,
	    (off_t)ROOM_LINES * (off_t)file->width);
}

int
files_put_line(
    struct files *files, enum files_name name, uint32_t line, const char *bytes)
{
	struct files_file *file = &files->file[name];
	off_t at = (off_t)line * (off_t)file->width;
	size_t done = 0;
	ssize_t n;

	make_room(file, line);
	file->written = true;
	while (done < file->width) {
		n = pwrite(file->fd, bytes + done, file->width - done,
		    at + (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == -1 && file_errno_is_full(errno)
			    ? BANK_ENOSPC
			    : BANK_EIO;
		done += (size_t)n;
	}
	return 0;
}

/* What is left in the pipe would go to the wrong place. */
static void
drain(const struct files_waiting *waiting)
{
	char rest[FILES_BALANCE_WIDTH];

	while (read(waiting->reading, rest, sizeof(rest)) > 0)
		continue;
}

/* All lines that wait, or false; some of them may be in place then. */
static bool
put_by_pipe(struct files_waiting *waiting)
{
	struct iovec places[WAITING_MOST];
	size_t length = waiting->count * FILES_BALANCE_WIDTH, at;

	for (size_t i = 0; i < waiting->count; i++) {
		at = (size_t)waiting->lines[i] * FILES_BALANCE_WIDTH;
		if (at >= waiting->map_size)
			return false;
		places[i].iov_base = waiting->map + at;
		places[i].iov_len = FILES_BALANCE_WIDTH;
	}
	if (write(waiting->writing, waiting->bytes, length) ==
		(ssize_t)length &&
	    readv(waiting->reading, places, (int)waiting->count) ==
		(ssize_t)length)
		return true;
	drain(waiting);
	unmap(waiting);
	return false;
}

int
files_put_later(struct files *files, uint32_t line, const char *bytes)
{
	struct files_waiting *waiting = &files->waiting;
	int error = 0;

	if (waiting->count == WAITING_MOST)
		error = files_put_all(files);
	waiting->lines[waiting->count] = line;
	memcpy(waiting->bytes + waiting->count++ * FILES_BALANCE_WIDTH, bytes,
	    FILES_BALANCE_WIDTH);
	return error;
}

int
files_put_all(struct files *files)
{
	struct files_waiting *waiting = &files->waiting;
	int error = 0;

	if (waiting->count > 0 && put_by_pipe(waiting))
		files->file[FILES_BALANCE].written = true;
	else
		for (size_t i = 0; error == 0 && i < waiting->count; i++)
			error = files_put_line(files, FILES_BALANCE,
			    waiting->lines[i],
			    waiting->bytes + i * FILES_BALANCE_WIDTH);
	waiting->count = 0;
	return error;
}
