/* SPDX-License-Identifier: ISC */
/*
 * Reads the journal from the lot behind bank.db's on.  Lots stand in order,
 * and each names the digest of the one before.  The first place where that
 * ends is the journal's end if nothing was acknowledged behind it:
 *
 *	- no whole lot with that number or a later one follows in its segment;
 *	- no segment is named by a later lot: a segment is begun only when
 *	  the lot before its first is on stable storage;
 *	- the file `newest` names no later lot;
 *	- bank.db has no later lot.
 *
 * Otherwise lots are damaged or missing, and nothing may be built on them.
 */
#include "journal_scan.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/progress.h"
#include "../../shared/base/util.h"

static int
damaged(const struct journal_scan *scan, const char *format, ...)
{
	char reason[256];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	(void)snprintf(scan->error, scan->size,
	    "%s: %s; nothing was changed: put back what belongs together, or "
	    "restore a backup",
	    scan->directory, reason);
	return BANK_EDAMAGED;
}

/* What there is from lot `expected` on doesn't go on from there. */
static int
broken(const struct journal_scan *scan, const struct segment *segment,
    size_t at, uint64_t expected, const char *why)
{
	return damaged(scan,
	    "%016" PRIx64 SEGMENT_SUFFIX ", byte %zu: lot %" PRIu64
	    " is damaged or missing: %s",
	    segment->first, at, expected, why);
}

/* Where bank.db stands both must have the same history. */
static bool
fits_place(const struct journal_scan *scan, const struct lot_view *view)
{
	const struct journal_place *place = &scan->place;

	if (view->head.number == place->number)
		return memcmp(view->digest, place->digest, LOT_DIGEST) == 0;
	if (view->head.number == place->number + 1)
		return memcmp(view->head.before, place->digest, LOT_DIGEST) ==
		    0;
	return true;
}

/* Whether the lot behind bank.db's is the next one to be read. */
static void
note_next(struct journal_scan *scan, size_t i)
{
	if (scan->newest != scan->place.number)
		return;
	scan->next_segment = i;
	scan->next_at = scan->at;
}

/*
 * Goes on to the first place of a segment that isn't the next lot, or to where
 * the next segment begins: a start may have moved the last lot there.
 */
static int
walk(struct journal_scan *scan, size_t i)
{
	const struct segment *segment = &scan->segments[i];
	struct lot_view view;
	uint64_t end = i + 1 < scan->count ? segment[1].first - 1 : UINT64_MAX;
	int error;

	scan->at = 0;
	while (scan->newest < end) {
		note_next(scan, i);
		error = lot_read(scan->bytes + scan->at,
		    segment->size - scan->at, scan->sha, &view);
		if (error == BANK_EDAMAGED)
			return 0;
		if (error != 0)
			return error;
		if (view.head.number != scan->newest + 1 ||
		    (scan->newest >= scan->segments[scan->begin].first &&
			memcmp(view.head.before, scan->digest, LOT_DIGEST) !=
			    0))
			return 0;
		if (!fits_place(scan, &view))
			return damaged(scan,
			    "lot %" PRIu64 " is of another history than "
			    "bank.db's",
			    view.head.number);
		scan->newest = view.head.number;
		memcpy(scan->digest, view.digest, LOT_DIGEST);
		scan->last_at = scan->at;
		scan->at += lot_padded(view.length);
	}
	note_next(scan, i);
	return 0;
}

/* Whether the bytes hold a whole lot that is not an older one. */
static int
find_later(const struct journal_scan *scan, const uint8_t *bytes, size_t size,
    bool *found)
{
	struct lot_view view;
	int error;

	*found = false;
	for (size_t at = 0; at + LOT_ALIGN <= size; at += LOT_ALIGN) {
		if (lot_claims(bytes + at) == 0 ||
		    lot_claims_number(bytes + at) <= scan->newest)
			continue;
		error = lot_read(bytes + at, size - at, scan->sha, &view);
		if (error == 0)
			*found = true;
		if (error != BANK_EDAMAGED)
			return error;
	}
	return 0;
}

uint64_t
journal_scan_answered(const char *directory)
{
	struct segment_path path = segment_other(directory, SEGMENT_NEWEST);
	uint8_t bytes[SEGMENT_NEWEST_SIZE];
	uint64_t number = 0;
	int fd = file_open_regular(path.text, O_RDONLY | O_NOFOLLOW);

	if (fd < 0)
		return 0;
	if (file_read_at(fd, bytes, sizeof(bytes), 0) == sizeof(bytes) &&
	    memcmp(bytes, bytes + 8, 8) == 0)
		number = get_u64(bytes);
	close(fd);
	return number;
}

static int
judge_end(const struct journal_scan *scan, size_t i)
{
	const struct segment *segment = &scan->segments[i];
	uint64_t next = scan->newest + 1;
	bool later;
	int error;

	if (i + 1 < scan->count)
		return segment[1].first == next
		    ? 0
		    : broken(scan, segment, scan->at, next,
			  "a later segment follows");
	error = find_later(
	    scan, scan->bytes + scan->at, segment->size - scan->at, &later);
	if (error != 0)
		return error;
	if (later)
		return broken(
		    scan, segment, scan->at, next, "a later one follows it");
	if (journal_scan_answered(scan->directory) >= next)
		return broken(scan, segment, scan->at, next,
		    "it was written whole, and may have been answered");
	if (scan->newest < scan->place.number)
		return damaged(scan,
		    "it ends at lot %" PRIu64 " and is older than bank.db, "
		    "which has lot %" PRIu64,
		    scan->newest, scan->place.number);
	return 0;
}

/* The segment with the lot behind bank.db's; older ones are done with. */
static int
find_begin(struct journal_scan *scan)
{
	uint64_t wanted = scan->place.number + 1;
	size_t i;

	for (i = 0; i < scan->count && scan->segments[i].first <= wanted; i++)
		scan->begin = i;
	if (i > 0)
		return 0;
	if (scan->count == 0)
		return damaged(scan,
		    "it has no segment; bank.db has lot %" PRIu64,
		    scan->place.number);
	return damaged(scan,
	    "lots %" PRIu64 " to %" PRIu64 " are missing: bank.db is older "
	    "than all that is kept here",
	    wanted, scan->segments[0].first - 1);
}

static int
read_failed(const struct journal_scan *scan, size_t i, int error)
{
	struct segment_path path =
	    segment_path(scan->directory, scan->segments[i].first);

	if (error == BANK_ESYS)
		(void)snprintf(scan->error, scan->size, "%s: %s", path.text,
		    file_strerror(error));
	return error;
}

static int
scan_segments(struct journal_scan *scan)
{
	size_t i;
	int error = 0;

	progress_step("journal: reading segments", scan->count - scan->begin);
	for (i = scan->begin; error == 0 && i < scan->count; i++) {
		free(scan->bytes);
		error = segment_read(
		    scan->directory, &scan->segments[i], &scan->bytes);
		if (error != 0)
			return read_failed(scan, i, error);
		error = walk(scan, i);
		if (error == 0)
			error = judge_end(scan, i);
		progress_done(i - scan->begin + 1);
	}
	return error;
}

/*
 * A spare may hold older lots of this journal.  Later ones are another bank's,
 * or of another history: behind lots that are written into it they would be
 * taken for ours.  Such a spare is passed over, and a new one takes its place.
 */
static int
judge_spare(struct journal_scan *scan)
{
	uint8_t *bytes;
	bool later = true;
	int error;

	if (scan->spare == 0)
		return 0;
	error = segment_read_spare(scan->directory, scan->spare, &bytes);
	if (error == 0) {
		error = find_later(scan, bytes, scan->spare, &later);
		free(bytes);
	}
	if (later)
		scan->spare = 0;
	return error == BANK_ESYS ? 0 : error;
}

int
journal_scan(struct journal_scan *scan)
{
	int error;

	error = segment_list(
	    scan->directory, &scan->segments, &scan->count, &scan->spare);
	if (error == BANK_ESYS)
		(void)snprintf(scan->error, scan->size, "%s: %s",
		    scan->directory, file_strerror(error));
	if (error == 0)
		error = find_begin(scan);
	if (error != 0)
		return error;
	scan->newest = scan->segments[scan->begin].first - 1;
	if (scan->newest == scan->place.number)
		memcpy(scan->digest, scan->place.digest, LOT_DIGEST);
	error = scan_segments(scan);
	return error == 0 ? judge_spare(scan) : error;
}

void
journal_scan_free(struct journal_scan *scan)
{
	free(scan->segments);
	free(scan->bytes);
	scan->segments = NULL;
	scan->bytes = NULL;
}
