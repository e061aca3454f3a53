/* SPDX-License-Identifier: ISC */
/*
 * The values in force: defaults, assignments, and that what is printed or
 * dumped is read back as it was.
 */
#include <ctype.h>

#include "../../../bankd/base/options.h"
#include "config_fixture.h"

static void
test_defaults(void **state)
{
	struct config *config = fresh();
	char here[PATH_MAX], wanted[PATH_MAX + 16];

	(void)state;
	assert_string_equal(config_string(config, NAME), "Bank");
	assert_int_equal(config_number(config, CREDIT), 0);
	assert_int_equal(config_number(config, ALERT), 500000);
	assert_int_equal(config_number(config, PORT), 4280);
	assert_int_equal(config_number(config, REQUIRE), 0);
	assert_string_equal(config_string(config, SOCKET), "");
	assert_non_null(realpath(".", here));
	snprintf(wanted, sizeof(wanted), "%s/leaf.crt", here);
	assert_string_equal(config_string(config, FILE_PATH), wanted);
	config_free(config);
}

static void
test_set(void **state)
{
	struct config *config = fresh();
	char here[PATH_MAX], wanted[PATH_MAX + 16];

	(void)state;
	assert_int_equal(set(config, "listen.port=80"), 0);
	assert_int_equal(config_number(config, PORT), 80);
	assert_int_equal(set(config, "BANK.Name=a ; b = # c.d"), 0);
	assert_string_equal(config_string(config, NAME), "a ; b = # c.d");
	assert_int_equal(set(config, "tls.socket="), 0);
	assert_int_equal(set(config, "tls.certificate=x/y"), 0);
	assert_non_null(realpath(".", here));
	snprintf(wanted, sizeof(wanted), "%s/x/y", here);
	assert_string_equal(config_string(config, FILE_PATH), wanted);

	assert_int_equal(set(config, "listen.port=x"), BANK_ECONFIG);
	assert_string_equal(message,
	    "[listen] port: \"x\" is not a whole number from -5 to 65535");
	assert_int_equal(set(config, "listen.prot=1"), BANK_ECONFIG);
	assert_string_equal(message,
	    "[listen] prot: unknown key; the nearest is [listen] port");
	assert_int_equal(set(config, "lisp.por=1"), BANK_ECONFIG);
	assert_string_equal(
	    message, "[lisp] por: unknown key; the nearest is [listen] port");
	assert_int_equal(set(config, "listen.port"), BANK_ECONFIG);
	assert_int_equal(set(config, "port=1"), BANK_ECONFIG);
	assert_int_equal(set(config, ".port=1"), BANK_ECONFIG);
	assert_int_equal(set(config, "=.="), BANK_ECONFIG);
	assert_int_equal(set(config, ""), BANK_ECONFIG);
	assert_string_equal(
	    message, "an option has the form section.key=value");
	assert_int_equal(set(config, "bank.name=a\nb"), BANK_ECONFIG);
	assert_int_equal(config_number(config, PORT), 80);
	config_free(config);
}

/* What can't be spelled in a file can't be in force. */
static void
test_spellings(void **state)
{
	static const char *const texts[] = { "x", " x ", "a;b", "#", "\"a\"",
		"it's", "'", "\"", "a\\b", "\\x", "a = b", "[x]", "''", "=",
		"Jos\xc3\xa9", "\xc2\xa0x\xc2\xa0", "a;\"b\"", "it's; so" };
	static const char *const refused[] = { "a\\", "a;\\b", "\"a' ;", " \\",
		"\xc3\xa9\\" };
	struct config *config = fresh(), *again;

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++) {
		char assignment[128], *text;

		snprintf(
		    assignment, sizeof(assignment), "bank.name=%s", texts[i]);
		assert_int_equal(set(config, assignment), 0);
		text = printed(config, i % 2 == 0);
		again = fresh();
		if (read_text(again, text) != 0)
			fail_msg("%s: %s", text, message);
		assert_string_equal(config_string(again, NAME), texts[i]);
		config_free(again);
		free(text);
	}
	for (size_t i = 0; i < NELEM(refused); i++) {
		char assignment[128];

		snprintf(
		    assignment, sizeof(assignment), "bank.name=%s", refused[i]);
		assert_int_equal(set(config, assignment), BANK_ECONFIG);
	}
	config_free(config);
}

static void
test_print(void **state)
{
	struct config *config = fresh();
	char *text;

	(void)state;
	assert_int_equal(set(config, "tls.certificate=/a b/c"), 0);
	text = printed(config, false);
	assert_string_equal(text,
	    "[bank]\nname = Bank\ncredit_account = checking\n"
	    "alert_amount = 5000\n\n[tls]\ncertificate = /a b/c\n"
	    "socket = \"\"\n\n[listen]\nport = 4280\n\n"
	    "[kiosks]\nrequire = no\n");
	free(text);
	text = printed(config, true);
	assert_memory_equal(text, "[bank]\n# The name.\nname = Bank\n", 31);
	free(text);
	config_free(config);
}

static void
test_dump_and_load(void **state)
{
	struct config *config = fresh(), *other = fresh();
	char *dump, *again;

	(void)state;
	assert_int_equal(set(config, "bank.name= \"; x=y.z' "), BANK_ECONFIG);
	assert_int_equal(set(config, "bank.name= ; x=y.z' "), 0);
	assert_int_equal(set(config, "bank.alert_amount=0.5"), 0);
	assert_int_equal(set(config, "tls.certificate=/x"), 0);
	assert_int_equal(set(config, "kiosks.require=yes"), 0);
	assert_non_null(dump = config_dump(config));
	assert_int_equal(config_load(other, dump, strlen(dump)), 0);
	assert_non_null(again = config_dump(other));
	assert_string_equal(dump, again);
	assert_string_equal(config_string(other, NAME), " ; x=y.z' ");
	assert_int_equal(config_number(other, ALERT), 50);
	assert_int_equal(config_number(other, REQUIRE), 1);
	free(again);

	/* Damage changes nothing. */
	assert_int_equal(
	    config_load(other, "listen.port=5\nbank.x=1\n", 23), BANK_EINVAL);
	assert_int_equal(
	    config_load(other, "listen.port=5\nno\n", 17), BANK_EINVAL);
	assert_int_equal(
	    config_load(other, "listen.port=5\n\0", 15), BANK_EINVAL);
	assert_int_equal(config_load(other, "\n", 1), BANK_EINVAL);
	assert_int_equal(config_number(other, PORT), 4280);
	assert_int_equal(config_load(other, "", 0), 0);
	free(dump);
	config_free(other);
	config_free(config);
}

/* An over-long line must not pass for the success of the one before. */
static void
test_load_of_a_long_line(void **state)
{
	struct config *config = fresh();
	char dump[4096];

	(void)state;
	memset(dump, 'x', sizeof(dump));
	memcpy(dump, "listen.port=5\nbank.name=", 24);
	assert_int_equal(config_load(config, dump, sizeof(dump)), BANK_EINVAL);
	assert_int_equal(config_number(config, PORT), 4280);
	config_free(config);
}

static void
test_long_paths(void **state)
{
	struct config *config = fresh();
	char assignment[2000];

	(void)state;
	memset(assignment, 'x', sizeof(assignment));
	memcpy(assignment, "tls.socket=/", 12);
	assignment[sizeof(assignment) - 1] = '\0';
	assert_int_equal(set(config, assignment), BANK_ECONFIG);
	assignment[11 + 959] = '\0';
	assert_int_equal(set(config, assignment), 0);
	assignment[11 + 959] = 'x';
	assignment[11 + 960] = '\0';
	assert_int_equal(set(config, assignment), BANK_ECONFIG);
	assert_string_equal(
	    message, "[tls] socket: is too long for a line of the file");
	/* Only the directory in front makes this one too long. */
	memcpy(assignment, "tls.socket=x", 12);
	assignment[11 + 959] = '\0';
	assert_int_equal(set(config, assignment), BANK_ECONFIG);
	assert_string_equal(
	    message, "[tls] socket: results in a path of more than 959 bytes");
	config_free(config);
}

static void
test_needs_restart(void **state)
{
	struct config *old = fresh(), *new = fresh();

	(void)state;
	assert_int_equal(config_needs_restart(old, new), -1);
	assert_int_equal(set(new, "bank.name=x"), 0);
	assert_int_equal(config_needs_restart(old, new), -1);
	assert_int_equal(set(new, "listen.port=1"), 0);
	assert_int_equal(config_needs_restart(old, new), PORT);
	assert_int_equal(set(new, "tls.certificate=/x"), 0);
	assert_int_equal(config_needs_restart(old, new), FILE_PATH);
	config_free(old);
	config_free(new);
}

/* The bank's own table: fit for iniparser, and for its own ranges. */
static void
test_table(void **state)
{
	struct config *config = config_new(bankd_options, BANKD_OPTION_COUNT);
	char *text, *again;

	(void)state;
	assert_non_null(config);
	for (size_t i = 0; i < BANKD_OPTION_COUNT; i++) {
		const struct config_key *row = &bankd_options[i];

		assert_non_null(row->section);
		for (const char *p = row->section; *p != '\0'; p++)
			assert_true(islower(*p) || *p == '_');
		for (const char *p = row->key; *p != '\0'; p++)
			assert_true(islower(*p) || isdigit(*p) || *p == '_');
		assert_true(row->meaning[strlen(row->meaning) - 1] == '.');
		for (size_t j = 0; j < i; j++)
			assert_false(strcmp(row->section,
					 bankd_options[j].section) == 0 &&
			    strcmp(row->key, bankd_options[j].key) == 0);
	}
	text = printed(config, true);
	if (read_text(config, text) != 0)
		fail_msg("%s", message);
	again = printed(config, true);
	assert_string_equal(text, again);
	free(text);
	free(again);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_dump_and_load),
		cmocka_unit_test(test_load_of_a_long_line),
		cmocka_unit_test(test_long_paths),
		cmocka_unit_test(test_needs_restart),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name(
	    "config values", tests, make_directory, remove_directory);
}
