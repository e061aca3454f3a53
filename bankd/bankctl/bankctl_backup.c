/* SPDX-License-Identifier: ISC */
/*
 * bankctl backup: copies bank.db, as of one moment, of a bank that serves or is
 * stopped.  bankctl does this and not the vault, which can't open files outside
 * the state.  The backup gets its name when it is complete and on disk.  While
 * the copy reads, the log of a serving bank can't start over.  So a child
 * copies and reports its progress; its parent kills a child that stands still,
 * because it was stopped or waits for a disk, and says so.
 */
#include <sys/file.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_file.h"
#include "bankctl_note.h"
#include "bankctl_offline.h"
#include "../base/place.h"
#include "../base/options.h"
#include "../store/store_copy.h"
#include "../store/store_reader.h"

#define ERROR_SIZE 1024
#define PATIENCE_MS 30000

/* The progress that the child reports, one byte each. */
enum { READS = 'r', HAS_READ = 'w' };

struct backup {
	const char *path;
	char new_path[PATH_MAX]; /* the name until the copy is complete */
	struct place place;
	struct offline *offline;
	struct store_reader *reader;
	int fd;
	int progress; /* the pipe by which the child reports its progress */
};

/*
 * SQLite opens a file by its name, so whoever may write to the directory could
 * replace the file.  Root therefore works only where root alone may write, or
 * with the rights of the state's owner in a directory of that user.
 */
static int
enter(struct backup *backup)
{
	struct place *place = &backup->place;
	uid_t uid;
	gid_t gid;

	if (place_open(place, backup->path, false) != 0)
		return bankctl_file_unmade(backup->path);
	bankctl_offline_owner(backup->offline, &uid, &gid);
	if (geteuid() == 0 && place->uid != uid &&
	    (place->uid != 0 || !place->straight))
		return bankctl_complain(EX_CANTCREAT,
		    "%s: users other than root and the state's owner could "
		    "replace the backup there; choose another directory",
		    backup->path);
	if (place_enter(place, PLACE_NO_GROUP) != 0)
		return bankctl_file_unmade(backup->path);
	return 0;
}

/* Whether the parent is gone.  A full pipe is no error. */
static int
tell(const struct backup *backup, char progress)
{
	return write(backup->progress, &progress, 1) == -1 && errno == EPIPE;
}

static int
tell_reads(void *context)
{
	return tell(context, READS);
}

/*
 * Removes the remains of a backup that was killed, but not a backup in
 * progress.  SQLite would otherwise roll the old journal back into the next
 * copy.
 */
static void
remove_stale(const char *path)
{
	char journal[PATH_MAX + sizeof("-journal")];
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	snprintf(journal, sizeof(journal), "%s-journal", path);
	if (fd == -1 && errno == ENOENT)
		(void)unlink(journal);
	if (fd == -1)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		(void)unlink(path);
		(void)unlink(journal);
	}
	close(fd);
}

/* Gives the copy its name, without replacing a file made in the meantime. */
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

/* Only the owner may read it: it contains the password hashes. */
static int
make_file(struct backup *backup)
{
	if (access(backup->path, F_OK) == 0)
		return bankctl_complain(EX_CANTCREAT,
		    "%s: exists; a backup does not replace a file",
		    backup->path);
	if ((size_t)snprintf(backup->new_path, sizeof(backup->new_path),
		"%s.new", backup->path) >= sizeof(backup->new_path))
		return bankctl_complain(EX_CANTCREAT, "the path is too long");
	remove_stale(backup->new_path);
	backup->fd = open(backup->new_path,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (backup->fd == -1) {
		int code = bankctl_file_unmade(backup->new_path);

		backup->new_path[0] = '\0';
		return code;
	}
	(void)flock(backup->fd, LOCK_EX | LOCK_NB);
	return 0;
}

/* The copy gets its owner only when nothing opens it by name any more. */
static int
copy(struct backup *backup)
{
	char error[ERROR_SIZE] = "";
	uid_t uid;
	gid_t gid;
	int result;

	store_reader_watch(backup->reader, tell_reads, backup);
	(void)tell(backup, READS);
	result = store_reader_copy(
	    backup->reader, backup->new_path, error, sizeof(error));
	(void)tell(backup, HAS_READ);
	if (result != 0)
		return bankctl_complain(
		    result == BANK_EDAMAGED ? EX_DATAERR : EX_IOERR, "%s: %s",
		    backup->new_path, error);
	bankctl_offline_owner(backup->offline, &uid, &gid);
	if ((geteuid() == 0 && fchown(backup->fd, uid, gid) == -1) ||
	    fsync(backup->fd) == -1 || finish(backup) != 0)
		return bankctl_complain(
		    EX_IOERR, "%s: %s", backup->path, strerror(errno));
	return 0;
}

static int
run(struct backup *backup, const struct bankctl *bankctl)
{
	int code;

	code =
	    bankctl_offline_reader(&backup->offline, &backup->reader, bankctl);
	if (code == 0)
		code = bankctl_offline_regain(backup->offline);
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
		bankctl_offline_close(backup->offline);
	return code;
}

/* Waits until the child ends, or reads without progress for too long. */
static bool
gets_on(int progress)
{
	struct pollfd pfd = { .fd = progress, .events = POLLIN };
	char said[256];
	int patience_ms = -1, ready;
	ssize_t n;

	for (;;) {
		ready = poll(&pfd, 1, patience_ms);
		if (ready == 0)
			return false;
		if (ready == -1)
			continue;
		n = read(progress, said, sizeof(said));
		if (n == 0)
			return true;
		if (n > 0)
			patience_ms =
			    said[n - 1] == HAS_READ ? -1 : PATIENCE_MS;
	}
}

/* Returns the child's exit code, and removes an unfinished copy. */
static int
end_child(const struct backup *backup, pid_t child, bool still)
{
	char new_path[PATH_MAX];
	int status = 0;

	if (still)
		(void)kill(child, SIGKILL);
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		continue;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if ((size_t)snprintf(new_path, sizeof(new_path), "%s.new",
		backup->path) < sizeof(new_path))
		remove_stale(new_path);
	if (!still)
		return bankctl_complain(EX_SOFTWARE, "%s: signal %s ended it",
		    backup->path, sigabbrev_np(WTERMSIG(status)));
	return bankctl_complain(EX_IOERR,
	    "%s: ended, because nothing was copied for %d s: the database's "
	    "log can't start over while a copy is made",
	    backup->path, PATIENCE_MS / 1000);
}

/* A process group of its own: a stop typed at the terminal spares it. */
static _Noreturn void
be_child(struct backup *backup, const struct bankctl *bankctl)
{
	(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	exit(run(backup, bankctl));
}

int
bankctl_backup_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct backup backup = { .path = argv[1], .fd = -1, .place.fd = -1 };
	struct control_text answer = { 0 };
	char message[2 * PATH_MAX + 32];
	int progress[2], code;
	pid_t child;
	bool still;

	(void)argc;
	if (pipe2(progress, O_CLOEXEC | O_NONBLOCK) == -1 ||
	    (child = fork()) == -1)
		return bankctl_complain(EX_OSERR, "%s", strerror(errno));
	backup.progress = progress[1];
	if (child == 0) {
		close(progress[0]);
		be_child(&backup, bankctl);
	}
	close(progress[1]);
	still = !gets_on(progress[0]);
	close(progress[0]);
	if ((code = end_child(&backup, child, still)) != 0)
		return code;
	bankctl_note(bankctl, "backup", backup.path);
	snprintf(message, sizeof(message), "%s: a backup of %s", backup.path,
	    config_string(bankctl->config, BANK_STATE));
	return bankctl_client_print_made(&answer, 0, message, bankctl->json);
}
