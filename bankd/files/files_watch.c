/* SPDX-License-Identifier: ISC */
/*
 * Watches the two files while bankd runs: a file that somebody else changed is
 * set aside, the differences are logged, and the file is rewritten.  Runs in
 * the vault.  Here an edit never becomes money.
 */
#include "files_state.h"
#include "files_lines.h"
#include "files_put.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/file.h"

#define SLICES 50       /* looks, a second each, that cover a file */
#define DIFFERENCES 100 /* logged by account; the others are only counted */
#define READ_LINES 256

struct differences {
	struct files *files;
	enum files_name name;
	bool *seen; /* by line */
	size_t count;
};

static bool
tell(struct differences *differences)
{
	return ++differences->count <= DIFFERENCES;
}

static void
tell_id(struct differences *differences, const char *id, const char *what)
{
	if (tell(differences))
		log_event(LOG_WARNING, "file_difference", "file",
		    LOG_TEXT(differences->files->file[differences->name].name),
		    "id", LOG_TEXT(id), "what", LOG_TEXT(what), NULL);
}

static void
tell_balances(struct differences *differences, const char *id,
    const int64_t found[2], const int64_t truth[2])
{
	for (enum wire_account i = WIRE_SAVINGS; i <= WIRE_CHECKING; i++)
		if (found[i] != truth[i] && tell(differences))
			log_event(LOG_WARNING, "file_difference", "file",
			    LOG_TEXT("balance"), "id", LOG_TEXT(id), "what",
			    LOG_TEXT(ledger_account_name(i)), "truth",
			    LOG_MONEY(truth[i]), "edited", LOG_MONEY(found[i]),
			    NULL);
}

static int
compare_id(void *context, const struct files_line *line)
{
	struct differences *differences = context;
	const struct ledger_account *account =
	    store_account(differences->files->store, line->id);
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE] = "";

	if (account == NULL || account->closed_ms != 0) {
		tell_id(differences, line->id, "no such account");
		return 0;
	}
	differences->seen[account->line] = true;
	if (differences->name == FILES_BALANCE)
		tell_balances(
		    differences, line->id, line->cents, account->cents);
	else if (store_account_texts(
		     differences->files->store, account, name, hash) == 0 &&
	    strcmp(hash, line->secret) != 0)
		tell_id(differences, line->id, "password");
	OPENSSL_cleanse(hash, sizeof(hash));
	return 0;
}

static void
tell_missing(struct differences *differences)
{
	struct files *files = differences->files;
	const struct ledger_account *account;
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE] = "";
	uint32_t line;

	for (line = 0; line < store_lines(files->store); line++) {
		account = store_account_by_line(files->store, line);
		if (differences->seen[line] || account->closed_ms != 0)
			continue;
		if (differences->name == FILES_PASSWORD &&
		    (store_account_texts(files->store, account, name, hash) !=
			    0 ||
			hash[0] == '\0'))
			continue;
		tell_id(differences, account->id, "missing");
	}
	OPENSSL_cleanse(hash, sizeof(hash));
}

static void
tell_bytes(struct differences *differences, const char *data, size_t length)
{
	const char *path = differences->files->file[differences->name].path;
	char error[512];
	const struct files_reading reading = { .name = path,
		.each = compare_id,
		.context = differences,
		.error = error,
		.error_size = sizeof(error) };
	int result;

	result = (differences->name == FILES_BALANCE
		? files_parse_balance
		: files_parse_password)(&reading, data, length);
	if (result != 0)
		log_event(LOG_WARNING, "file_difference", "file",
		    LOG_TEXT(path), "what", LOG_TEXT(error), NULL);
	else
		tell_missing(differences);
	if (differences->count > DIFFERENCES)
		log_event(LOG_WARNING, "file_difference", "file",
		    LOG_TEXT(path), "more",
		    LOG_NUMBER(differences->count - DIFFERENCES), NULL);
}

static void
tell_all(struct files *files, enum files_name name)
{
	struct differences differences = { .files = files, .name = name };
	const char *path = files->file[name].path;
	char *data;
	size_t length;
	int error;

	error = file_read_by(path, O_NOFOLLOW, FILES_LARGEST, &data, &length);
	if (error != 0) {
		log_event(LOG_WARNING, "file_edited", "file", LOG_TEXT(path),
		    "what", LOG_TEXT(file_strerror(error)), NULL);
		return;
	}
	log_event(LOG_WARNING, "file_edited", "file", LOG_TEXT(path), "what",
	    LOG_TEXT("set aside and written anew"), NULL);
	differences.seen = calloc(
	    (size_t)store_lines(files->store) + 1, sizeof(*differences.seen));
	if (differences.seen != NULL)
		tell_bytes(&differences, data, length);
	free(differences.seen);
	OPENSSL_cleanse(data, length);
	free(data);
}

static int
write_anew(struct files *files, enum files_name name, bool aside)
{
	int error = files_write_new(files, name);

	if (error != 0)
		return error;
	if (aside)
		tell_all(files, name);
	error = files_replace(files, name, aside);
	if (error == 0)
		error = files_open(files, name);
	return error != 0 ? error : aside;
}

static bool
line_fits(const struct files *files, enum files_name name, uint32_t number,
    const char *bytes)
{
	char line[FILES_BALANCE_WIDTH];

	if (name == FILES_PASSWORD)
		return files->sums[number] == files_sum(files, bytes);
	files_make_line(FILES_BALANCE, line,
	    store_account_by_line(files->store, number), "");
	return memcmp(line, bytes, sizeof(line)) == 0;
}

/* Sets *ours to whether lines from..to are as we wrote them. */
static int
compare_lines(struct files *files, enum files_name name, uint32_t from,
    uint32_t to, bool *ours)
{
	char bytes[READ_LINES * FILES_PASSWORD_WIDTH];
	struct files_file *file = &files->file[name];
	uint32_t count, i;
	ssize_t n;

	for (*ours = true; *ours && from < to; from += count) {
		count = to - from < READ_LINES ? to - from : READ_LINES;
		n = file_read_at(file->fd, bytes, count * file->width,
		    (off_t)from * (off_t)file->width);
		if (n == -1)
			return BANK_EIO;
		*ours = (size_t)n == count * file->width;
		for (i = 0; *ours && i < count; i++)
			*ours = line_fits(
			    files, name, from + i, bytes + i * file->width);
	}
	return 0;
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Compares all lines, or, if nobody wrote to the file, the next slice. */
static int
look_inside(struct files *files, enum files_name name, bool all,
    const struct stat *status, bool *ours)
{
	struct files_file *file = &files->file[name];
	uint32_t lines = store_lines(files->store), from, to;
	int error;

	from = file->cursor < lines ? file->cursor : 0;
	to = from + lines / SLICES + 1;
	if (to > lines)
		to = lines;
	if (all ||
	    (!file->written && !same_time(&status->st_mtim, &file->changed))) {
		from = 0;
		to = lines;
	}
	error = compare_lines(files, name, from, to, ours);
	file->cursor = to < lines ? to : 0;
	return error;
}

/* Rewrites the file if need be: 0, 1 if it was set aside, or BANK_E.... */
static int
watch_file(struct files *files, enum files_name name, bool all)
{
	struct files_file *file = &files->file[name];
	uint64_t size = (uint64_t)store_lines(files->store) * file->width;
	struct stat ours, there;
	bool fits = false;
	int error;

	if (file->behind)
		return write_anew(files, name, false);
	if (fstat(file->fd, &ours) == -1)
		return BANK_EIO;
	if (lstat(file->path, &there) == 0 && there.st_ino == ours.st_ino &&
	    there.st_dev == ours.st_dev && (uint64_t)there.st_size == size) {
		error = look_inside(files, name, all, &ours, &fits);
		if (error != 0)
			return error;
	}
	if (!fits)
		return write_anew(files, name, true);
	if (name == FILES_BALANCE && files->waiting.map_size != size)
		files_put_map(files);
	file->changed = ours.st_mtim;
	file->written = false;
	return 0;
}

/* If the disk is full, the next look tries again. */
int
files_watch(struct files *files)
{
	int count = 0, result, i;

	for (i = 0; i < FILES_COUNT; i++) {
		result = watch_file(files, (enum files_name)i, false);
		if (result == BANK_ENOSPC)
			continue;
		if (result < 0)
			return result;
		count += result;
	}
	return count;
}

int
files_watch_all(struct files *files)
{
	int result = 0, i;

	for (i = 0; result >= 0 && i < FILES_COUNT; i++)
		result = watch_file(files, (enum files_name)i, true);
	return result < 0 ? result : 0;
}
