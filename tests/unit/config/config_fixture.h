/* SPDX-License-Identifier: ISC */
/*
 * What the tests of the configuration share: a small table with a row of
 * each type, a file in a directory of its own, and the last message.
 */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../shared/config/config.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

enum { NAME, CREDIT, ALERT, FILE_PATH, SOCKET, PORT, REQUIRE, COUNT };

static const struct config_key keys[COUNT] = {
	[NAME] = { "bank", "name", CONFIG_STRING, "Bank", "The name.",
	    .minimum = 1, .maximum = 64, .reloadable = true },
	[CREDIT] = { "bank", "credit_account", CONFIG_CHOICE, "checking",
	    "Where a transfer lands.", .choices = "checking savings same",
	    .reloadable = true },
	[ALERT] = { "bank", "alert_amount", CONFIG_MONEY, "5000", "The amount.",
	    .minimum = 1, .maximum = 1000000000, .reloadable = true },
	[FILE_PATH] = { "tls", "certificate", CONFIG_PATH, "leaf.crt",
	    "The file.", .minimum = 1, .maximum = PATH_MAX },
	[SOCKET] = { "tls", "socket", CONFIG_PATH, "", "The socket.",
	    .maximum = 4000, .reloadable = true },
	[PORT] = { "listen", "port", CONFIG_NUMBER, "4280", "The port.",
	    .minimum = -5, .maximum = 65535 },
	[REQUIRE] = { "kiosks", "require", CONFIG_BOOL, "no", "Whether.",
	    .reloadable = true },
};

static char directory[PATH_MAX], path[PATH_MAX + 16], message[1024];

static inline int
make_directory(void **state)
{
	char made[] = "/tmp/test_config.XXXXXX";

	(void)state;
	if (mkdtemp(made) == NULL || realpath(made, directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/t.ini", directory);
	return 0;
}

static inline int
remove_directory(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static inline struct config *
fresh(void)
{
	struct config *config = config_new(keys, COUNT);

	assert_non_null(config);
	return config;
}

static inline int
read_bytes(struct config *config, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	message[0] = '\0';
	return config_read(config, path, message, sizeof(message));
}

static inline int
read_text(struct config *config, const char *text)
{
	return read_bytes(config, text, strlen(text));
}

static inline int
set(struct config *config, const char *assignment)
{
	message[0] = '\0';
	return config_set(config, assignment, message, sizeof(message));
}

static inline char *
printed(const struct config *config, bool with_meaning)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	config_print(config, out, with_meaning);
	assert_int_equal(fclose(out), 0);
	return text;
}

#endif
