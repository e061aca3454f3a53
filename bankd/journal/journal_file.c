/* SPDX-License-Identifier: ISC */
/*
 * The journal's engine on this host's disk: one lot at a time behind the one
 * before, one fdatasync(2) for it.  The vault's thread of money calls; a keeper
 * (journal_keeper.h) sees to the segments that aren't written to.
 *
 * After a write or a sync that failed the file isn't touched any more: the
 * page cache may hold, marked clean, what the disk doesn't have.  The next
 * start copies what it reads of the newest segment to new blocks first.
 */
#include "journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "journal_keeper.h"
#include "journal_scan.h"
#include "segment.h"

/* A segment that is used up sooner is followed by larger ones. */
#define USED_UP_MS 10000

struct journal_file {
	struct journal journal;
	char *directory;
	bool looking, threads, failed;
	struct chain sha;
	struct segment *segments; /* in order; the last is written to */
	size_t count;
	int fd, newest_fd;
	size_t at;             /* where the next lot goes */
	uint64_t newest;       /* number of the last lot in it */
	uint64_t begun_ms;     /* when the last segment was begun */
	const struct lot *lot; /* in flight */
	int full;              /* errno where it found no room */

	/* Of journal_next(). */
	uint64_t next;
	size_t next_segment, next_at;
	uint8_t *bytes;

	struct journal_keeper keeper;
};

static struct journal_file *
file_of(struct journal *journal)
{
	return (struct journal_file *)(void *)journal;
}

/* -- segments -- */

static int
open_segment(struct journal_file *file, uint64_t first)
{
	struct segment_path path = segment_path(file->directory, first);

	if (file->fd >= 0)
		close(file->fd);
	file->fd = file_open_regular(path.text, O_RDWR | O_NOFOLLOW);
	return file->fd >= 0 ? 0 : BANK_EIO;
}

/* One of its name was replaced by it: it held no lot, or this one's. */
static int
add_segment(struct journal_file *file, uint64_t first, size_t size)
{
	struct segment *more =
	    reallocarray(file->segments, file->count + 1, sizeof(*more));

	if (more == NULL)
		return BANK_ENOMEM;
	file->segments = more;
	if (file->count > 0 && more[file->count - 1].first == first)
		file->count--;
	more[file->count++] = (struct segment) { first, size };
	file->at = 0;
	return 0;
}

static int
next_segment(struct journal_file *file, uint64_t first, size_t size)
{
	struct segment segment = { first, size };
	uint64_t now_ms = clock_steady_ms();
	int error;

	error = journal_keeper_take(
	    &file->keeper, &segment, now_ms - file->begun_ms < USED_UP_MS);
	if (error == 0)
		error = open_segment(file, first);
	if (error == 0)
		error = add_segment(file, first, segment.size);
	file->begun_ms = now_ms;
	return error;
}

/* Soon enough, and late enough for one that is used again. */
static int
want_spare(struct journal_file *file)
{
	return file->at < file->segments[file->count - 1].size / 2
	    ? 0
	    : journal_keeper_want(&file->keeper);
}

/* -- the calls -- */

static int
note(struct journal_file *file, int error)
{
	if (error == BANK_ENOSPC) {
		file->full = errno;
		return 0;
	}
	if (error != 0)
		file->failed = true;
	return error;
}

static int
begin(struct journal *journal, const struct lot *lot)
{
	struct journal_file *file = file_of(journal);
	size_t padded = lot_padded(lot->length);
	int error;

	if (file->failed)
		return BANK_EIO;
	file->lot = lot;
	file->full = 0;
	error = want_spare(file);
	if (error == 0 &&
	    file->at + padded > file->segments[file->count - 1].size)
		error =
		    next_segment(file, lot_claims_number(lot->bytes), padded);
	if (error == 0)
		error = segment_write(file->fd, lot->bytes, padded, file->at);
	/* The disk writes while the caller does something else. */
	if (error == 0)
		(void)sync_file_range(file->fd, (off_t)file->at, (off_t)padded,
		    SYNC_FILE_RANGE_WRITE);
	return note(file, error);
}

/*
 * After the sync and before the answer: no start takes a lot that is noted
 * here for one that was never whole.  It helps against damage and is needed
 * for nothing else, so an error of it is none.
 */
static void
note_newest(struct journal_file *file)
{
	uint8_t bytes[SEGMENT_NEWEST_SIZE];

	put_u64(bytes, file->newest);
	put_u64(bytes + 8, file->newest);
	(void)segment_write(file->newest_fd, bytes, sizeof(bytes), 0);
}

static int
wait_for(struct journal *journal)
{
	struct journal_file *file = file_of(journal);

	if (file->failed)
		return BANK_EIO;
	if (file->full != 0) {
		errno = file->full;
		return JOURNAL_FULL;
	}
	if (note(file, fdatasync(file->fd) == 0 ? 0 : BANK_EIO) != 0)
		return BANK_EIO;
	file->at += lot_padded(file->lot->length);
	file->newest = file->next = lot_claims_number(file->lot->bytes);
	note_newest(file);
	return JOURNAL_MINE;
}

static void
forget_bytes(struct journal_file *file)
{
	free(file->bytes);
	file->bytes = NULL;
}

/*
 * What the opening has found whole.  A segment ends where the next one begins:
 * a start may have moved the last lot there.
 */
static int
next(struct journal *journal, struct lot_view *view)
{
	struct journal_file *file = file_of(journal);
	int error;

	if (file->next == file->newest) {
		forget_bytes(file);
		return JOURNAL_NONE;
	}
	if (file->next_segment + 1 < file->count &&
	    file->segments[file->next_segment + 1].first == file->next + 1) {
		forget_bytes(file);
		file->next_segment++;
		file->next_at = 0;
	}
	if (file->bytes == NULL &&
	    (error = segment_read(file->directory,
		 &file->segments[file->next_segment], &file->bytes)) != 0)
		return error;
	error = lot_read(file->bytes + file->next_at,
	    file->segments[file->next_segment].size - file->next_at, &file->sha,
	    view);
	if (error != 0)
		return error;
	if (view->head.number != file->next + 1)
		return BANK_EDAMAGED;
	file->next++;
	file->next_at += lot_padded(view->length);
	return JOURNAL_LOT;
}

/* So many segments are gone; those of before are read no more. */
static void
go_on_reading(struct journal_file *file, size_t gone)
{
	if (file->next_segment < gone) {
		forget_bytes(file);
		file->next_segment = gone;
		file->next_at = 0;
	}
	file->next_segment -= gone;
}

static int
release(struct journal *journal, uint64_t number)
{
	struct journal_file *file = file_of(journal);
	size_t count = 0;
	int error;

	while (count + 1 < file->count &&
	    file->segments[count + 1].first <= number + 1)
		count++;
	if (file->failed)
		return BANK_EIO;
	if (count == 0)
		return 0;
	error = journal_keeper_drop(&file->keeper, file->segments, count);
	if (error == BANK_ENOMEM)
		return 0; /* the next release drops them */
	file->count -= count;
	memmove(file->segments, file->segments + count,
	    file->count * sizeof(*file->segments));
	go_on_reading(file, count);
	return error;
}

static void
status(struct journal *journal, struct journal_status *told)
{
	struct journal_file *file = file_of(journal);
	size_t spare = journal_keeper_spare(&file->keeper);

	*told = (struct journal_status) {
		.newest = file->newest,
		.oldest = file->segments[0].first,
		.segments = (uint32_t)file->count,
		.bytes = spare,
		.spare = spare != 0,
	};
	for (size_t i = 0; i < file->count; i++)
		told->bytes += file->segments[i].size;
}

static void
close_file(struct journal *journal)
{
	struct journal_file *file = file_of(journal);

	journal_keeper_end(&file->keeper);
	if (file->fd >= 0)
		close(file->fd);
	if (file->newest_fd >= 0)
		close(file->newest_fd);
	chain_close(&file->sha);
	free(file->bytes);
	free(file->segments);
	free(file->directory);
	free(file);
}

/* No signal is for it. */
static int
serve(struct journal *journal)
{
	struct journal_file *file = file_of(journal);
	sigset_t all, before;
	int number;

	if (file->threads)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	number = journal_keeper_serve(&file->keeper);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	file->threads = number == 0;
	/* The first is made while nobody waits for it. */
	if (number == 0)
		return journal_keeper_want(&file->keeper);
	errno = number;
	return BANK_ESYS;
}

static const struct journal_engine engine = {
	.begin = begin,
	.wait = wait_for,
	.next = next,
	.serve = serve,
	.release = release,
	.status = status,
	.close = close_file,
};

/* -- opening -- */

static int
refuse(const struct journal_file *file, int error, char *text, size_t size)
{
	int number = errno;

	if (text[0] == '\0')
		(void)snprintf(text, size, "%s: %s", file->directory,
		    error == BANK_EIO || error == BANK_ENOSPC ||
			    error == BANK_ESYS
			? strerror(number)
			: bank_strerror(error));
	return error;
}

/* What a start before this one began goes on, if its lots fit bank.db. */
static int
begin_anew(struct journal_file *file, uint64_t first, char *text, size_t size)
{
	struct segment *segments;
	size_t count, spare;
	int error;

	error = segment_list(file->directory, &segments, &count, &spare);
	if (error == 0 && count > 0 && segments[0].first != first) {
		(void)snprintf(text, size,
		    "%s: there are lots of another bank, or of another time "
		    "of this one; take that directory away",
		    file->directory);
		error = BANK_EDAMAGED;
	} else if (error == BANK_ENOTFOUND || (error == 0 && count == 0)) {
		error = segment_make_first(
		    file->directory, JOURNAL_SIZE_LEAST, first);
	}
	free(segments);
	return error;
}

/*
 * The last lot, in blocks of its own: all before it were synced before it was
 * written, but of its own sync nobody knows.  After one that failed the page
 * cache would tell it whole for ever.
 */
static int
move_last(struct journal_file *file, const struct journal_scan *scan)
{
	size_t length = scan->at - scan->last_at;
	struct segment moved = { scan->newest, JOURNAL_SIZE_LEAST };
	int error;

	if (scan->at == 0)
		return 0;
	while (moved.size < length)
		moved.size *= 2;
	error = segment_rewrite(
	    file->directory, &moved, scan->bytes + scan->last_at, length);
	if (error == 0)
		error = add_segment(file, moved.first, moved.size);
	file->at = length;
	return error;
}

static int
open_newest(struct journal_file *file)
{
	struct segment_path path =
	    segment_other(file->directory, SEGMENT_NEWEST);

	file->newest_fd = open(path.text,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	return file->newest_fd == -1
	    ? BANK_ESYS
	    : open_segment(file, file->segments[file->count - 1].first);
}

static int
use(struct journal_file *file, struct journal_scan *scan, bool stopped)
{
	int error = 0;

	for (size_t i = 0; !file->looking && i < scan->begin; i++)
		segment_remove(file->directory, scan->segments[i].first);
	file->count = scan->count - scan->begin;
	memmove(scan->segments, scan->segments + scan->begin,
	    file->count * sizeof(*scan->segments));
	file->segments = scan->segments;
	scan->segments = NULL;
	journal_keeper_found(&file->keeper, scan->spare);
	file->at = scan->at;
	file->newest = scan->newest;
	file->next_segment = scan->next_segment - scan->begin;
	file->next_at = scan->next_at;
	if (file->looking)
		return 0;
	segment_sweep(file->directory);
	if (!stopped)
		error = move_last(file, scan);
	return error == 0 ? open_newest(file) : error;
}

static int
open_files(struct journal_file *file, const struct journal_options *options,
    char *text, size_t size)
{
	struct journal_scan scan = { .directory = file->directory,
		.place = options->place,
		.sha = &file->sha,
		.error = text,
		.size = size };
	int error = 0;

	if (options->begins)
		error = begin_anew(file, options->place.number + 1, text, size);
	if (error == 0)
		error = journal_scan(&scan);
	if (error == BANK_ENOTFOUND) {
		(void)snprintf(text, size,
		    "%s: missing; it belongs to bank.db, which has lot %llu: "
		    "put it back, or restore a backup",
		    file->directory, (unsigned long long)options->place.number);
		error = BANK_EDAMAGED;
	}
	if (error == 0)
		error = use(file, &scan, options->stopped);
	journal_scan_free(&scan);
	return error;
}

int
journal_file_open(struct journal **journal,
    const struct journal_options *options, char *text, size_t size)
{
	struct journal_file *file = calloc(1, sizeof(*file));
	int error = 0;

	*journal = NULL;
	text[0] = '\0';
	if (file == NULL)
		return BANK_ENOMEM;
	*file = (struct journal_file) {
		.journal.engine = &engine,
		.looking = options->looking,
		.fd = -1,
		.newest_fd = -1,
		.next = options->place.number,
		.begun_ms = clock_steady_ms(),
	};
	if (asprintf(&file->directory, "%s/" JOURNAL_DIRECTORY,
		options->directory) == -1)
		file->directory = NULL;
	journal_keeper_begin(&file->keeper, file->directory);
	if (file->directory == NULL)
		error = BANK_ENOMEM;
	if (error == 0)
		error = chain_open(&file->sha);
	if (error == 0)
		error = open_files(file, options, text, size);
	if (error != 0) {
		if (file->directory != NULL)
			(void)refuse(file, error, text, size);
		close_file(&file->journal);
		return error;
	}
	*journal = &file->journal;
	return 0;
}

uint64_t
journal_file_newest(const char *directory)
{
	struct segment_path path = segment_other(directory, JOURNAL_DIRECTORY);

	return journal_scan_answered(path.text);
}

int
journal_file_oldest(const char *directory, struct journal_place *place)
{
	struct segment_path path = segment_other(directory, JOURNAL_DIRECTORY);
	struct segment *segments = NULL;
	size_t count = 0, spare;
	uint8_t *bytes = NULL;
	int error = segment_list(path.text, &segments, &count, &spare);

	if (error == 0 && count == 0)
		error = BANK_ENOTFOUND;
	if (error == 0)
		error = segment_read(path.text, &segments[0], &bytes);
	if (error == 0 && lot_claims(bytes) == 0)
		error = BANK_ENOTFOUND;
	if (error == 0) {
		place->number = lot_claims_number(bytes) - 1;
		memcpy(place->digest, lot_claims_before(bytes), LOT_DIGEST);
	}
	free(bytes);
	free(segments);
	return error;
}
