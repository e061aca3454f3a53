/* SPDX-License-Identifier: ISC */
/*
 * Hex, byte order, clocks, files that are replaced whole or not at all, and
 * words for every error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"

static char directory[] = "/tmp/test_util.XXXXXX";
static char path[PATH_MAX];

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", directory);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static void
test_hex(void **state)
{
	const uint8_t data[] = { 0x00, 0x0f, 0xa5, 0xff };
	uint8_t back[4];
	char text[9];

	(void)state;
	hex_encode(data, sizeof(data), text);
	assert_string_equal(text, "000fa5ff");
	assert_int_equal(hex_decode(text, 8, back, sizeof(back)), 0);
	assert_memory_equal(back, data, sizeof(data));
	hex_encode(data, 0, text);
	assert_string_equal(text, "");
	assert_int_equal(hex_decode("", 0, back, 0), 0);
}

static void
test_hex_refuses(void **state)
{
	static const char *const wrong[] = { "", "0", "000", "00000", "000000",
		"0g00", "00A0", " 000", "0x00", "00:0", "-100" };
	uint8_t back[2];

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++)
		assert_int_equal(
		    hex_decode(wrong[i], strlen(wrong[i]), back, 2),
		    BANK_EINVAL);
}

static void
test_byte_order(void **state)
{
	uint8_t p[8];

	(void)state;
	put_u64(p, UINT64_C(0xf1f2f3f4f5f6f7f8));
	assert_memory_equal(p, "\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8", 8);
	assert_true(get_u64(p) == UINT64_C(0xf1f2f3f4f5f6f7f8));
	assert_int_equal(get_u32(p), 0xf1f2f3f4);
	assert_int_equal(get_u16(p), 0xf1f2);
	put_u32(p, 0x81020304);
	put_u16(p + 4, 0x8506);
	assert_memory_equal(p, "\x81\x02\x03\x04\x85\x06", 6);
}

static void
test_clocks(void **state)
{
	uint64_t steady = clock_steady_ms();

	(void)state;
	assert_true(clock_steady_ms() >= steady);
	/* 2020 at the least: milliseconds, not seconds. */
	assert_true(clock_real_ms() > UINT64_C(1577836800000));
}

static size_t
entries(void)
{
	DIR *dir = opendir(directory);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

static void
assert_file_is(const char *expected, size_t expected_length)
{
	char *data;
	size_t length;

	assert_int_equal(file_read(path, 1 << 20, &data, &length), 0);
	assert_int_equal(length, expected_length);
	assert_memory_equal(data, expected, length);
	assert_int_equal(data[length], '\0');
	free(data);
}

static void
test_replace(void **state)
{
	struct stat st;
	mode_t mask = umask(077);
	static char large[100000];

	(void)state;
	assert_int_equal(file_replace(path, "a\0b", 3, 0640), 0);
	umask(mask);
	assert_file_is("a\0b", 3);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	memset(large, 'x', sizeof(large));
	assert_int_equal(file_replace(path, large, sizeof(large), 0600), 0);
	assert_file_is(large, sizeof(large));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(file_replace(path, NULL, 0, 0600), 0);
	assert_file_is("", 0);
	assert_int_equal(entries(), 1);
}

/* What was there stays, and no temporary file does. */
static void
test_replace_fails(void **state)
{
	char other[PATH_MAX], longest[PATH_MAX + 1];

	(void)state;
	snprintf(other, sizeof(other), "%s/none/file", directory);
	assert_int_equal(file_replace(other, "x", 1, 0600), BANK_ESYS);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(file_replace(directory, "x", 1, 0600), BANK_ESYS);
	assert_int_equal(errno, EISDIR);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(file_replace(longest, "x", 1, 0600), BANK_ESYS);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(file_sync_directory(longest), BANK_ESYS);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(file_sync_directory(other), BANK_ESYS);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(file_sync_directory("no-slash"), 0);
}

static void
test_read_limit(void **state)
{
	char *data = NULL;
	size_t length;

	(void)state;
	assert_int_equal(file_replace(path, "12345", 5, 0600), 0);
	assert_int_equal(file_read(path, 5, &data, &length), 0);
	free(data);
	data = NULL;
	assert_int_equal(file_read(path, 4, &data, &length), BANK_ERANGE);
	assert_int_equal(
	    file_read(directory, 4096, &data, &length), BANK_ENOTFILE);
	assert_int_equal(file_read("/nowhere", 9, &data, &length), BANK_ESYS);
	assert_int_equal(errno, ENOENT);
	assert_null(data);
}

static void
test_read_at(void **state)
{
	char bytes[8] = "";
	int fd;

	(void)state;
	assert_int_equal(file_replace(path, "12345", 5, 0600), 0);
	assert_true((fd = open(path, O_RDONLY)) != -1);
	assert_int_equal(file_read_at(fd, bytes, 3, 1), 3);
	assert_string_equal(bytes, "234");
	/* Up to the end, and behind it. */
	assert_int_equal(file_read_at(fd, bytes, sizeof(bytes), 3), 2);
	assert_memory_equal(bytes, "454", 3);
	assert_int_equal(file_read_at(fd, bytes, sizeof(bytes), 9), 0);
	close(fd);
	assert_int_equal(file_read_at(fd, bytes, 1, 0), -1);
	assert_int_equal(errno, EBADF);
}

/* Files that don't tell their size, and things that are none. */
static void
test_read_others(void **state)
{
	char *data = NULL, pipe_path[PATH_MAX];
	size_t length = 0;

	(void)state;
	assert_int_equal(
	    file_read("/proc/self/status", 1 << 20, &data, &length), 0);
	assert_true(length > 0 && strlen(data) == length);
	free(data);
	data = NULL;
	snprintf(pipe_path, sizeof(pipe_path), "%s/pipe", directory);
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	assert_int_equal(
	    file_read(pipe_path, 10000, &data, &length), BANK_ENOTFILE);
	assert_int_equal(file_open_regular(pipe_path, O_WRONLY), BANK_ENOTFILE);
	assert_int_equal(unlink(pipe_path), 0);
	assert_int_equal(
	    file_read("/dev/zero", 10000, &data, &length), BANK_ENOTFILE);
	assert_int_equal(symlink(path, pipe_path), 0);
	assert_int_equal(
	    file_open_regular(pipe_path, O_RDONLY | O_NOFOLLOW), BANK_ENOTFILE);
	assert_int_equal(unlink(pipe_path), 0);
	assert_null(data);
	errno = ENOENT;
	assert_string_equal(file_strerror(BANK_ESYS), strerror(ENOENT));
	assert_string_equal(file_strerror(BANK_ENOTFILE), "not a regular file");
}

static void
test_string_copy(void **state)
{
	char to[4] = "zzz";

	(void)state;
	assert_int_equal(string_copy(to, "abc", sizeof(to)), 3);
	assert_string_equal(to, "abc");
	assert_int_equal(string_copy(to, "defgh", sizeof(to)), 5);
	assert_string_equal(to, "def");
	assert_int_equal(string_copy(to, "x", 0), 1);
	assert_string_equal(to, "def");
	assert_int_equal(string_copy(to, "", sizeof(to)), 0);
	assert_string_equal(to, "");
}

static void
test_error_words(void **state)
{
	(void)state;
	for (int error = 0; error >= BANK_EUNREACH; error--) {
		assert_non_null(bank_strerror(error));
		for (int other = 0; other > error; other--)
			assert_string_not_equal(
			    bank_strerror(error), bank_strerror(other));
	}
	assert_string_equal(bank_strerror(1), "unknown error");
	assert_string_equal(bank_strerror(INT_MIN), "unknown error");
	assert_string_equal(bank_strerror(BANK_EUNREACH - 1), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_hex_refuses),
		cmocka_unit_test(test_byte_order),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_fails),
		cmocka_unit_test(test_read_limit),
		cmocka_unit_test(test_read_at),
		cmocka_unit_test(test_read_others),
		cmocka_unit_test(test_string_copy),
		cmocka_unit_test(test_error_words),
	};

	return cmocka_run_group_tests_name("util", tests, setup, teardown);
}
