/* SPDX-License-Identifier: ISC */
/*
 * Compares both files with the store, byte by byte, in one pass over the
 * accounts, before a start does anything else.  Runs in the vault; only reads.
 */
#include "files_state.h"
#include "files_lines.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/progress.h"
#include "../../shared/base/file.h"
#include "../store/store_find.h"

#define BUFFER_BYTES ((size_t)64 * 1024)
#define AHEAD_BYTES ((off_t)256 * 1024)
#define LATE_LINES 65536 /* more lines than a crash of ours leaves behind */
#define LATE_ENTRIES 64  /* by so many entries a line may be behind */

struct stream {
	int fd;
	off_t offset; /* of the next read */
	size_t at, length;
	char buffer[BUFFER_BYTES];
};

struct comparison {
	struct files *files;
	bool forgive_late;
	struct stream stream[FILES_COUNT];
};

/*
 * The kernel's read-ahead is off: it would fill the page cache in pieces that
 * are too large for files_put_line() (files_lines.c).  So the next block is
 * requested here.
 */
static ssize_t
read_on(struct stream *stream)
{
	size_t room = sizeof(stream->buffer) - stream->length;
	ssize_t n = read(stream->fd, stream->buffer + stream->length, room);

	if (n > 0) {
		stream->offset += n;
		(void)posix_fadvise(stream->fd, stream->offset, AHEAD_BYTES,
		    POSIX_FADV_WILLNEED);
	}
	return n;
}

/* Returns the next `width` bytes, or NULL at the end. */
static const char *
next_line(struct stream *stream, size_t width)
{
	ssize_t n;

	while (stream->length - stream->at < width) {
		memmove(stream->buffer, stream->buffer + stream->at,
		    stream->length - stream->at);
		stream->length -= stream->at;
		stream->at = 0;
		n = read_on(stream);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		stream->length += (size_t)n;
	}
	stream->at += width;
	return stream->buffer + stream->at - width;
}

static int
take_line(void *context, const struct files_line *line)
{
	*(struct files_line *)context = *line;
	return 0;
}

static const struct ledger_posting *
find_posting(struct store *store, uint32_t number, uint64_t seq,
    struct ledger_entry *entry)
{
	if (seq == 0 || store_find_seq(store, seq, entry) != 0)
		return NULL;
	return entry->debit.number == number ? &entry->debit : &entry->credit;
}

/* Whether the line shows what the account holds, or held a few entries ago. */
static bool
held(struct store *store, const struct ledger_account *account,
    const int64_t line_cents[2])
{
	const struct ledger_posting *posting;
	struct ledger_entry entry;
	int64_t cents[2] = { account->cents[0], account->cents[1] };
	int i;

	posting =
	    find_posting(store, account->number, account->last_seq, &entry);
	for (i = 0; i < LATE_ENTRIES; i++) {
		if (memcmp(cents, line_cents, sizeof(cents)) == 0)
			return true;
		if (posting == NULL)
			return false;
		/*
		 * Its own balances were compared already; compares the entry
		 * before.
		 */
		posting = find_posting(
		    store, account->number, posting->previous_seq, &entry);
		cents[0] = posting == NULL ? 0 : posting->cents[0];
		cents[1] = posting == NULL ? 0 : posting->cents[1];
	}
	return false;
}

static bool
is_late(struct store *store, const struct ledger_account *account,
    const char *bytes)
{
	struct files_line line = { 0 };
	char error[256];
	const struct files_reading reading = { .name = "",
		.each = take_line,
		.context = &line,
		.error = error,
		.error_size = sizeof(error) };

	return bytes[FILES_BALANCE_WIDTH - 1] == '\n' &&
	    memchr(bytes, '\n', FILES_BALANCE_WIDTH - 1) == NULL &&
	    files_parse_balance(&reading, bytes, FILES_BALANCE_WIDTH) == 0 &&
	    strcmp(line.id, account->id) == 0 &&
	    held(store, account, line.cents);
}

static bool
note_late(struct files *files, uint32_t line)
{
	if (files->late == NULL)
		files->late = calloc(LATE_LINES, sizeof(*files->late));
	if (files->late == NULL || files->late_count == LATE_LINES)
		return false;
	files->late[files->late_count++] = line;
	return true;
}

static void
compare_line(struct comparison *comparison, enum files_name name,
    const struct ledger_account *account, const char *expected)
{
	struct files *files = comparison->files;
	struct files_file *file = &files->file[name];
	const char *found;

	if (!file->same)
		return;
	found = next_line(&comparison->stream[name], file->width);
	if (found != NULL && memcmp(found, expected, file->width) == 0)
		return;
	if (found != NULL && name == FILES_BALANCE &&
	    comparison->forgive_late && is_late(files->store, account, found) &&
	    note_late(files, (uint32_t)account->line))
		return;
	file->same = false;
}

static int
compare_account(void *context, const struct ledger_account *account,
    const char *name, const char *hash)
{
	struct comparison *comparison = context;
	char line[FILES_PASSWORD_WIDTH];
	int error;

	(void)name;
	progress_done((uint64_t)account->line);
	files_make_line(FILES_BALANCE, line, account, "");
	compare_line(comparison, FILES_BALANCE, account, line);
	files_make_line(FILES_PASSWORD, line, account, hash);
	compare_line(comparison, FILES_PASSWORD, account, line);
	error = files_put_sum(comparison->files, (uint32_t)account->line, line);
	if (error == 0)
		error = files_tell_hash(comparison->files, account, hash);
	OPENSSL_cleanse(line, sizeof(line));
	return error;
}

/* Compares the size first: a wrong one makes reading the bytes unnecessary. */
static int
open_stream(struct files *files, enum files_name name, struct stream *stream)
{
	struct files_file *file = &files->file[name];
	struct stat status;
	int fd;

	stream->at = stream->length = 0;
	stream->offset = 0;
	file->present = file->same = false;
	progress_step(file->name, 0);
	fd = file_open_regular(file->path, O_RDONLY | O_NOFOLLOW);
	stream->fd = fd < 0 ? -1 : fd;
	if (fd < 0)
		return fd == BANK_ESYS && errno == ENOENT ? 0 : fd;
	if (fstat(fd, &status) == -1)
		return BANK_ESYS;
	(void)posix_fadvise(stream->fd, 0, 0, POSIX_FADV_RANDOM);
	file->present = true;
	file->same = (uint64_t)status.st_size ==
	    (uint64_t)store_lines(files->store) * file->width;
	return 0;
}

int
files_compare(struct files *files, bool forgive_late)
{
	struct comparison *comparison = malloc(sizeof(*comparison));
	int error = 0, i;

	if (comparison == NULL)
		return BANK_ENOMEM;
	comparison->files = files;
	comparison->forgive_late = forgive_late;
	files->late_count = 0;
	for (i = 0; i < FILES_COUNT; i++)
		comparison->stream[i].fd = -1;
	for (i = 0; error == 0 && i < FILES_COUNT; i++)
		error = open_stream(
		    files, (enum files_name)i, &comparison->stream[i]);
	progress_step(
	    "balance, password: comparing lines", store_lines(files->store));
	if (error == 0)
		error =
		    store_texts_each(files->store, compare_account, comparison);
	for (i = 0; i < FILES_COUNT; i++)
		if (comparison->stream[i].fd != -1)
			close(comparison->stream[i].fd);
	OPENSSL_cleanse(comparison, sizeof(*comparison));
	free(comparison);
	return error;
}
