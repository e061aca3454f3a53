/* SPDX-License-Identifier: ISC */
/*
 * The two files from a start to a stop: taken over or rebuilt, kept current
 * line by line, synced.  Runs in the vault.  The files are a view of the store;
 * only files_takeover.c changes the store.
 */
#include "files_state.h"
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
#include <openssl/rand.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/file.h"

static const struct {
	const char *name;
	size_t width;
} kinds[FILES_COUNT] = {
	[FILES_BALANCE] = { "balance", FILES_BALANCE_WIDTH },
	[FILES_PASSWORD] = { "password", FILES_PASSWORD_WIDTH },
};

/* The message ends with the directory, because it may be cut off. */
static int
refuse_directory(const char *directory, char *error_text, size_t size)
{
	snprintf(error_text, size,
	    "bankd.ini: [bank] state: a path of %zu bytes is too long, choose "
	    "one of at most %zu: %s",
	    strlen(directory), FILES_PATH_SIZE - sizeof("/password"),
	    directory);
	return BANK_EINVAL;
}

static int
new_files(struct files **result, struct store *store,
    const struct files_options *options, char *error_text, size_t size)
{
	struct files *files = calloc(1, sizeof(*files));
	struct files_file *file;
	int error, i;

	*result = files;
	if (files == NULL)
		return BANK_ENOMEM;
	files->store = store;
	files->on_hash = options->on_hash;
	files->context = options->context;
	for (i = 0; i < FILES_COUNT; i++)
		files->file[i].fd = -1;
	error = files_put_begin(files);
	if (error != 0)
		return error;
	for (i = 0; i < FILES_COUNT; i++) {
		file = &files->file[i];
		file->name = kinds[i].name;
		file->width = kinds[i].width;
		if ((size_t)snprintf(file->path, sizeof(file->path), "%s/%s",
			options->directory, file->name) >= sizeof(file->path))
			return refuse_directory(
			    options->directory, error_text, size);
	}
	return RAND_bytes((unsigned char *)files->key, sizeof(files->key)) == 1
	    ? 0
	    : BANK_ECRYPTO;
}

static int
refuse(const struct files_file *file, int error, const char *reason,
    char *error_text, size_t size)
{
	snprintf(error_text, size, "%s: %s", file->path, reason);
	return error;
}

/* A bank has both files, or neither of them before its first start. */
static int
check_present(const struct files *files, enum store_end end, char *error_text,
    size_t size)
{
	const struct files_file *file = files->file;
	int i;

	if (end == STORE_NEW && !file[0].present && !file[1].present)
		return 0;
	for (i = 0; i < FILES_COUNT; i++)
		if (!file[i].present)
			return refuse(&file[i], BANK_EINVAL,
			    end == STORE_NEW
				? "missing, but the other file exists; create "
				  "an empty one if this is intended"
				: "it was removed while bankd was stopped",
			    error_text, size);
	return 0;
}

/* Whether the files contain anything that the store doesn't. */
static bool
has_news(const struct files *files)
{
	const struct files_file *file = files->file;

	return (!file[0].same || !file[1].same) &&
	    (file[0].present || file[1].present);
}

/* Learns from the files, after a proper stop and before the first start. */
static int
learn(struct files *files, enum store_end end,
    const struct files_options *options, uint64_t now_ms, char *error_text,
    size_t size)
{
	int error = check_present(files, end, error_text, size);

	if (error != 0 || !has_news(files))
		return error;
	error = files_take_over(files, end, options, now_ms, error_text, size);
	return error != 0 ? error : files_compare(files, false);
}

/* Brings lines up to date that were only behind the store. */
static int
put_late_lines(struct files *files)
{
	char line[FILES_BALANCE_WIDTH];
	uint32_t i, number;
	int error = 0;

	for (i = 0; error == 0 && i < files->late_count; i++) {
		number = files->late[i];
		files_make_line(FILES_BALANCE, line,
		    store_account_by_line(files->store, number), "");
		error = files_put_line(files, FILES_BALANCE, number, line);
	}
	if (error == BANK_ENOSPC) {
		files->file[FILES_BALANCE].behind = true;
		error = 0;
	}
	free(files->late);
	files->late = NULL;
	files->late_count = 0;
	return error;
}

/* The marker is cleared between the new files and changes of the old. */
static int
settle(struct files *files, bool aside)
{
	struct files_file *file;
	int error = 0, i;

	for (i = 0; error == 0 && i < FILES_COUNT; i++)
		if (!files->file[i].same)
			error = files_write_new(files, (enum files_name)i);
	if (error == 0)
		error = store_mark_running(files->store);
	for (i = 0; error == 0 && i < FILES_COUNT; i++) {
		file = &files->file[i];
		if (!file->same)
			error = files_replace(files, (enum files_name)i, aside);
		if (error == 0 && !file->same && aside)
			log_event(LOG_WARNING, "file_rebuilt", "file",
			    LOG_TEXT(file->path), "set_aside",
			    LOG_TEXT(file->present ? "yes" : "no"), NULL);
		if (error == 0)
			error = files_open(files, (enum files_name)i);
		file->same = error == 0;
	}
	return error != 0 ? error : put_late_lines(files);
}

/*
 * The content of a pipe or a link is not an edit.  It is set aside, and the
 * file is written anew as the last run had left it.
 */
static int
set_odd_aside(
    struct files *files, enum store_end end, char *error_text, size_t size)
{
	const struct files_file *file;
	int error = 0, i;

	for (i = 0; error == 0 && i < FILES_COUNT; i++) {
		file = &files->file[i];
		if (!files_is_odd(file))
			continue;
		if (end == STORE_NEW)
			return refuse(file, BANK_EINVAL,
			    "not a regular file; put the file itself there",
			    error_text, size);
		error = files_write_new(files, (enum files_name)i);
		if (error == 0)
			error = files_replace(files, (enum files_name)i, true);
		if (error == 0)
			log_event(LOG_WARNING, "file_rebuilt", "file",
			    LOG_TEXT(file->path), "set_aside", LOG_TEXT("yes"),
			    "why", LOG_TEXT(bank_strerror(BANK_ENOTFILE)),
			    NULL);
	}
	return error;
}

static const char *
room_strerror(int error)
{
	return error == BANK_ENOSPC && file_errno_is_full(errno)
	    ? strerror(errno)
	    : file_strerror(error);
}

int
files_start(struct files **result, struct store *store, enum store_end end,
    const struct files_options *options, char *error_text, size_t size)
{
	uint64_t now_ms = options->now_ms;
	struct files *files;
	int error;

	*result = NULL;
	error_text[0] = '\0';
	error = new_files(&files, store, options, error_text, size);
	if (error != 0)
		goto out;
	if (now_ms < store_newest_ms(store))
		now_ms = store_newest_ms(store);
	store_note_time(store, now_ms);
	error = set_odd_aside(files, end, error_text, size);
	if (error == 0)
		error = files_compare(files, end == STORE_BROKEN);
	if (error == 0 && end != STORE_BROKEN) {
		error = learn(files, end, options, now_ms, error_text, size);
		if (error == BANK_ENOSPC && store_make_room(store) == 0)
			error = learn(
			    files, end, options, now_ms, error_text, size);
	}
	/*
	 * Files whose edits were not completely taken over are never
	 * overwritten.
	 */
	if (error == 0) {
		error = settle(files, end == STORE_BROKEN);
		if (error == BANK_ENOSPC && store_make_room(store) == 0)
			error = settle(files, end == STORE_BROKEN);
	}
out:
	if (error == 0) {
		*result = files;
		return 0;
	}
	if (error_text[0] == '\0')
		snprintf(error_text, size, "%s: password and balance: %s",
		    options->directory, room_strerror(error));
	files_close(files);
	return error;
}

static int
check(struct files *files, enum store_end end,
    const struct files_options *options, char *error_text, size_t size)
{
	const struct files_file *file;
	int error = 0, i;

	for (i = 0; i < FILES_COUNT; i++) {
		file = &files->file[i];
		if (files_is_odd(file))
			return refuse(file, BANK_EINVAL,
			    bank_strerror(BANK_ENOTFILE), error_text, size);
	}
	/* After an improper end, the start rewrites the files. */
	if (end == STORE_BROKEN)
		return 0;
	error = files_compare(files, false);
	if (error == 0)
		error = check_present(files, end, error_text, size);
	if (error != 0 || !has_news(files))
		return error;
	return files_judge(files, end, options, error_text, size);
}

int
files_check(struct store *store, enum store_end end,
    const struct files_options *options, char *error_text, size_t size)
{
	struct files *files;
	int error;

	error_text[0] = '\0';
	error = new_files(&files, store, options, error_text, size);
	if (error == 0)
		error = check(files, end, options, error_text, size);
	if (error != 0 && error_text[0] == '\0')
		snprintf(error_text, size, "%s: password and balance: %s",
		    options->directory, file_strerror(error));
	files_close(files);
	return error;
}

/* A full disk is no error; the file is then behind. */
static int
judge_put(struct files *files, enum files_name name, int error)
{
	int saved = errno;

	if (error == BANK_ENOSPC && !files->file[name].behind) {
		files->file[name].behind = true;
		log_event(LOG_ERR, "file_behind", "file",
		    LOG_TEXT(files->file[name].path), "why",
		    LOG_TEXT(strerror(saved)), NULL);
	}
	return error == 0 || error == BANK_ENOSPC ? 0 : BANK_EIO;
}

static int
update_password(
    struct files *files, const struct ledger_account *account, const char *hash)
{
	char line[FILES_PASSWORD_WIDTH];
	uint32_t number = (uint32_t)account->line;
	int error;

	files_make_line(FILES_PASSWORD, line, account, hash);
	error = files_put_sum(files, number, line);
	if (error == 0)
		error = files_tell_hash(files, account, hash);
	if (error == 0)
		error = files_put_line(files, FILES_PASSWORD, number, line);
	OPENSSL_cleanse(line, sizeof(line));
	return judge_put(files, FILES_PASSWORD, error);
}

int
files_update(
    struct files *files, const struct ledger_account *account, const char *hash)
{
	char line[FILES_BALANCE_WIDTH];
	int error;

	if (account->line < 0)
		return 0;
	files_make_line(FILES_BALANCE, line, account, "");
	error = judge_put(files, FILES_BALANCE,
	    files_put_later(files, (uint32_t)account->line, line));
	if (error == 0 && (hash != NULL || account->closed_ms != 0))
		error =
		    update_password(files, account, hash != NULL ? hash : "");
	return error;
}

int
files_flush(struct files *files)
{
	return judge_put(files, FILES_BALANCE, files_put_all(files));
}

/*
 * Without this, the next start would take for hand edits what a full disk kept
 * us from writing, and what somebody wrote since the last look.
 */
int
files_sync(struct files *files)
{
	int error = files_watch_all(files), i;

	if (error == BANK_ENOSPC && store_make_room(files->store) == 0)
		error = files_watch_all(files);
	if (error != 0)
		return error == BANK_ENOSPC ? error : BANK_EIO;
	for (i = 0; i < FILES_COUNT; i++)
		if (fsync(files->file[i].fd) == -1)
			return BANK_EIO;
	return file_sync_directory(files->file[0].path) == 0 ? 0 : BANK_EIO;
}

void
files_close(struct files *files)
{
	int i;

	if (files == NULL)
		return;
	for (i = 0; i < FILES_COUNT; i++)
		if (files->file[i].fd != -1)
			close(files->file[i].fd);
	files_put_end(files);
	free(files->sums);
	free(files->late);
	free(files);
}
