/* SPDX-License-Identifier: ISC */
/*
 * The form of the two files (bankd/files/files.h): forgiving in form, strict in
 * meaning, and no secret in a message.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/files/files_parse.h"
#include "../../../bankd/files/hash_form.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

/* With it a password of 65 bytes. */
#define LONG "78901234567890123456789012345678901234567890123456789012345"

static char said[4096];

static int
note_balance(void *context, const struct files_line *line)
{
	(void)context;
	sprintf(said + strlen(said), "%u:%s:%lld:%lld ", line->line, line->id,
	    (long long)line->cents[0], (long long)line->cents[1]);
	return 0;
}

static int
note_password(void *context, const struct files_line *line)
{
	(void)context;
	sprintf(said + strlen(said), "%u:%s:%s:%d ", line->line, line->id,
	    line->secret, line->is_hash);
	return 0;
}

static void
expect_balance(const char *data, const char *expected)
{
	char error[256] = "";
	int result;

	said[0] = '\0';
	result =
	    files_parse_balance(&(struct files_reading) { "balance",
				    note_balance, NULL, error, sizeof(error) },
		data, strlen(data));
	assert_string_equal(result == 0 ? said : error, expected);
	assert_true(result == 0 || result == BANK_EINVAL);
}

static void
expect_password(const char *data, const char *expected)
{
	char error[256] = "";
	int result;

	said[0] = '\0';
	result = files_parse_password(
	    &(struct files_reading) {
		"password", note_password, NULL, error, sizeof(error) },
	    data, strlen(data));
	assert_string_equal(result == 0 ? said : error, expected);
}

static void
test_form(void **state)
{
	(void)state;
	expect_balance("", "");
	expect_balance("\n\n  \n\t\n", "");
	expect_balance("chris 10000 1000\n", "1:chris:1000000:100000 ");
	expect_balance("chris 10000 1000", "1:chris:1000000:100000 ");
	expect_balance("chris  1.5\t.\r\n",
	    "balance:1: the checking balance "
	    "is not an amount");
	expect_balance("# x\r\n\r\n\t chris\t1.5   0 \r\n#\nfey 0 1 # y",
	    "3:chris:150:0 5:fey:0:100 ");
	expect_balance("\xef\xbb\xbf"
		       "chris 1 2\n",
	    "1:chris:100:200 ");
	expect_balance(
	    "chris 9999999999999.99 0", "1:chris:999999999999999:0 ");
	expect_password("chris 1234\nfey #1\njoe x # y\n",
	    "1:chris:1234:0 2:fey:#1:0 3:joe:x:0 ");
	expect_password(
	    "chris \xc3\xa9\xe2\x82\xac\n", "1:chris:\xc3\xa9\xe2\x82\xac:0 ");
}

static void
test_meaning(void **state)
{
	static const char *const bad[] = { "chris -1 0", "chris 1",
		"chris 1 2 3", "chris 1 x", "chris 1.234 0", "chris 1e3 0",
		"chris +1 0", "chris 10000000000000 0", "chris .5 0",
		"chris 1. 0", "-chris 1 1", ":cash/x 1 1", "chr/is 1 1",
		"abcdefghijklmnopqrstuvwxyz0123456 1 1", "chr\xc3\xafs 1 1",
		"chris", "chris 0x1 1", "chris 1,5 1" };
	static const char *const bad_passwords[] = { "fey", "-fey secret",
		"fey two secret", "fey a\x01secret", "fey \xff\xfesecret",
		("fey secret" LONG), ("fey " LONG LONG LONG LONG),
		"fey 1 2 3 4 5" };
	char data[512], error[256];
	size_t i;

	(void)state;
	for (i = 0; i < NELEM(bad); i++) {
		snprintf(data, sizeof(data), "a 1 1\n%s\nb 1 1\n", bad[i]);
		assert_int_equal(
		    files_parse_balance(
			&(struct files_reading) { "balance", note_balance, NULL,
			    error, sizeof(error) },
			data, strlen(data)),
		    BANK_EINVAL);
		assert_memory_equal(error, "balance:2: ", 11);
	}
	for (i = 0; i < NELEM(bad_passwords); i++) {
		snprintf(data, sizeof(data), "a 1\n\n%s\n", bad_passwords[i]);
		assert_int_equal(
		    files_parse_password(
			&(struct files_reading) { "password", note_password,
			    NULL, error, sizeof(error) },
			data, strlen(data)),
		    BANK_EINVAL);
		assert_memory_equal(error, "password:3: ", 12);
		assert_null(strstr(error, "secret"));
	}
	assert_int_equal(
	    files_parse_balance(&(struct files_reading) { "b", note_balance,
				    NULL, error, sizeof(error) },
		"a 1 1\n\0\n", 8),
	    BANK_EINVAL);
	assert_string_equal(error, "b:2: a zero byte");
}

#define Y_SALT "LdJMENpBABJJ3hIHjB1Bi."
#define Y_DIGEST "HboGM6qPrsK.StKYGt6KErmUYtioHreJd98oIugoNB6"
#define B_REST "abcdefghijklmnopqrstuu0123456789012345678901234567890"
#define DIGEST_43 "0123456789012345678901234567890123456789012"
#define UNKNOWN                                                               \
	"password:1: a hash that can't be verified: only complete hashes of " \
	"$y$ $7$ $6$ $5$ $2b$ $2y$ $2a$ $1$ are accepted (bankd-files(5)); "  \
	"write such a hash, or the password itself"

/* Of each method: whole it is taken, a byte short it is an error. */
static void
test_hashes(void **state)
{
	static const char *const hashes[] = { "$y$j9T$" Y_SALT "$" Y_DIGEST,
		"$y$j9T$$" Y_DIGEST, "$7$CU..../....salt$" DIGEST_43,
		"$6$rounds=5000$saltsalt$" DIGEST_43 DIGEST_43,
		"$5$saltsalt$" DIGEST_43, "$5$salt-_=@$" DIGEST_43,
		"$2b$05$" B_REST, "$2y$12$" B_REST, "$2a$05$" B_REST,
		"$1$saltsalt$0123456789012345678901" };
	char data[256], expected[512];
	size_t i;

	(void)state;
	for (i = 0; i < NELEM(hashes); i++) {
		snprintf(data, sizeof(data), "a %s", hashes[i]);
		snprintf(expected, sizeof(expected), "1:a:%s:1 ", hashes[i]);
		expect_password(data, expected);
		snprintf(expected, sizeof(expected), "1:a:!%s:1 ", hashes[i]);
		snprintf(data, sizeof(data), "a !%s", hashes[i]);
		expect_password(data, expected);
		snprintf(data, sizeof(data), "a !!%s", hashes[i]);
		expect_password(data, expected);
		snprintf(data, sizeof(data), "a %.*s",
		    (int)strlen(hashes[i]) - 1, hashes[i]);
		expect_password(data, UNKNOWN);
	}
}

/* Never the password in plain text that it would be if nobody looked. */
static void
test_hashes_that_are_none(void **state)
{
	static const char *const unknown[] = { "$6$", "$y$broken", "$y$$",
		"$2b$99$" B_REST, "$2b$03$" B_REST, "$2b$32$" B_REST,
		"$2b$17$" B_REST, "$2b$/5$" B_REST, "$2b$1:$" B_REST,
		"$2b$1/$" B_REST, "$2b$05/" B_REST, "$2b$05$" B_REST "1",
		"$2x$05$" B_REST,
		"$2b$05$abcdefghijklmnopqrstuv0123456789012345678901234567890",
		"$5$salt:salt$" DIGEST_43, "$5$saltsaltsaltsalts$" DIGEST_43,
		"$5$rounds=999$salt$" DIGEST_43,
		"$5$rounds=05000$salt$" DIGEST_43,
		"$5$rounds=99999999$salt$" DIGEST_43,
		"$5$rounds=x$salt$" DIGEST_43, "$6$salt$xyz",
		"$y$j9T$a$" Y_DIGEST, "$y$j9T$a5$" Y_DIGEST, "$y$j9T$ab",
		"$7$ZU..../....salt$" DIGEST_43, "$7$CU...$" DIGEST_43,
		"$1$saltsalts$0123456789012345678901", "$apr1$abcdefgh$0123",
		"$argon2id$v=19$m=65536,t=2$c2FsdA$aGFzaA", "$P$B01234567",
		"!$2y$05$short", "!!$1$x$y", "*$6$x$y", "*0", "*1" };
	static const char *const plain[] = { "$", "$$", "$$6$", "$5", "$5.00$",
		"!1234", "*2", "*01", "a$6$b$c", "6$x$y" };
	static const char *const marks[] = { "!", "!!", "*", "!*" };
	char data[256], expected[512];
	size_t i;

	(void)state;
	for (i = 0; i < NELEM(unknown); i++) {
		snprintf(data, sizeof(data), "a %s", unknown[i]);
		expect_password(data, UNKNOWN);
	}
	for (i = 0; i < NELEM(plain); i++) {
		snprintf(data, sizeof(data), "a %s", plain[i]);
		snprintf(expected, sizeof(expected), "1:a:%s:0 ", plain[i]);
		expect_password(data, expected);
	}
	for (i = 0; i < NELEM(marks); i++) {
		snprintf(data, sizeof(data), "a %s", marks[i]);
		expect_password(data, "1:a:!:1 ");
	}
}

/* What takes the same work has the same setting, whatever its salt. */
static void
test_settings(void **state)
{
	static const char *const settings[][2] = {
		{ "$y$j9T$" Y_SALT "$" Y_DIGEST,
		    "$y$j9T$......................$" },
		{ "$7$CU..../....salt$" DIGEST_43, "$7$CU..../........$" },
		{ "$6$rounds=5000$salt$" DIGEST_43 DIGEST_43,
		    "$6$rounds=5000$....$" },
		{ "$5$s$" DIGEST_43, "$5$.$" },
		{ "$2y$12$" B_REST, "$2y$12$......................" },
		{ "$1$saltsalt$0123456789012345678901", "$1$........$" },
		{ "", "" },
		{ "1234", "" },
		{ "$5$s$", "" },
	};
	char setting[64];
	size_t i;

	(void)state;
	for (i = 0; i < NELEM(settings); i++) {
		assert_int_equal(
		    hash_form_setting(settings[i][0], setting, sizeof(setting)),
		    settings[i][1][0] != '\0');
		assert_string_equal(setting, settings[i][1]);
	}
	assert_false(hash_form_setting(settings[0][0], setting, 30));
	assert_string_equal(setting, "");
}

static int
stop_at_two(void *context, const struct files_line *line)
{
	(void)context;
	return line->line == 2 ? BANK_EEXIST : 0;
}

static void
test_each_stops(void **state)
{
	char error[64];

	(void)state;
	assert_int_equal(
	    files_parse_balance(&(struct files_reading) { "b", stop_at_two,
				    NULL, error, sizeof(error) },
		"a 1 1\nb 1 1\nc x\n", 16),
	    BANK_EEXIST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_hashes_that_are_none),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_each_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
