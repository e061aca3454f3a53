/* SPDX-License-Identifier: ISC */
/*
 * Directories as root may use them where others may write.  Each step of a
 * path is looked at by a descriptor before it is taken; nothing is looked at
 * by a name that somebody could have given to another file since.
 */
#include "place.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"

#define LINKS_MAX 40
#define RANDOM_LETTERS 6 /* of a temporary name */

struct walk {
	int at; /* the directory that was reached */
	struct stat status;
	char rest[PATH_MAX]; /* of the path */
	unsigned links;
	bool straight;
};

/* Whether root alone says what a name in this directory stands for. */
static bool
is_roots_alone(const struct stat *directory)
{
	return directory->st_uid == 0 && (directory->st_mode & S_IWOTH) == 0 &&
	    ((directory->st_mode & S_IWGRP) == 0 || directory->st_gid == 0);
}

bool
place_keeps_roots_files(const struct stat *directory)
{
	return is_roots_alone(directory) ||
	    (directory->st_uid == 0 && (directory->st_mode & S_ISVTX) != 0);
}

/* Takes the descriptor over. */
static int
reach(struct walk *walk, int fd)
{
	if (fd == -1)
		return BANK_ESYS;
	if (walk->at != -1)
		close(walk->at);
	walk->at = fd;
	if (fstat(fd, &walk->status) == -1)
		return BANK_ESYS;
	if (!place_keeps_roots_files(&walk->status))
		walk->straight = false;
	return 0;
}

static int
begin(struct walk *walk)
{
	const char *first = walk->rest[0] == '/' ? "/" : ".";

	return reach(walk, open(first, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* What the link says comes before the rest. */
static int
follow(struct walk *walk, int link, const struct stat *status)
{
	char path[PATH_MAX];
	ssize_t length;

	if (status->st_uid != 0 || !is_roots_alone(&walk->status) ||
	    ++walk->links > LINKS_MAX) {
		errno = ELOOP;
		return BANK_ESYS;
	}
	if ((length = readlinkat(link, "", path, sizeof(path))) == -1)
		return BANK_ESYS;
	if ((size_t)length + 1 + strlen(walk->rest) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return BANK_ESYS;
	}
	path[length] = '/';
	string_copy(
	    path + length + 1, walk->rest, sizeof(path) - (size_t)length - 1);
	string_copy(walk->rest, path, sizeof(walk->rest));
	return walk->rest[0] == '/' ? begin(walk) : 0;
}

/* The next name of the rest into `name`; false where there is none. */
static bool
next_name(struct walk *walk, char name[PATH_MAX])
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");

	memcpy(name, start, length);
	name[length] = '\0';
	memmove(walk->rest, start + length, strlen(start + length) + 1);
	return length > 0;
}

static int
step(struct walk *walk, const char *name)
{
	struct stat status;
	int fd, result;

	fd = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &status) == -1)
		return BANK_ESYS;
	if (!S_ISLNK(status.st_mode))
		return reach(walk, fd);
	result = follow(walk, fd, &status);
	close(fd);
	return result;
}

static int
walk_to(struct walk *walk, const char *path)
{
	char name[PATH_MAX];
	int result, fd;

	*walk = (struct walk) { .at = -1, .straight = true };
	if (string_copy(walk->rest, path, sizeof(walk->rest)) >=
	    sizeof(walk->rest)) {
		errno = ENAMETOOLONG;
		return BANK_ESYS;
	}
	result = begin(walk);
	while (result == 0 && next_name(walk, name))
		result = step(walk, name);
	if (result != 0)
		return result;
	fd = openat(walk->at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return reach(walk, fd);
}

static int
open_directory(const char *path, bool *straight)
{
	struct walk walk;

	*straight = true;
	if (geteuid() != 0)
		return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk_to(&walk, path) == 0) {
		*straight = walk.straight;
		return walk.at;
	}
	if (walk.at != -1)
		close(walk.at);
	return -1;
}

int
place_directory(const char *path)
{
	bool straight;
	int fd = open_directory(path, &straight);

	return fd != -1 ? fd : BANK_ESYS;
}

/* The directory's path of a file's, and where its own name begins. */
static const char *
split(const char *path, char directory[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t length = slash != NULL ? (size_t)(slash - path) : 0;

	if (length >= PATH_MAX)
		length = PATH_MAX - 1;
	memcpy(directory, path, length);
	directory[length] = '\0';
	if (length == 0)
		string_copy(directory, slash != NULL ? "/" : ".", PATH_MAX);
	return slash != NULL ? slash + 1 : path;
}

/* Past the caller's umask: others may have to get at what is in it. */
static int
make_directory(const char *path)
{
	struct place parent;
	int result, error;
	mode_t before;

	if (place_open(&parent, path, false) != 0)
		return BANK_ESYS;
	result = place_enter(&parent, PLACE_NO_GROUP);
	if (result == 0) {
		before = umask(022);
		result = mkdirat(parent.fd, parent.name, 0755);
		error = errno;
		(void)umask(before);
		place_leave(&parent);
		errno = error;
	}
	error = errno;
	place_close(&parent);
	errno = error;
	return result == 0 || error == EEXIST ? 0 : BANK_ESYS;
}

int
place_open(struct place *place, const char *path, bool make)
{
	char directory[PATH_MAX];
	struct stat status;

	*place = (struct place) { .name = split(path, directory) };
	place->fd = open_directory(directory, &place->straight);
	if (place->fd == -1 && errno == ENOENT && make &&
	    make_directory(directory) == 0)
		place->fd = open_directory(directory, &place->straight);
	if (place->fd == -1)
		return BANK_ESYS;
	if (fstat(place->fd, &status) == -1) {
		place_close(place);
		return BANK_ESYS;
	}
	place->uid = status.st_uid;
	place->gid = status.st_gid;
	if (geteuid() != 0 || place->uid != 0 ||
	    place_keeps_roots_files(&status))
		return 0;
	place_close(place);
	errno = ENOTUNIQ;
	return BANK_ESYS;
}

void
place_close(struct place *place)
{
	if (place->fd != -1)
		close(place->fd);
	place->fd = -1;
}

int
place_become(uid_t uid, gid_t gid)
{
	/* Root needs no groups, not even when it is root again. */
	if (uid != 0 && setgroups(0, NULL) == -1)
		return BANK_ESYS;
	return setegid(gid) == 0 && seteuid(uid) == 0 ? 0 : BANK_ESYS;
}

int
place_enter(struct place *place, gid_t group)
{
	if (geteuid() != 0 || place->uid == 0)
		return 0;
	place->own_gid = getegid();
	place->entered = true;
	if (place_become(
		place->uid, group != PLACE_NO_GROUP ? group : place->gid) == 0)
		return 0;
	place_leave(place);
	errno = EACCES;
	return BANK_ESYS;
}

/* With less than its own rights the process could not go on. */
void
place_leave(struct place *place)
{
	if (!place->entered)
		return;
	place->entered = false;
	if (seteuid(0) == -1 || setegid(place->own_gid) == -1)
		_exit(EX_OSERR);
}

/* As mkostemp(3), in a directory by its descriptor. */
static int
make_temporary(const struct place *place, char name[NAME_MAX + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[RANDOM_LETTERS];
	char end[RANDOM_LETTERS + 1] = "";
	int fd;

	do {
		if (getrandom(random, sizeof(random), 0) !=
		    (ssize_t)sizeof(random))
			return -1;
		for (size_t i = 0; i < RANDOM_LETTERS; i++)
			end[i] = letters[random[i] % (sizeof(letters) - 1)];
		if (snprintf(name, NAME_MAX + 1, "%s.%s", place->name, end) >
		    NAME_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = openat(place->fd, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	} while (fd == -1 && errno == EEXIST);
	return fd;
}

/* Takes the descriptor over; who isn't root keeps what it makes. */
static int
fill(int fd, const void *data, size_t length, const struct place_file *file)
{
	int saved;

	if (geteuid() == 0 && fchown(fd, file->uid, file->gid) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return BANK_ESYS;
	}
	return file_fill(fd, data, length, file->mode);
}

int
place_replace(const struct place *place, const void *data, size_t length,
    const struct place_file *otherwise)
{
	struct place_file file = *otherwise;
	char temporary[NAME_MAX + 1];
	struct stat st;
	int fd, saved;

	if (fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode))
		file = (struct place_file) { st.st_uid, st.st_gid,
			st.st_mode & 0777 };
	if ((fd = make_temporary(place, temporary)) == -1)
		return BANK_ESYS;
	if (fill(fd, data, length, &file) != 0 ||
	    renameat(place->fd, temporary, place->fd, place->name) == -1) {
		saved = errno;
		(void)unlinkat(place->fd, temporary, 0);
		errno = saved;
		return BANK_ESYS;
	}
	return fsync(place->fd) == 0 ? 0 : BANK_ESYS;
}

const char *
place_reason(int error)
{
	if (error == ELOOP)
		return "root does not follow a symbolic link that others could "
		       "have made";
	if (error == ENOTUNIQ)
		return "others may write to this directory of root's; chmod "
		       "go-w";
	return strerror(error);
}
