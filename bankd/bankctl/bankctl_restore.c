/* SPDX-License-Identifier: ISC */
/*
 * bankctl restore: puts a backup in the place of bank.db.  The bank is
 * stopped.  The backup is copied into the state's directory, and opened and
 * proven there.  Only then does it replace the old database, which is kept
 * beside it.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_file.h"
#include "bankctl_hosts.h"
#include "bankctl_note.h"
#include "bankctl_offline.h"
#include "bankctl_reason.h"
#include "../base/place.h"
#include "../base/options.h"
#include "../store/store_files.h"
#include "../store/store_hosts.h"
#include "../store/store_open.h"
#include "../store/store_reader.h"
#include "../store/store_verify.h"

#define ERROR_SIZE 1024
#define CHUNK ((size_t)64 * 1024)
#define WORK "restore.new" /* a directory beside bank.db */
#define HEADER_SIZE 72     /* of a database, up to the application ID */
#define APPLICATION "bank"

struct restore {
	const char *path, *state;
	char work[PATH_MAX], kept[PATH_MAX];
	struct offline *offline;
	struct hosts hosts; /* of a rejoin */
	int fd;             /* of the backup */
	struct store_heads heads;
};

struct path {
	char text[PATH_MAX];
};

static struct path
in(const char *directory, const char *name)
{
	struct path path;

	if ((size_t)snprintf(path.text, sizeof(path.text), "%s/%s", directory,
		name) >= sizeof(path.text))
		path.text[0] = '\0';
	return path;
}

/*
 * Opens it as the caller, since the state's owner may not be able to read it.
 * Root doesn't follow another user's link to what the state's owner may not
 * read.
 */
static int
open_file(const char *path)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, fd;
	struct place place;

	if (place_open(&place, path, false) != 0)
		return -1;
	if (geteuid() == 0 && (place.uid != 0 || !place.straight))
		flags |= O_NOFOLLOW;
	fd = openat(place.fd, place.name, flags);
	place_close(&place);
	return fd;
}

static int
open_backup(struct restore *restore)
{
	char header[HEADER_SIZE];
	struct stat status;

	restore->fd = open_file(restore->path);
	if (restore->fd == -1 || fstat(restore->fd, &status) == -1)
		return bankctl_file_unopened(restore->path);
	if (!S_ISREG(status.st_mode) ||
	    file_read_at(restore->fd, header, HEADER_SIZE, 0) != HEADER_SIZE ||
	    memcmp(header, "SQLite format 3", 16) != 0 ||
	    memcmp(header + 68, APPLICATION, 4) != 0)
		return bankctl_complain(
		    EX_DATAERR, "%s: not a backup of a bank", restore->path);
	return 0;
}

static int
confirm(const struct bankctl *bankctl, const struct restore *restore)
{
	char line[8] = "";

	if (bankctl->yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return bankctl_complain(EX_USAGE,
		    "restore replaces all customers and money: confirm with "
		    "bankctl -y");
	fprintf(stderr,
	    "All customers and money of %s will be replaced by those of "
	    "%s.\nType yes to continue: ",
	    restore->state, restore->path);
	if (fgets(line, sizeof(line), stdin) != NULL &&
	    strcmp(line, "yes\n") == 0)
		return 0;
	return bankctl_complain(EX_USAGE, "nothing was changed");
}

/* Also what one that was killed has left there. */
static void
clear_work(const struct restore *restore)
{
	DIR *directory = opendir(restore->work);
	const struct dirent *entry;

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL)
		(void)unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	(void)rmdir(restore->work);
}

static int
copy_bytes(int from, int to)
{
	static char chunk[CHUNK];
	ssize_t n, written;

	while ((n = read(from, chunk, sizeof(chunk))) > 0) {
		for (ssize_t done = 0; done < n; done += written) {
			written = write(to, chunk + done, (size_t)(n - done));
			if (written == -1)
				return -1;
		}
	}
	return n == 0 ? fsync(to) : -1;
}

static int
copy_in(struct restore *restore)
{
	const struct path path = in(restore->work, STORE_FILE);
	int code = 0, fd;

	clear_work(restore);
	if (mkdir(restore->work, 0700) == -1)
		return bankctl_file_unmade(restore->work);
	fd = open(path.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return bankctl_file_unmade(path.text);
	if (copy_bytes(restore->fd, fd) == -1)
		code = bankctl_complain(
		    EX_IOERR, "%s: %s", path.text, strerror(errno));
	close(fd);
	return code;
}

static int
verify(struct restore *restore, char *error, size_t size)
{
	struct store_reader *reader = NULL;
	int result = store_reader_open(&reader, restore->work, error, size);

	if (result == 0)
		result =
		    store_reader_verify(reader, &restore->heads, error, size);
	store_reader_close(reader);
	return result;
}

static int
refuse(const struct restore *restore, int result, const char *error)
{
	return bankctl_complain(EX_DATAERR, "%s: %s; nothing was changed",
	    restore->path, error[0] != '\0' ? error : bank_strerror(result));
}

/* A rejoin's must stand in the journal that it goes back to. */
static int
join_hosts(struct restore *restore, struct store *store)
{
	int code = 0;

	if (restore->hosts.link != NULL) {
		code = bankctl_hosts_prove(&restore->hosts, store);
		bankctl_hosts_close(&restore->hosts);
	}
	if (code == 0 && store_share(store) != 0)
		code = bankctl_complain(
		    EX_IOERR, "%s: can't be written", restore->work);
	return code;
}

/* Marks the copy as not properly ended: the next start makes both files. */
static int
prove(struct restore *restore, bool shared)
{
	struct store *store = NULL;
	const struct store_options work = { .directory = restore->work };
	char error[ERROR_SIZE] = "";
	enum store_end end;
	int code = 0, result;

	result = (shared ? store_adopt : store_renew)(
	    restore->work, error, sizeof(error));
	if (result == 0)
		result = store_open(&store, &work, &end, error, sizeof(error));
	if (result == 0)
		result = verify(restore, error, sizeof(error));
	if (result == 0 && shared)
		code = join_hosts(restore, store);
	if (result == 0 && code == 0)
		result = store_mark_running(store);
	if (result == 0 && code == 0)
		result = store_close_whole(store);
	else
		store_close(store);
	return result == 0 ? code : refuse(restore, result, error);
}

/*
 * Moves the old log's content into the old database; a damaged one keeps its
 * log.
 */
static void
settle_old(const struct restore *restore)
{
	const struct store_options old = { .directory = restore->state };
	char error[ERROR_SIZE];
	struct store *store;
	enum store_end end;

	if (access(in(restore->state, STORE_FILE).text, F_OK) == 0 &&
	    store_open(&store, &old, &end, error, sizeof(error)) == 0)
		(void)store_close_whole(store);
}

/* Where one of the old bank's files is kept, by the second of its end. */
static struct path
aside(const struct restore *restore, const char *name, time_t second)
{
	char kept[64];
	struct tm tm;

	snprintf(kept, sizeof(kept), "%s.", name);
	strftime(kept + strlen(kept), sizeof(kept) - strlen(kept),
	    "%Y%m%dT%H%M%SZ", gmtime_r(&second, &tm));
	return in(restore->state, kept);
}

/* The first second, from now on, that no earlier restore has taken. */
static time_t
free_second(const struct restore *restore)
{
	time_t second = time(NULL);

	while (access(aside(restore, STORE_FILE ".replaced", second).text,
		   F_OK) == 0 ||
	    access(aside(restore, STORE_JOURNAL ".replaced", second).text,
		F_OK) == 0)
		second++;
	return second;
}

/*
 * First gives the old database a second name, then moves its log and
 * its journal, then puts the new one in its place: there is a
 * database at any moment, though the start refuses it without its journal.
 */
static int
replace(struct restore *restore)
{
	const struct path file = in(restore->state, STORE_FILE);
	const struct path wal = in(restore->state, STORE_WAL);
	const struct path journal = in(restore->state, STORE_JOURNAL);
	const time_t second = free_second(restore);
	struct stat status;
	char kept_wal[PATH_MAX + 8];

	string_copy(restore->kept,
	    aside(restore, STORE_FILE ".replaced", second).text,
	    sizeof(restore->kept));
	snprintf(kept_wal, sizeof(kept_wal), "%s-wal", restore->kept);
	if (link(file.text, restore->kept) == -1) {
		if (errno != ENOENT)
			return bankctl_complain(
			    EX_IOERR, "%s: %s", restore->kept, strerror(errno));
		restore->kept[0] = '\0';
	}
	if (stat(wal.text, &status) == 0 && status.st_size == 0)
		(void)unlink(wal.text);
	else
		(void)rename(wal.text, kept_wal);
	(void)unlink(in(restore->state, STORE_FILE "-shm").text);
	/* The journal belongs to the old one; the new one begins its own. */
	if (rename(journal.text,
		aside(restore, STORE_JOURNAL ".replaced", second).text) == -1 &&
	    errno != ENOENT)
		return bankctl_complain(
		    EX_IOERR, "%s: %s", journal.text, strerror(errno));
	if (rename(in(restore->work, STORE_FILE).text, file.text) == -1 ||
	    file_sync_directory(file.text) != 0)
		return bankctl_complain(
		    EX_IOERR, "%s: %s", file.text, strerror(errno));
	return 0;
}

/*
 * Of a bank that is alone: among hosts, the record would be a lot that the
 * others don't have.
 */
static void
record(const struct restore *restore, const struct bankctl *bankctl)
{
	const struct store_options new = { .directory = restore->state };
	char error[ERROR_SIZE];
	struct store *store;
	enum store_end end;
	int result;

	result = store_open(&store, &new, &end, error, sizeof(error));
	if (result == 0) {
		result = bankctl_note_write(
		    bankctl, store, "restore", restore->path);
		store_close(store);
	}
	if (result != 0)
		bankctl_complain(0,
		    "%s: restored, but there is no record of it: %s",
		    restore->state, bank_strerror(result));
}

static int
run(struct restore *restore, const struct bankctl *bankctl)
{
	int code;

	if ((code = open_backup(restore)) != 0 ||
	    (code = confirm(bankctl, restore)) != 0 ||
	    (code = bankctl_offline_lock(&restore->offline, bankctl)) != 0)
		return code;
	code = copy_in(restore);
	if (code == 0)
		code = prove(restore, bankctl_hosts_are(bankctl));
	if (code == 0) {
		settle_old(restore);
		code = replace(restore);
	}
	if (code == 0 && !bankctl_hosts_are(bankctl))
		record(restore, bankctl);
	clear_work(restore);
	bankctl_offline_close(restore->offline);
	return code;
}

static int
tell(const struct bankctl *bankctl, const struct restore *restore)
{
	struct control_text answer = { 0 };
	char hex[2 * 32 + 1];

	hex_encode(restore->heads.chain, CHAIN_SIZE, hex);
	control_put_fact(&answer, "seq", "%" PRIu64, restore->heads.seq);
	control_put_fact(&answer, "chain", "%s", hex);
	control_put_row(&answer, '+', TEXTS("kept", restore->kept));
	return bankctl_client_print_made(&answer, 0, "", bankctl->json);
}

int
bankctl_restore_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct restore restore = { .path = argv[1], .fd = -1 };
	int code = bankctl_reason_check(bankctl, argv[0]);

	(void)argc;
	if (code != 0)
		return code;
	restore.state = config_string(bankctl->config, BANK_STATE);
	string_copy(
	    restore.work, in(restore.state, WORK).text, sizeof(restore.work));
	/* The courier has the caller's rights; what follows, the owner's. */
	code = strcmp(argv[0], "rejoin") == 0
	    ? bankctl_hosts_open(&restore.hosts, bankctl)
	    : 0;
	if (code == 0)
		code = run(&restore, bankctl);
	if (restore.hosts.bankctl != NULL)
		bankctl_hosts_close(&restore.hosts);
	if (restore.fd != -1)
		close(restore.fd);
	if (code != 0)
		return code;
	bankctl_note_log(bankctl, argv[0], argv[1]);
	return tell(bankctl, &restore);
}
