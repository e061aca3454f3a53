/* SPDX-License-Identifier: ISC */
/*
 * Whole files: read, and replaced in one step (rename(2)).
 */
#ifndef SHARED_FILE_H
#define SHARED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * open(2) of a regular file that exists.  Anything else of that name (a pipe, a
 * directory, a device; with O_NOFOLLOW a link) is refused, and never waited
 * for.  Returns the descriptor; BANK_ENOTFILE; BANK_ESYS with errno.
 */
int file_open_regular(const char *path, int flags);

/*
 * Reads a whole regular file of at most `limit` bytes into malloc'd memory
 * with a NUL behind it; `flags` for open(2) besides O_RDONLY.  0; BANK_ESYS
 * with errno; BANK_ENOTFILE; BANK_ERANGE if larger; BANK_ENOMEM.
 */
int file_read(const char *path, size_t limit, char **data, size_t *length);
int file_read_by(
    const char *path, int flags, size_t limit, char **data, size_t *length);

/*
 * Whether this errno of a write means that there was no room: on the disk, in
 * the owner's quota, or below the limit on a file's size, which also raises
 * SIGXFSZ unless that is ignored.
 */
bool file_errno_is_full(int number);

/* Why a function on files failed: the words of errno, or of the code. */
const char *file_strerror(int error);

/*
 * Reads up to `length` bytes of an open file from `at` on; fewer only at its
 * end.  Returns the number of bytes, or -1 with errno.
 */
ssize_t file_read_at(int fd, void *data, size_t length, off_t at);

/*
 * Writes the bytes to a new file, with `mode` whatever the umask, and syncs and
 * closes it.  Returns 0 or BANK_ESYS with errno.
 */
int file_fill(int fd, const void *data, size_t length, mode_t mode);

/*
 * Replaces `path` with the bytes: writes a temporary file beside it, syncs it,
 * renames it, and syncs the directory; `mode` whatever the umask.  Returns 0 or
 * BANK_ESYS with errno.  On an error `path` is unchanged, or new if only the
 * sync of the directory failed.
 */
int file_replace(
    const char *path, const void *data, size_t length, mode_t mode);

/* Syncs the directory that holds `path`. 0 or BANK_ESYS. */
int file_sync_directory(const char *path);

#endif
