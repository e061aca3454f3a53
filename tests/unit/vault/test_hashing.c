/* SPDX-License-Identifier: ISC */
/*
 * Where a hash's memory comes from: large pages, and none of it stays.  What
 * a hash is and matches is in test_vault_parts.c.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../bankd/vault/guard/hashing.h"
#include "../../../bankd/vault/guard/hashing_pages.h"

#define MODES "/sys/kernel/mm/transparent_hugepage/enabled"
#define TRIES 5
#define HASH_BYTES ((size_t)16 * 1024 * 1024) /* libcrypt's, at its cost */
#define LARGE ((size_t)2 * 1024 * 1024)

static bool
system_has_large_pages(void)
{
	char text[128] = "";
	FILE *modes = fopen(MODES, "re");

	if (modes == NULL)
		return false;
	if (fgets(text, sizeof(text), modes) == NULL)
		text[0] = '\0';
	fclose(modes);
	return text[0] != '\0' && strstr(text, "[never]") == NULL;
}

static long
faults(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_THREAD, &usage), 0);
	return usage.ru_minflt;
}

static long
faults_of_a_hash(void)
{
	char hash[STORE_HASH_SIZE];
	long before = faults();

	assert_int_equal(hashing_make("1234", 0, hash), 0);
	return faults() - before;
}

/* The kernel may have no large page left at one time. */
static void
test_a_hash_is_made_in_large_pages(void **state)
{
	long few = (long)HASH_BYTES / sysconf(_SC_PAGESIZE) / 8;
	long least = LONG_MAX, now;

	(void)state;
#ifndef __LP64__
	skip();
#endif
	if (!system_has_large_pages())
		skip();
	for (int i = 0; i < TRIES; i++) {
		if ((now = faults_of_a_hash()) < least)
			least = now;
	}
	print_message("# %ld faults, %ld pages\n", least, 8 * few);
	assert_true(least < few);
}

static long
mapped_pages(void)
{
	long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%ld", &pages), 1);
	fclose(statm);
	return pages;
}

static void
test_nothing_stays_mapped(void **state)
{
	char hash[STORE_HASH_SIZE];
	long before;

	(void)state;
	assert_int_equal(hashing_make("1234", 0, hash), 0);
	before = mapped_pages();
	for (int i = 0; i < TRIES; i++)
		assert_int_equal(hashing_make("1234", 0, hash), 0);
	assert_true(
	    mapped_pages() - before < (long)LARGE / 2 / sysconf(_SC_PAGESIZE));
}

/* At a large page's beginning, as long as it was asked for, and writable. */
static void
test_what_is_mapped_is_aligned(void **state)
{
	const size_t length = 2 * LARGE + 5000;
	long before = mapped_pages();
	uint8_t *memory;

	(void)state;
	hashing_pages(true);
	memory = mmap(NULL, length, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hashing_pages(false);
	assert_ptr_not_equal(memory, MAP_FAILED);
	memset(memory, 1, length);
#ifdef __LP64__
	assert_int_equal((uintptr_t)memory % LARGE, 0);
#endif
	assert_int_equal(munmap(memory, length), 0);
	assert_int_equal(mapped_pages(), before);
}

static void
test_others_map_as_ever(void **state)
{
	uint8_t *memory;

	(void)state;
	memory = mmap(NULL, 5000, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(memory, MAP_FAILED);
	memset(memory, 1, 5000);
	assert_int_equal(munmap(memory, 5000), 0);
	hashing_pages(true);
	assert_ptr_equal(mmap(NULL, SIZE_MAX / 2, PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	    MAP_FAILED);
	hashing_pages(false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_hash_is_made_in_large_pages),
		cmocka_unit_test(test_nothing_stays_mapped),
		cmocka_unit_test(test_what_is_mapped_is_aligned),
		cmocka_unit_test(test_others_map_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
