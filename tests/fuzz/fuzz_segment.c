/* SPDX-License-Identifier: ISC */
/*
 * The files of a journal, as a broken disk or a hand may leave them: what an
 * open makes of them is lots in a row up to one that the file `newest` doesn't
 * go beyond, or a reason in words.  Lots that were put there in order are
 * found, every one.
 *
 * An input is a row of deeds, a byte for what and one for how much; the first
 * byte says where bank.db stands.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../bankd/journal/journal_scan.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../lib/memory_directory.h"

#define SEGMENTS_MAX 4
#define SEGMENT_MAX ((size_t)16 * LOT_ALIGN)
#define LOTS_MAX (SEGMENTS_MAX * 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	uint64_t first[SEGMENTS_MAX];
	size_t length[SEGMENTS_MAX], count; /* count: of segments */
	uint8_t bytes[SEGMENTS_MAX][SEGMENT_MAX];
	uint64_t number; /* of the newest lot */
	uint8_t digests[LOTS_MAX + 1][LOT_DIGEST];
	uint64_t answered; /* what `newest` says */
	bool sound;        /* nothing but lots in order */
} journal;

static char directory[64];
static struct chain sha;

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_segment: %s\n", what);
	abort();
}

static void
add_lot(uint64_t number, uint8_t length)
{
	size_t last = journal.count - 1, padded;
	struct lot lot = { 0 };
	struct lot_head head = { .number = number, .host = 1 };
	uint8_t digest[LOT_DIGEST], *record;

	memcpy(head.before, journal.digests[journal.number], LOT_DIGEST);
	must((record = lot_add(&lot, 1, length)) != NULL, "no memory");
	memset(record, length, length);
	must(lot_seal(&lot, &head, &sha, digest) == 0, "no lot");
	padded = lot_padded(lot.length);
	if (journal.length[last] + padded <= SEGMENT_MAX) {
		memcpy(journal.bytes[last] + journal.length[last], lot.bytes,
		    padded);
		journal.length[last] += padded;
		if (number == journal.number + 1)
			memcpy(journal.digests[++journal.number], digest,
			    LOT_DIGEST);
	}
	lot_free(&lot);
}

static void
do_lot(uint8_t much)
{
	add_lot(journal.number + 1, much);
}

static void
do_other_lot(uint8_t much)
{
	journal.sound = false;
	add_lot(much, 1);
}

static void
do_segment(uint8_t much)
{
	if (journal.count == SEGMENTS_MAX)
		return;
	if (much > 1)
		journal.sound = false;
	journal.first[journal.count] =
	    much > 1 ? (uint64_t)much - 2 : journal.number + 1;
	/* Of one name there is one file. */
	for (size_t i = 0; i < journal.count; i++) {
		if (journal.first[i] == journal.first[journal.count])
			return;
	}
	journal.length[journal.count++] = 0;
}

static void
do_zeros(uint8_t much)
{
	size_t last = journal.count - 1, room;

	room = SEGMENT_MAX - journal.length[last];
	if (room > (size_t)much * 64)
		room = (size_t)much * 64;
	memset(journal.bytes[last] + journal.length[last], 0, room);
	journal.length[last] += room;
	journal.sound = false;
}

static void
do_change(uint8_t much)
{
	size_t last = journal.count - 1;

	if (journal.length[last] == 0)
		return;
	journal.bytes[last][(size_t)much * much % journal.length[last]]++;
	journal.sound = false;
}

static void
do_cut(uint8_t much)
{
	size_t last = journal.count - 1, cut = (size_t)much * 64;

	journal.length[last] -=
	    cut < journal.length[last] ? cut : journal.length[last];
	journal.sound = false;
}

static void
do_newest(uint8_t much)
{
	journal.answered = much;
}

static void (*const deeds[])(uint8_t much) = { do_lot, do_other_lot, do_segment,
	do_zeros, do_change, do_cut, do_newest };

static void
write_file(const char *path, const uint8_t *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	must(file != NULL && fwrite(bytes, 1, length, file) == length &&
		fclose(file) == 0,
	    "a file can't be written");
}

static void
write_all(void)
{
	uint8_t newest[SEGMENT_NEWEST_SIZE];

	for (size_t i = 0; i < journal.count; i++)
		write_file(segment_path(directory, journal.first[i]).text,
		    journal.bytes[i], journal.length[i]);
	put_u64(newest, journal.answered);
	put_u64(newest + 8, journal.answered);
	write_file(segment_other(directory, SEGMENT_NEWEST).text, newest,
	    sizeof(newest));
}

static void
check(const struct journal_scan *scan, int error)
{
	if (error != 0) {
		must(error == BANK_EDAMAGED, "neither lots nor damage");
		must(scan->error[0] != '\0', "damage without a reason");
		must(!journal.sound || journal.answered > journal.number,
		    "lots in order are damage");
		return;
	}
	must(scan->newest >= scan->place.number, "it ends before bank.db");
	must(scan->newest >= journal.answered, "a lot that was answered");
	must(!journal.sound || scan->newest == journal.number,
	    "a lot isn't found");
	must(scan->at <= scan->segments[scan->count - 1].size &&
		(scan->at == 0 || scan->last_at < scan->at),
	    "it ends outside of its file");
	must(scan->next_segment < scan->count &&
		scan->next_at <= scan->segments[scan->next_segment].size,
	    "the next lot is outside of its file");
}

static void
scan_all(uint8_t place)
{
	char error[512] = "";
	struct journal_scan scan = { .directory = directory,
		.sha = &sha,
		.error = error,
		.size = sizeof(error) };

	scan.place.number = place % 4 < journal.number ? place % 4 : 0;
	memcpy(
	    scan.place.digest, journal.digests[scan.place.number], LOT_DIGEST);
	check(&scan, journal_scan(&scan));
	journal_scan_free(&scan);
	for (size_t i = 0; i < journal.count; i++)
		(void)unlink(segment_path(directory, journal.first[i]).text);
}

static void
at_exit(void)
{
	(void)unlink(segment_other(directory, SEGMENT_NEWEST).text);
	(void)rmdir(directory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (directory[0] == '\0') {
		memory_directory("segment", directory, sizeof(directory));
		must(chain_open(&sha) == 0 && atexit(at_exit) == 0, "no end");
	}
	if (size == 0 || size > 2 * (size_t)LOTS_MAX)
		return 0;
	journal.number = journal.answered = 0;
	journal.sound = true;
	journal.count = 1;
	journal.first[0] = 1;
	journal.length[0] = 0;
	for (size_t i = 1; i + 1 < size; i += 2)
		deeds[data[i] % NELEM(deeds)](data[i + 1]);
	write_all();
	scan_all(data[0]);
	return 0;
}
