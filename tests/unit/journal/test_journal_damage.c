/* SPDX-License-Identifier: ISC */
/*
 * A journal that somebody or a disk has damaged: a changed bit, segments that
 * are missing, swapped, doubled or another bank's.  It is refused by segment,
 * place and lot, and nothing is changed; where nothing that was acknowledged
 * is touched, it is taken.
 *
 *	SEED=n   other contents, other bits
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/lone_journal.h"
#include "../../lib/script.h"
#include "../../lib/store_fixture.h"

#define MIB ((size_t)1024 * 1024)

static const char *
segment_name(uint64_t first)
{
	static char names[4][48];
	static int next;

	next = (next + 1) % 4;
	snprintf(names[next], sizeof(names[next]), "journal/%016llx.lots",
	    (unsigned long long)first);
	return names[next];
}

static bool
has(const char *name)
{
	return access(fixture_path(lone.directory, name), F_OK) == 0;
}

static long
changes(void)
{
	return disk_calls.count[DISK_WRITE] + disk_calls.count[DISK_SYNC] +
	    disk_calls.count[DISK_TRUNCATE] + disk_calls.count[DISK_RENAME] +
	    disk_calls.count[DISK_UNLINK];
}

static const struct place {
	uint64_t segment;
	size_t at, length;
} * places;
static struct place places_of[64];
static char *right; /* a directory: what is right */
static struct journal_promise promised;

/* Where the lots are. */
static void
find_places(void)
{
	uint64_t number = 1, segment = 0;
	size_t at = 0, size = 0;
	char *bytes = NULL;

	for (; number <= lone.history->promise.acknowledged; number++) {
		if (bytes == NULL || has(segment_name(number))) {
			free(bytes);
			segment = number;
			bytes = fixture_read(
			    lone.directory, segment_name(segment), &size);
			at = 0;
		}
		assert_true(at + LOT_HEAD <= size);
		places_of[number] = (struct place) { segment, at,
			lot_claims((uint8_t *)bytes + at) };
		assert_true(places_of[number].length > 0);
		at += places_of[number].length;
	}
	free(bytes);
	places = places_of;
}

/* Three segments. */
static void
make_lots(void)
{
	lone_open(0);
	for (int i = 0; i < 14; i++)
		lone_propose(i % 2 == 0 ? 280000 : 3000 * (size_t)i);
	lone_close();
}

/* The journal of another bank, in a directory of its own: 14 lots a time. */
static char *
make_another(int times)
{
	struct journal_history *ours = lone.history;
	char *own = lone.directory, *other = fixture_directory();

	lone.history = journal_history_new(2);
	disk_calls.directory = lone.directory = other;
	while (times-- > 0)
		make_lots();
	journal_history_free(lone.history);
	lone.history = ours;
	disk_calls.directory = lone.directory = own;
	return other;
}

static int
damage_setup(void **state)
{
	(void)lone_setup(state);
	make_lots();
	find_places();
	assert_true(places[14].segment > places[1].segment);
	right = fixture_directory();
	script_copy(lone.directory, right);
	promised = lone.history->promise;
	return 0;
}

static int
damage_teardown(void **state)
{
	fixture_remove(right);
	return lone_teardown(state);
}

static void
restore(void)
{
	lone_close();
	fixture_empty(lone.directory);
	script_copy(right, lone.directory);
	lone.history->promise = promised;
}

static void
flip(const char *name, size_t at)
{
	int fd = open(fixture_path(lone.directory, name), O_RDWR);
	uint8_t byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= (uint8_t)(1 << random() % 8);
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

/* With nothing changed; what it says has this in it. */
static void
must_refuse(uint64_t number, const char *words)
{
	int error;

	memset(disk_calls.count, 0, sizeof(disk_calls.count));
	lone.journal =
	    journal_script_open(lone.directory, lone.history, number, &error);
	if (lone.journal != NULL)
		fail_msg("taken, and not: %s", words);
	assert_int_equal(error, BANK_EDAMAGED);
	if (strstr(journal_script_error, words) == NULL)
		fail_msg("%s, and not: %s", journal_script_error, words);
	assert_int_equal(changes(), 0);
}

static void
must_refuse_lot(uint64_t number, uint64_t lot)
{
	char words[128];

	snprintf(words, sizeof(words),
	    "%016llx.lots, byte %zu: lot %llu is damaged",
	    (unsigned long long)places[lot].segment, places[lot].at,
	    (unsigned long long)lot);
	must_refuse(number, words);
}

/* In each block of each lot: the place's too, and the last one's. */
static void
test_every_block(void **state)
{
	const struct place *place;

	(void)state;
	for (uint64_t lot = 1; lot <= lone.history->promise.acknowledged;
	     lot++) {
		place = &places[lot];
		for (size_t at = 0; at < place->length; at += LOT_ALIGN) {
			size_t byte =
			    place->at + at + (size_t)random() % LOT_ALIGN;

			/* All but the last are told without it. */
			if (at == 0 && lot < 14)
				(void)unlink(fixture_path(
				    lone.directory, "journal/newest"));
			flip(segment_name(place->segment), byte);
			must_refuse_lot(at == 0 ? 2 : 0, lot);
			restore();
		}
	}
	flip(segment_name(places[14].segment), places[14].at);
	must_refuse_lot(14, 14);
}

/* Of what nobody needs. */
static void
test_elsewhere(void **state)
{
	(void)state;
	flip(segment_name(places[14].segment),
	    places[14].at + places[14].length);
	lone_open(0);
	restore();
	flip(segment_name(places[13].segment), MIB - 1);
	lone_open(0);
	restore();
	(void)unlink(fixture_path(lone.directory, "journal/newest"));
	lone_open(0);
	restore();
	fixture_write(lone.directory, "journal/newest", "");
	lone_open(0);
	restore();
	(void)unlink(fixture_path(lone.directory, "journal/spare"));
	lone_open(0);
	lone_propose(3 * MIB);
}

static void
copy_to(const char *from, uint64_t first, const char *to)
{
	size_t length;
	char *bytes = fixture_read(from, segment_name(first), &length);
	FILE *file = fopen(fixture_path(lone.directory, to), "w");

	assert_true(bytes != NULL && file != NULL);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	free(bytes);
}

static void
copy_segment(const char *from, uint64_t first, uint64_t to)
{
	copy_to(from, first, segment_name(to));
}

/* A spare that holds anything, this bank's lots too. */
static void
test_spare(void **state)
{
	(void)state;
	for (int damaged = 0; damaged < 2; damaged++) {
		restore();
		copy_to(right, 1, "journal/spare");
		for (size_t at = 0; damaged == 1 && at < MIB; at += 512)
			flip("journal/spare", at);
		lone_open(0);
		for (int i = 0; i < 5; i++)
			lone_propose(300000);
		lone_close();
		lone_open(0);
	}
}

/*
 * A spare that holds another bank's later lots, as one that was copied with a
 * directory does: they stand behind our lots, when these are in it.
 */
static void
test_spare_of_another_bank(void **state)
{
	char *other = make_another(3);
	uint64_t first = 2 * 14;

	(void)state;
	while (access(fixture_path(other, segment_name(first)), F_OK) != 0)
		first++;
	copy_to(other, first, "journal/spare");
	lone_open(0);
	do
		lone_propose(100000);
	while (!has(segment_name(lone.history->promise.acknowledged)));
	assert_true(lone.history->promise.acknowledged < first);
	lone_close();
	lone_open(0);
	fixture_remove(other);
}

static void
remove_segment(uint64_t first)
{
	assert_int_equal(
	    unlink(fixture_path(lone.directory, segment_name(first))), 0);
}

/* The first of the second segment, and of the last. */
static uint64_t
second(void)
{
	uint64_t lot = 1;

	while (places[lot].segment == 1)
		lot++;
	assert_true(lot < places[14].segment);
	return lot;
}

static void
must_end_at(uint64_t lot)
{
	char words[64];

	snprintf(words, sizeof(words), "lot %llu is damaged or missing",
	    (unsigned long long)lot);
	must_refuse(1, words);
	restore();
}

static void
test_missing(void **state)
{
	uint64_t middle = second(), last = places[14].segment;

	(void)state;
	remove_segment(last);
	must_end_at(last);
	remove_segment(middle);
	must_end_at(middle);
	remove_segment(1);
	must_refuse(1, "are missing: bank.db is older");
	restore();
	/* Bank.db has what it held. */
	remove_segment(1);
	lone_open(middle - 1);
	restore();
	remove_segment(1);
	remove_segment(middle);
	remove_segment(last);
	must_refuse(1, "it has no segment");
	restore();
	fixture_empty(fixture_path(lone.directory, "journal"));
	assert_int_equal(rmdir(fixture_path(lone.directory, "journal")), 0);
	lone.history->promise.released = 1;
	must_refuse(1, "missing; it belongs to bank.db");
}

static void
test_swapped(void **state)
{
	uint64_t middle = second(), last = places[14].segment;

	(void)state;
	copy_segment(right, last, middle);
	copy_segment(right, middle, last);
	must_end_at(middle);
	copy_segment(right, middle, 1);
	copy_segment(right, 1, middle);
	must_end_at(1);
}

static void
test_doubled(void **state)
{
	uint64_t last = places[14].segment;
	const uint64_t names[] = { 2, second() + 1, last + 1, 14, 16, 99,
		UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < NELEM(names); i++) {
		copy_segment(right, last, names[i]);
		must_refuse(1, "is damaged or missing");
		restore();
	}
	/* As one that was taken up again, and holds nothing yet. */
	copy_segment(right, 1, 15);
	lone_open(0);
	lone_propose(100);
	lone_close();
	lone_open(0);
}

/* Another bank's of the same numbers: each segment of it, and all. */
static void
test_another_bank(void **state)
{
	char *other = make_another(1);
	const uint64_t firsts[] = { 1, second(), places[14].segment };

	(void)state;
	for (size_t i = 0; i < NELEM(firsts); i++) {
		copy_segment(other, firsts[i], firsts[i]);
		must_refuse(firsts[i] == 1 ? 0 : 1,
		    firsts[i] == 1 ? "another history"
				   : "is damaged or missing");
		restore();
	}
	for (size_t i = 0; i < NELEM(firsts); i++)
		copy_segment(other, firsts[i], firsts[i]);
	must_refuse(0, "another history");
	must_refuse(1, "another history");
	must_refuse(5, "another history");
	must_refuse(14, "another history");
	fixture_remove(other);
}

/* A lot that `newest` tells and that is no more, though all of it fits. */
static void
test_newest(void **state)
{
	(void)state;
	(void)unlink(fixture_path(lone.directory, "journal/newest"));
	lone_open(0);
	lone_propose(100);
	lone_close();
	assert_true(journal_file_newest(lone.directory) == 15);
	/* The segment as it was before; one that bank.db has is told too. */
	(void)unlink(fixture_path(lone.directory, segment_name(14)));
	copy_segment(right, places[14].segment, places[14].segment);
	must_refuse(1, "lot 15 is damaged or missing: it was written whole");
	(void)unlink(fixture_path(lone.directory, "journal/newest"));
	must_refuse(15, "is older than bank.db, which has lot 15");
}

/* The number of a torn write is none. */
static void
test_newest_torn(void **state)
{
	uint8_t bytes[16] = { 0 };
	FILE *file;

	(void)state;
	for (size_t torn = 1; torn < sizeof(bytes); torn++) {
		restore();
		/* From lot 14 to a large one. */
		memset(bytes, 0, sizeof(bytes));
		bytes[7] = bytes[15] = 14;
		memset(bytes, 1, torn);
		file =
		    fopen(fixture_path(lone.directory, "journal/newest"), "w");
		assert_non_null(file);
		assert_int_equal(
		    fwrite(bytes, 1, sizeof(bytes), file), sizeof(bytes));
		fclose(file);
		lone_open(0);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, damage_setup, damage_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_block),
		TEST(test_elsewhere),
		TEST(test_spare),
		TEST(test_spare_of_another_bank),
		TEST(test_missing),
		TEST(test_swapped),
		TEST(test_doubled),
		TEST(test_another_bank),
		TEST(test_newest),
		TEST(test_newest_torn),
	};

	if (getenv("ONLY") != NULL)
		cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
