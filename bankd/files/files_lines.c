/* SPDX-License-Identifier: ISC */
/*
 * Lines of the two files, and whole files of them.  Runs in the vault.
 */
#include "files_lines.h"
#include "files_put.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/file.h"
#include "hash_form.h"
#include "../../shared/base/progress.h"
#include "../../shared/base/siphash.h"

/*
 * Pages that are written or read together become one piece of the page cache (a
 * large folio).  Each later write of a line then checks all of its blocks,
 * which takes 3 to 20 us instead of 1.3.  So one page at a time.
 */
#define BUFFER_BYTES ((size_t)4096)
#define ROUND_MS 20000 /* sooner than the kernel would, after 30 s */

/*
 * Appends a word and a space, cut to the room there is: the bytes of a line
 * follow from data, whose length is never certain.
 */
static char *
put_word(char *at, const char *end, const char *word)
{
	size_t length = strnlen(word, (size_t)(end - at));

	memcpy(at, word, length);
	at += length;
	if (at < end)
		*at++ = ' ';
	return at;
}

const char *
files_shown_hash(const struct ledger_account *account, const char *hash)
{
	static const char locked[] = { HASH_FORM_LOCKED, '\0' };

	return strlen(account->id) + strlen(hash) + 2 <= FILES_PASSWORD_WIDTH
	    ? hash
	    : locked;
}

void
files_make_line(enum files_name name, char *line,
    const struct ledger_account *account, const char *hash)
{
	static const size_t widths[] = { FILES_BALANCE_WIDTH,
		FILES_PASSWORD_WIDTH };
	char amount[MONEY_TEXT_SIZE], *at = line;
	char *end = line + widths[name] - 1;

	if (account->closed_ms == 0 && name == FILES_BALANCE) {
		at = put_word(at, end, account->id);
		for (int i = 0; i < 2; i++)
			at = put_word(at, end,
			    money_format_short(account->cents[i], amount));
	} else if (account->closed_ms == 0 && hash[0] != '\0') {
		at = put_word(at, end, account->id);
		at = put_word(at, end, files_shown_hash(account, hash));
	}
	memset(at, ' ', (size_t)(end - at));
	*end = '\n';
}

int
files_tell_hash(const struct files *files, const struct ledger_account *account,
    const char *hash)
{
	if (files->on_hash == NULL)
		return 0;
	return files->on_hash(files->context, (uint32_t)account->line,
	    account->closed_ms == 0 ? hash : "");
}

uint64_t
files_sum(const struct files *files, const char *bytes)
{
	return siphash(files->key, bytes, FILES_PASSWORD_WIDTH);
}

int
files_put_sum(struct files *files, uint32_t line, const char *bytes)
{
	if (array_room(files->sums, files->sums_size, (size_t)line + 1) != 0)
		return BANK_ENOMEM;
	files->sums[line] = files_sum(files, bytes);
	return 0;
}

static int
error_of(int number)
{
	return file_errno_is_full(number) ? BANK_ENOSPC : BANK_EIO;
}

/* A failure concerns names, not bytes, and loses nothing. */
static int
name_error(int number)
{
	return number == EIO || error_of(number) == BANK_ENOSPC
	    ? error_of(number)
	    : BANK_ESYS;
}

void
files_write_out(struct files *files, uint64_t now_ms)
{
	struct files_file *file = &files->file[FILES_BALANCE];
	uint64_t size = (uint64_t)store_lines(files->store) * file->width;
	uint64_t to = size * (now_ms % ROUND_MS) / ROUND_MS;

	to -= to % BUFFER_BYTES;
	if (to < file->out) {
		(void)sync_file_range(file->fd, (off_t)file->out, 0,
		    SYNC_FILE_RANGE_WRITE); /* 0: to its end */
		file->out = 0;
	}
	if (to > file->out)
		(void)sync_file_range(file->fd, (off_t)file->out,
		    (off_t)(to - file->out), SYNC_FILE_RANGE_WRITE);
	file->out = to;
}

struct writer {
	struct files *files;
	enum files_name name;
	int fd;
	size_t used;
	char buffer[BUFFER_BYTES];
};

static int
flush(struct writer *writer)
{
	size_t done = 0;
	ssize_t n;

	while (done < writer->used) {
		n = write(
		    writer->fd, writer->buffer + done, writer->used - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_of(errno);
		done += (size_t)n;
	}
	writer->used = 0;
	return 0;
}

static int
write_line(void *context, const struct ledger_account *account,
    const char *name, const char *hash)
{
	struct writer *writer = context;
	size_t width = writer->files->file[writer->name].width;
	char *line;

	(void)name;
	if (writer->used + width > sizeof(writer->buffer)) {
		int error = flush(writer);

		if (error != 0)
			return error;
	}
	progress_done((uint64_t)account->line);
	line = writer->buffer + writer->used;
	files_make_line(writer->name, line, account, hash);
	writer->used += width;
	return writer->name == FILES_PASSWORD
	    ? files_put_sum(writer->files, (uint32_t)account->line, line)
	    : 0;
}

static int
write_lines(struct writer *writer)
{
	struct store *store = writer->files->store;
	uint32_t line;
	int error = 0;

	if (writer->name == FILES_PASSWORD)
		error = store_texts_each(store, write_line, writer);
	else
		for (line = 0; error == 0 && line < store_lines(store); line++)
			error = write_line(
			    writer, store_account_by_line(store, line), "", "");
	return error != 0 ? error : flush(writer);
}

static bool
is_odd(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

bool
files_is_odd(const struct files_file *file)
{
	return is_odd(file->path);
}

/* Only the owner may read secrets; `balance` keeps its mode. */
static mode_t
mode_of(const struct files_file *file)
{
	struct stat status;

	if (file->width == FILES_PASSWORD_WIDTH ||
	    lstat(file->path, &status) == -1 || !S_ISREG(status.st_mode))
		return 0600;
	return (status.st_mode & 0666) | 0600;
}

static void
new_path(const struct files_file *file, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s.new", file->path);
}

/*
 * Finds `balance.edited.20240131T235959Z`, or with `.1` and so on if that is
 * taken.  The file gets it as a second name first, so that it is never
 * missing.  A directory can have only one name, and so may another user's pipe.
 */
static int
set_aside(const char *from)
{
	char path[PATH_MAX], stamp[32];
	time_t now = (time_t)(clock_real_ms() / 1000);
	struct tm parts;
	int n, length;

	gmtime_r(&now, &parts);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &parts);
	length = snprintf(path, sizeof(path), "%s.edited.%s", from, stamp);
	for (n = 1; link(from, path) == -1; n++) {
		if (errno == ENOENT)
			return 0;
		if (errno == EPERM && is_odd(from) &&
		    renameat2(
			AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST || n > 999)
			return name_error(errno);
		snprintf(
		    path + length, sizeof(path) - (size_t)length, ".%d", n);
	}
	return 0;
}

/* Removes a file of an earlier run; a directory is moved out of the way. */
static int
make_new(const char *path)
{
	if (unlink(path) == -1 && errno != ENOENT && is_odd(path))
		(void)set_aside(path);
	return open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int
files_write_new(struct files *files, enum files_name name)
{
	struct writer *writer = malloc(sizeof(*writer));
	char path[PATH_MAX];
	int error = BANK_ESYS;

	if (writer == NULL)
		return BANK_ENOMEM;
	writer->files = files;
	writer->name = name;
	writer->used = 0;
	snprintf(
	    path, sizeof(path), "%s: writing lines", files->file[name].name);
	progress_step(path, store_lines(files->store));
	new_path(&files->file[name], path);
	writer->fd = make_new(path);
	if (writer->fd == -1)
		goto out;
	error = write_lines(writer);
	if (error == 0 &&
	    (fchmod(writer->fd, mode_of(&files->file[name])) == -1 ||
		fsync(writer->fd) == -1))
		error = error_of(errno);
out:
	if (writer->fd != -1)
		close(writer->fd);
	if (error == BANK_ENOSPC)
		(void)unlink(path);
	OPENSSL_cleanse(writer, sizeof(*writer));
	free(writer);
	return error;
}

int
files_replace(struct files *files, enum files_name name, bool aside)
{
	struct files_file *file = &files->file[name];
	char path[PATH_MAX];
	int error = 0;

	new_path(file, path);
	if (aside || files_is_odd(file))
		error = set_aside(file->path);
	if (error != 0)
		return error;
	if (rename(path, file->path) == -1)
		return name_error(errno);
	return file_sync_directory(file->path) == 0 ? 0 : BANK_EIO;
}

int
files_open(struct files *files, enum files_name name)
{
	struct files_file *file = &files->file[name];
	struct stat status;
	int fd;

	if (file->fd != -1)
		close(file->fd);
	fd = file_open_regular(file->path, O_RDWR | O_NOFOLLOW);
	file->fd = fd < 0 ? -1 : fd;
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) == -1)
		return BANK_ESYS;
	(void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_RANDOM);
	file->changed = status.st_mtim;
	file->written = file->behind = false;
	file->cursor = 0;
	file->room = store_lines(files->store);
	if (name == FILES_BALANCE)
		files_put_map(files);
	return 0;
}
