/* SPDX-License-Identifier: ISC */
/*
 * Configuration files: what one may say, what is said about a wrong one, and
 * that a wrong one changes nothing.
 */
#include <errno.h>

#include "config_fixture.h"

/* The file is refused, with this message behind the path, and nothing kept. */
static void
assert_refused(const char *text, const char *wanted)
{
	struct config *config = fresh();
	char *before = config_dump(config), *after;

	assert_int_equal(read_text(config, text), BANK_ECONFIG);
	assert_memory_equal(message, path, strlen(path));
	assert_string_equal(message + strlen(path), wanted);
	after = config_dump(config);
	assert_string_equal(before, after);
	free(before);
	free(after);
	config_free(config);
}

static void
assert_name(const char *text, const char *wanted)
{
	struct config *config = fresh();

	if (read_text(config, text) != 0)
		fail_msg("%s", message);
	assert_string_equal(config_string(config, NAME), wanted);
	config_free(config);
}

static void
test_types(void **state)
{
	struct config *config = fresh();

	(void)state;
	assert_int_equal(read_text(config,
			     "[bank]\n"
			     "name = First Bank ; of two\n"
			     "credit_account=same\n"
			     "alert_amount = 12.5\n"
			     "[listen]\n"
			     "port = -5 # least\n"
			     "[kiosks]\n"
			     "require = yes"),
	    0);
	assert_string_equal(config_string(config, NAME), "First Bank");
	assert_int_equal(config_number(config, CREDIT), 2);
	assert_string_equal(config_string(config, CREDIT), "same");
	assert_int_equal(config_number(config, ALERT), 1250);
	assert_int_equal(config_number(config, PORT), -5);
	assert_int_equal(config_number(config, REQUIRE), 1);
	/* A second file goes on top. */
	assert_int_equal(read_text(config, "[LISTEN]\r\nPort = 007\r\n"), 0);
	assert_int_equal(config_number(config, PORT), 7);
	assert_string_equal(config_string(config, NAME), "First Bank");
	assert_int_equal(read_text(config, ""), 0);
	config_free(config);
}

/* Also to what the default is; what isn't there is not, whichever reads. */
static void
test_what_is_set(void **state)
{
	struct config *config = fresh();

	(void)state;
	assert_int_equal(read_text(config, "[bank]\nname = Bank\n"), 0);
	assert_true(config_is_set(config, NAME));
	assert_false(config_is_set(config, PORT));
	assert_false(config_is_set(config, FILE_PATH));
	assert_int_equal(set(config, "listen.port=4280"), 0);
	assert_true(config_is_set(config, PORT));
	assert_int_not_equal(set(config, "kiosks.require=maybe"), 0);
	assert_false(config_is_set(config, REQUIRE));
	config_free(config);
}

static void
test_how_iniparser_reads(void **state)
{
	(void)state;
	assert_name("[bank]\nname = a;b\n", "a");
	assert_name("[bank]\nname = \"a;b #c\" ; d\n", "a;b #c");
	assert_name("[bank]\nname = 'say \"hi\"'\n", "say \"hi\"");
	assert_name("[bank]\nname = \" a \"\n", " a ");
	assert_name("[bank]\nname = a\nname = b\n", "b");
	assert_name("[bank]\nname = a=b\n", "a=b");
	assert_name("[bank]\nname = one \\\ntwo\n", "one two");
	assert_name("[bank]\nname = Jos\xc3\xa9\n", "Jos\xc3\xa9");
	assert_name("# c\n; c\n\n  [bank]  \n\t name\t=\tx\n", "x");
	assert_name("[bank]\nname = a\n[tls]\n[bank]\nNAME = b", "b");
}

static void
assert_path(const char *value, const char *wanted_end, size_t levels)
{
	struct config *config = fresh();
	char text[256], wanted[PATH_MAX + 64];

	snprintf(text, sizeof(text), "[tls]\ncertificate = %s\n", value);
	assert_int_equal(read_text(config, text), 0);
	string_copy(wanted, directory, sizeof(wanted));
	for (; levels > 0; levels--)
		*strrchr(wanted, '/') = '\0';
	strcat(wanted, wanted_end);
	assert_string_equal(config_string(config, FILE_PATH), wanted);
	config_free(config);
}

static void
test_paths(void **state)
{
	struct config *config = fresh();
	char wanted[PATH_MAX + 16];

	(void)state;
	assert_path("a/b.crt", "/a/b.crt", 0);
	assert_path("./b.crt", "/b.crt", 0);
	assert_path("../var", "/var", 1);
	assert_path(".././/../x", "/x", 2);
	assert_path("../../../../../x", "/x", 2);
	assert_path("..x", "/..x", 0);
	assert_path("a/../b", "/a/../b", 0);

	assert_int_equal(
	    read_text(config, "[tls]\ncertificate = /etc/x.crt\nsocket =\n"),
	    0);
	assert_string_equal(config_string(config, FILE_PATH), "/etc/x.crt");
	assert_string_equal(config_string(config, SOCKET), "");
	config_free(config);

	/* A default is where the file is, not where the program started. */
	config = fresh();
	assert_int_equal(read_text(config, "[bank]\nname = x\n"), 0);
	snprintf(wanted, sizeof(wanted), "%s/leaf.crt", directory);
	assert_string_equal(config_string(config, FILE_PATH), wanted);
	config_free(config);
}

static void
test_unknown_names(void **state)
{
	(void)state;
	assert_refused("[bank]\nname = x\n\nnmae = y\n",
	    ":4: [bank] nmae: unknown key; the nearest is [bank] name");
	assert_refused("[bank]\nport = 1\n",
	    ":2: [bank] port: unknown key; the nearest is [listen] port");
	assert_refused("\n[bnak]\nname = x\n",
	    ":2: [bnak]: unknown section; the nearest is [bank]");
	assert_refused("[listening]\n",
	    ":1: [listening]: unknown section; the nearest is [listen]");
	assert_refused("name = x\n[bank]\nname = y\n",
	    ":1: name: comes before the first [section]");
	/* To iniparser this is the key `name` of `bank`, without a value. */
	assert_refused("[bank]\nname = x\n[bank:name]\n",
	    ":3: [bank:name]: unknown section; the nearest is [bank]");
	assert_refused("[bank]\nna:me = x\n",
	    ":2: [bank] na:me: unknown key; the nearest is [bank] name");
	/* Bytes that would steer a terminal. */
	assert_refused("[bank]\nna\x1bme = x\n",
	    ":2: [bank] na?me: unknown key; the nearest is [bank] name");
	/* On a line that continues another, it isn't looked for. */
	assert_refused("[bank]\nname = x\\\nnmae = y\nnmae = z\n",
	    ":4: [bank] nmae: unknown key; the nearest is [bank] name");
}

static void
test_wrong_values(void **state)
{
	(void)state;
	assert_refused("[listen]\nport = 1\nport = 65536\n",
	    ":3: [listen] port: \"65536\" is not a whole number from -5 to "
	    "65535");
	assert_refused("[listen]\nport = 0x10\n",
	    ":2: [listen] port: \"0x10\" is not a whole number from -5 to "
	    "65535");
	assert_refused("[listen]\nport = 99999999999999999999\n",
	    ":2: [listen] port: \"99999999999999999999\" is not a whole "
	    "number from -5 to 65535");
	assert_refused("[listen]\nport =\n",
	    ":2: [listen] port: \"\" is not a whole number from -5 to 65535");
	assert_refused("[listen]\nport = -\n",
	    ":2: [listen] port: \"-\" is not a whole number from -5 to 65535");
	assert_refused("[bank]\nalert_amount = 1.234\n",
	    ":2: [bank] alert_amount: \"1.234\" is not an amount from 0.01 to "
	    "10000000.00");
	assert_refused("[bank]\nalert_amount = 0\n",
	    ":2: [bank] alert_amount: \"0\" is not an amount from 0.01 to "
	    "10000000.00");
	assert_refused("[bank]\ncredit_account = check\n",
	    ":2: [bank] credit_account: \"check\" is not one of: checking "
	    "savings same");
	assert_refused("[bank]\ncredit_account = checking savings\n",
	    ":2: [bank] credit_account: \"checking savings\" is not one of: "
	    "checking savings same");
	assert_refused("[kiosks]\nrequire = on\n",
	    ":2: [kiosks] require: \"on\" is not yes or no");
	assert_refused(
	    "[bank]\nname =\n", ":2: [bank] name: must be 1 to 64 bytes long");
	assert_refused("[bank]\nname = a\x1b[2J\n",
	    ":2: [bank] name: must be UTF-8 without control characters");
	assert_refused("[bank]\nname = \xff\n",
	    ":2: [bank] name: must be UTF-8 without control characters");
}

/* A right value first: nothing of a refused file may stay. */
static void
test_all_or_nothing(void **state)
{
	struct config *config = fresh();

	(void)state;
	assert_int_equal(read_text(config,
			     "[bank]\nname = Other\n[tls]\nsocket = "
			     "s\n[kiosks]\nrequire = 2\n"),
	    BANK_ECONFIG);
	assert_string_equal(config_string(config, NAME), "Bank");
	assert_string_equal(config_string(config, SOCKET), "");
	config_free(config);
}

static void
test_syntax(void **state)
{
	struct config *config = fresh();
	char line[1400];

	(void)state;
	assert_refused(
	    "[bank]\nname = x\nwhat is this\nand this\n", ":3: syntax error");
	assert_refused("[bank]\nname = x\\\n",
	    ": ends with a backslash, which continues a line");
	memset(line, 'x', sizeof(line));
	memcpy(line, "\n[bank]\nname=", 13);
	line[sizeof(line) - 2] = '\n';
	line[sizeof(line) - 1] = '\0';
	assert_refused(line, ":3: input line too long");
	assert_int_equal(
	    read_bytes(config, "[bank]\n\0name=x\n", 15), BANK_ECONFIG);
	assert_non_null(strstr(message, "contains a zero byte"));
	config_free(config);
}

/* What editors and people put into one. */
static void
test_text(void **state)
{
	(void)state;
	/* A byte order mark, at the start alone. */
	assert_name("\xef\xbb\xbf[bank]\nname = x\n", "x");
	assert_name("\xef\xbb\xbf; c\r\n[bank]\r\nname = x\r\n", "x");
	assert_name("\xef\xbb\xbf", "Bank");
	assert_refused("\n\xef\xbb\xbf[bank]\n", ":2: syntax error");
	assert_refused("\xef\xbb\xbf[bank]\nnmae = y\n",
	    ":2: [bank] nmae: unknown key; the nearest is [bank] name");
	assert_refused(
	    "\xef\xbb\xbf[bank]\nname = x\nwhat\n", ":3: syntax error");
	/* Comments behind a section; a key in one is none. */
	assert_name("[bank] ; comment\nname = x\n", "x");
	assert_name("[bank]#comment = [tls]\nname = x\n", "x");
	assert_name("  [ bank ]\t;name = y\n name = x", "x");
	assert_name("[bank];\nname = x\n[tls] # ]", "x");
	assert_refused("[bank] ; comment\nnmae = y\n",
	    ":2: [bank] nmae: unknown key; the nearest is [bank] name");
	assert_refused("[bank] comment\nname = x\n", ":1: syntax error");
	/* A backslash at the end of a comment takes no line away. */
	assert_name("[bank]\n; C:\\\nname = x\n", "x");
	assert_name("[bank] ; C:\\\nname = x\n", "x");
	assert_name("[bank]\ncredit_account = same # C:\\\nname = x\n", "x");
	assert_name("[bank]\nname = \"x\" ; C:\\\n", "x");
	/* Quotes. */
	assert_name("[bank]\nname = \"a \\\n b\" ; c\n", "a  b");
	assert_name("[bank]\nname = it's \"so\"\n", "it's \"so\"");
	assert_name("[bank]\n; name = \"x\nname = y # \"\n", "y");
	assert_refused("[bank]\nname = \"x\n", ":2: the quote isn't closed");
	assert_refused(
	    "[bank]\n\nname = 'x ; y\"\n", ":3: the quote isn't closed");
	assert_refused("[bank]\nname = \"x\\\ny\\\nz\n[tls]\n",
	    ":2: the quote isn't closed");
	assert_refused("[bank]\nname = \"", ":2: the quote isn't closed");
	assert_refused("[bank]\nname = \"x\" y\n",
	    ":2: there is text after the closing quote");
	assert_refused("[bank]\nname = \"say \"hi\"\"\n",
	    ":2: there is text after the closing quote");
	/* Lines of a carriage return alone would be one line. */
	assert_refused("[bank]\rname = x\r",
	    ":1: a carriage return ends the line; lines end with a newline");
	assert_refused("[bank]\n\nname = x\r",
	    ":3: a carriage return ends the line; lines end with a newline");
	assert_refused("[bank]\r\r\nname = x\r\n",
	    ":1: a carriage return ends the line; lines end with a newline");
}

/* One value of a file that is another program's. */
static void
test_peek(void **state)
{
	struct config *config = fresh();
	char value[8];

	(void)state;
	(void)read_text(config,
	    "\xef\xbb\xbf[other] ; c\nKey = \"a b\"\nlong = 123456789\n");
	assert_int_equal(config_peek(path, "other:key", value, sizeof(value),
			     message, sizeof(message)),
	    0);
	assert_string_equal(value, "a b");
	assert_int_equal(config_peek(path, "other:long", value, sizeof(value),
			     message, sizeof(message)),
	    0);
	assert_string_equal(value, "1234567");
	assert_int_equal(config_peek(path, "other:none", value, sizeof(value),
			     message, sizeof(message)),
	    0);
	assert_string_equal(value, "");
	(void)read_text(config, "[other]\nkey = \"a\n");
	assert_int_equal(config_peek(path, "other:key", value, sizeof(value),
			     message, sizeof(message)),
	    BANK_ECONFIG);
	assert_non_null(strstr(message, ":2: the quote isn't closed"));
	config_free(config);
}

static void
test_no_file(void **state)
{
	struct config *config = fresh();

	(void)state;
	unlink(path);
	errno = 0;
	assert_int_equal(
	    config_read(config, path, message, sizeof(message)), BANK_ESYS);
	assert_int_equal(errno, ENOENT);
	assert_memory_equal(message, path, strlen(path));
	assert_string_equal(
	    message + strlen(path), ": No such file or directory");
	assert_int_equal(
	    config_read(config, directory, message, sizeof(message)),
	    BANK_ECONFIG);
	assert_non_null(strstr(message, ": not a regular file"));
	/* A message is cut to the room that there is. */
	assert_int_equal(config_read(config, path, message, 10), BANK_ESYS);
	assert_int_equal(strlen(message), 9);
	config_free(config);
}

/* iniparser would print what it finds on standard error. */
static void
test_silence(void **state)
{
	struct config *config = fresh();
	int saved = dup(STDERR_FILENO);
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	assert_true(saved != -1 && dup2(fileno(file), STDERR_FILENO) != -1);
	(void)read_text(config, "no ini file\nat all\n");
	assert_true(dup2(saved, STDERR_FILENO) != -1);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 0);
	close(saved);
	fclose(file);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_what_is_set),
		cmocka_unit_test(test_how_iniparser_reads),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_unknown_names),
		cmocka_unit_test(test_wrong_values),
		cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_peek),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_silence),
	};

	return cmocka_run_group_tests_name(
	    "config", tests, make_directory, remove_directory);
}
