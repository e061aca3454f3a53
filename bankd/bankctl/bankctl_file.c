/* SPDX-License-Identifier: ISC */
/*
 * The files that bankctl reads and writes for its caller.
 */
#include "bankctl_file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "bankctl.h"

static int
code_of(int error, int otherwise)
{
	if (error == EACCES || error == EPERM)
		return EX_NOPERM;
	return error == EIO || file_errno_is_full(error) ? EX_IOERR : otherwise;
}

int
bankctl_file_unread(const char *path, int result)
{
	int code =
	    result == BANK_ESYS ? code_of(errno, EX_NOINPUT) : EX_NOINPUT;

	return bankctl_complain(code, "%s: %s", path, file_strerror(result));
}

int
bankctl_file_unopened(const char *path)
{
	return bankctl_complain(
	    code_of(errno, EX_NOINPUT), "%s: %s", path, place_reason(errno));
}

int
bankctl_file_unmade(const char *path)
{
	return bankctl_complain(
	    code_of(errno, EX_CANTCREAT), "%s: %s", path, place_reason(errno));
}

/* A link is replaced, whatever it leads to. */
static bool
is_replaceable(const struct place *place)
{
	struct stat st;

	return fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) ==
	    -1 ||
	    S_ISREG(st.st_mode) || S_ISLNK(st.st_mode);
}

int
bankctl_write_file_as(const char *path, const void *data, size_t length,
    const struct place_file *file)
{
	struct place place;
	int result, saved;

	if (place_open(&place, path, false) != 0)
		return bankctl_file_unmade(path);
	if (!is_replaceable(&place)) {
		place_close(&place);
		return bankctl_complain(
		    EX_CANTCREAT, "%s: not a regular file", path);
	}
	result = place_replace(&place, data, length, file);
	saved = errno;
	place_close(&place);
	errno = saved;
	return result == 0 ? 0 : bankctl_file_unmade(path);
}

int
bankctl_write_file(
    const char *path, const void *data, size_t length, mode_t mode)
{
	const struct place_file file = { geteuid(), getegid(), mode };

	return bankctl_write_file_as(path, data, length, &file);
}
