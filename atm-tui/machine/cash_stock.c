/* SPDX-License-Identifier: ISC */
/*
 * The stock of notes on disk.  Part of atm-tui; the file is replaced as a
 * whole, under a lock on its directory.
 */
#include "cash_stock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"

#define STOCK_SIZE 4096

static int
stock_path(const char *directory, char path[PATH_MAX])
{
	int length = snprintf(path, PATH_MAX, "%s/" CASH_STOCK_FILE, directory);

	if (length > 0 && length < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return BANK_ESYS;
}

/* Reads a line `20 200`; false where it has another form. */
static bool
read_line(const char *line, struct cash_notes *notes)
{
	long long unit, left;
	char rest;

	if (sscanf(line, "%lld %lld %c", &unit, &left, &rest) != 2 || left < 0)
		return false;
	for (size_t i = 0; i < notes->count; i++)
		if (notes->units[i] == unit)
			notes->left[i] = left;
	return true;
}

int
cash_stock_read(
    const char *directory, const int64_t *refill, struct cash_notes *notes)
{
	char path[PATH_MAX], *text, *rest, *line;
	size_t length;
	int error = stock_path(directory, path);

	memcpy(notes->left, refill, sizeof(notes->left));
	if (error == 0)
		error = file_read(path, STOCK_SIZE, &text, &length);
	if (error == BANK_ESYS && errno == ENOENT)
		return 0;
	if (error != 0)
		return error == BANK_ERANGE ? BANK_EDAMAGED : error;
	rest = text;
	while (error == 0 && (line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0' && !read_line(line, notes))
			error = BANK_EDAMAGED;
	free(text);
	return error;
}

static int
stock_write(const char *directory, const struct cash_notes *notes)
{
	char path[PATH_MAX], text[CASH_NOTES_MAX * 48];
	size_t length = 0;
	int error = stock_path(directory, path);

	for (size_t i = 0; i < notes->count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    "%lld %lld\n", (long long)notes->units[i],
		    (long long)notes->left[i]);
	return error != 0 ? error : file_replace(path, text, length, 0600);
}

int
cash_stock_take(const char *directory, const int64_t *refill,
    struct cash_notes *notes, const struct cash_plan *plan, int sign)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = BANK_ESYS;

	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		goto out;
	error = cash_stock_read(directory, refill, notes);
	for (size_t i = 0; i < notes->count && error == 0; i++) {
		if (sign * plan->use[i] > notes->left[i])
			error = BANK_ENOSPC;
		notes->left[i] -= sign * plan->use[i];
	}
	if (error == 0)
		error = stock_write(directory, notes);
out:
	if (fd >= 0)
		close(fd);
	return error;
}
