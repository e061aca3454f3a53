/* SPDX-License-Identifier: ISC */
/*
 * bankctl backup: a copy of bank.db of one moment, of a bank that serves or
 * is stopped.  Made here and not in the vault, which can open no file outside
 * the state.  It appears under its name when it is whole and on disk.
 */
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../shared/error.h"
#include "../shared/util.h"
#include "bankctl.h"
#include "bankctl_offline.h"
#include "options.h"
#include "store_reader.h"

#define ERROR_SIZE 1024

struct backup {
	const char *path;
	char new_path[PATH_MAX]; /* until it is whole */
	struct place place;
	struct offline *offline;
	struct store_reader *reader;
	int fd;
};

/*
 * SQLite opens a file by its name: whoever may write to the directory could
 * have put another there.  So root works where root alone may, or with the
 * rights of the state's owner in what is that user's.
 */
static int
enter(struct backup *backup)
{
	struct place *place = &backup->place;
	uid_t uid;
	gid_t gid;

	if (place_open(place, backup->path, false) != 0)
		return complain(
		    EX_CANTCREAT, "%s: %s", backup->path, place_reason(errno));
	offline_owner(backup->offline, &uid, &gid);
	if (geteuid() == 0 && place->uid != uid &&
	    (place->uid != 0 || !place->straight))
		return complain(EX_CANTCREAT,
		    "%s: others than root and the state's owner could exchange "
		    "the backup there; name another directory",
		    backup->path);
	if (place_enter(place, PLACE_NO_GROUP) != 0)
		return complain(
		    EX_CANTCREAT, "%s: %s", backup->path, strerror(errno));
	return 0;
}

/* What a backup left that was killed; not one that is being made. */
static void
remove_stale(const char *path)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlink(path);
	close(fd);
}

/* Under its name, but not over one that came to be in the meantime. */
static int
finish(const struct backup *backup)
{
	if (renameat2(AT_FDCWD, backup->new_path, AT_FDCWD, backup->path,
		RENAME_NOREPLACE) == 0)
		return file_sync_directory(backup->path);
	if (errno != EINVAL || rename(backup->new_path, backup->path) == -1)
		return BANK_ESYS;
	return file_sync_directory(backup->path);
}

/* Nobody else's: it has the password hashes. */
static int
make_file(struct backup *backup)
{
	if (access(backup->path, F_OK) == 0)
		return complain(EX_CANTCREAT,
		    "%s: exists; a backup replaces nothing", backup->path);
	if ((size_t)snprintf(backup->new_path, sizeof(backup->new_path),
		"%s.new", backup->path) >= sizeof(backup->new_path))
		return complain(EX_CANTCREAT, "the path is too long");
	remove_stale(backup->new_path);
	backup->fd = open(backup->new_path,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (backup->fd == -1) {
		int code = complain(
		    EX_CANTCREAT, "%s: %s", backup->new_path, strerror(errno));

		backup->new_path[0] = '\0';
		return code;
	}
	(void)flock(backup->fd, LOCK_EX | LOCK_NB);
	return 0;
}

/* Owned like the state, when nobody has to find it by its name any more. */
static int
copy(struct backup *backup)
{
	char error[ERROR_SIZE] = "";
	uid_t uid;
	gid_t gid;
	int result;

	result = store_reader_copy(
	    backup->reader, backup->new_path, error, sizeof(error));
	if (result != 0)
		return complain(result == BANK_EDAMAGED ? EX_DATAERR : EX_IOERR,
		    "%s: %s", backup->new_path, error);
	offline_owner(backup->offline, &uid, &gid);
	if ((geteuid() == 0 && fchown(backup->fd, uid, gid) == -1) ||
	    fsync(backup->fd) == -1 || finish(backup) != 0)
		return complain(
		    EX_IOERR, "%s: %s", backup->path, strerror(errno));
	return 0;
}

static int
run(struct backup *backup, const struct bankctl *bankctl)
{
	int code;

	code = offline_reader(&backup->offline, &backup->reader, bankctl);
	if (code == 0)
		code = offline_regain(backup->offline);
	if (code == 0)
		code = enter(backup);
	if (code == 0)
		code = make_file(backup);
	if (code == 0)
		code = copy(backup);
	if (backup->new_path[0] != '\0')
		(void)unlink(backup->new_path);
	if (backup->fd != -1)
		close(backup->fd);
	store_reader_close(backup->reader);
	place_leave(&backup->place);
	place_close(&backup->place);
	if (backup->offline != NULL)
		offline_close(backup->offline);
	return code;
}

int
backup_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct backup backup = { .path = argv[1], .fd = -1, .place.fd = -1 };
	int code;

	(void)argc;
	if ((code = run(&backup, bankctl)) == 0)
		fprintf(stderr, "%s: a backup of %s\n", backup.path,
		    config_string(bankctl->config, BANK_STATE));
	return code;
}
