/* SPDX-License-Identifier: ISC */
/*
 * Where a file stands, for a process that may be root's while somebody else
 * may write to the directory: who can put a link in place of a name must not
 * lead root to a file of root's.  The monitor's, bankctl's, and the vault's
 * before it drops its rights.
 *
 *	place_open()	the directory, by a path that nobody else can bend
 *	place_enter()	from now on no more rights than its owner has
 *	...at()		what is done, by the directory's descriptor
 *	place_leave()
 *
 * Where the process isn't root's, names mean what they mean, and it enters
 * nothing: what it may do, it may do.  Return 0, or BANK_ESYS with errno.
 */
#ifndef BANKD_PLACE_H
#define BANKD_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#define PLACE_NO_GROUP ((gid_t)-1)

struct place {
	int fd;           /* the directory, or -1 */
	const char *name; /* of the file: the end of the caller's path */
	uid_t uid;        /* the directory's */
	gid_t gid;
	bool straight; /* nobody but root can bend the path to it */
	gid_t own_gid; /* while entered, what to go back to */
	bool entered;
};

/* Whether what root puts there stays: it is root's alone, or like /tmp. */
bool place_keeps_roots_files(const struct stat *directory);

/*
 * A descriptor of a directory, or BANK_ESYS.  Root follows a symbolic link
 * only if it is root's and stands where root alone may put one; else ELOOP.
 */
int place_directory(const char *path);

/*
 * The directory of `path`, which is kept, as place_directory() opens it; with
 * `make`, mode 0755 where it is missing.  ENOTUNIQ where it is root's, but
 * others may put files in place of root's there.
 */
int place_open(struct place *place, const char *path, bool make);
void place_close(struct place *place);

/*
 * Root in a directory of somebody else's acts as that user, in `group` or
 * with PLACE_NO_GROUP the directory's, until place_leave().
 */
int place_enter(struct place *place, gid_t group);
void place_leave(struct place *place);

/*
 * Replaces the file, or makes it, with the bytes: a temporary file beside it,
 * sync, rename, sync of the directory.  With owner and mode of the one that
 * was there; a new one has these.  Nothing else than a new file is changed,
 * so that root needn't enter.
 */
struct place_file {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};
int place_replace(const struct place *place, const void *data, size_t length,
    const struct place_file *otherwise);

/* The effective user and group alone, and no other groups: root's, for it. */
int place_become(uid_t uid, gid_t gid);

/* strerror(3), and what ELOOP and ENOTUNIQ mean here. */
const char *place_reason(int error);

#endif
