/* SPDX-License-Identifier: ISC */
/*
 * How bankctl writes a file, and what it says, in words and by its exit code,
 * of one that can't be read or made: 77 where this user may not, 74 where the
 * device fails or is full, otherwise 66 of what is read and 73 of what is
 * made.
 */
#ifndef BANKD_BANKCTL_FILE_H
#define BANKD_BANKCTL_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "../base/place.h"

/* Complains of `path`, by what file_read() returned, and returns the code. */
int bankctl_file_unread(const char *path, int result);
/* The same of what is opened or made by name, by errno. */
int bankctl_file_unopened(const char *path);
int bankctl_file_unmade(const char *path);
/*
 * Replaces a file: 0, or a code that was complained of.  An existing file
 * keeps its owner and mode, by which bankd may read it.  A new one belongs to
 * the caller, or to the owner in `file`.  What is no file, such as a device,
 * is left alone.
 */
int bankctl_write_file(
    const char *path, const void *data, size_t length, mode_t mode);
int bankctl_write_file_as(const char *path, const void *data, size_t length,
    const struct place_file *file);

#endif
