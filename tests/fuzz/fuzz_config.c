/* SPDX-License-Identifier: ISC */
/*
 * Configuration files, through a file in memory: whatever the bytes are,
 * they are refused with a clean message and change nothing, or are in force
 * and come back the same from what is printed and what is dumped.
 */
#include <sys/mman.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/config/config.h"
#include "../../shared/base/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct config_key keys[] = {
	{ "bank", "name", CONFIG_STRING, "Bank", ".", .minimum = 1,
	    .maximum = 64, .reloadable = true },
	{ "bank", "credit_account", CONFIG_CHOICE, "checking", ".",
	    .choices = "checking savings same", .reloadable = true },
	{ "bank", "alert", CONFIG_MONEY, "5000", ".", .minimum = 1,
	    .maximum = 999999, .reloadable = true },
	{ "bank", "file", CONFIG_PATH, "x.crt", ".", .minimum = 1,
	    .maximum = 900, .reloadable = true },
	{ "listen", "port", CONFIG_NUMBER, "4280", ".", .maximum = 65535,
	    .reloadable = true },
	{ "listen", "open", CONFIG_BOOL, "no", ".", .reloadable = true },
};

/* Where config_read() refuses, its message is a line fit for a terminal. */
static int
read_bytes(struct config *config, const void *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC), result;
	char path[64], message[256] = "";

	if (fd == -1 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	result = config_read(config, path, message, sizeof(message));
	close(fd);
	if (result == BANK_ECONFIG)
		assert(strncmp(message, path, strlen(path)) == 0);
	for (const char *p = message; *p != '\0'; p++)
		assert((unsigned char)*p >= ' ' && *p != 0x7f);
	return result;
}

static struct config *
fresh(void)
{
	struct config *config =
	    config_new(keys, sizeof(keys) / sizeof(keys[0]));

	if (config == NULL)
		abort();
	return config;
}

static void
check_round_trips(const struct config *config, const char *dump)
{
	struct config *again = fresh(), *loaded = fresh();
	char *text = NULL, *other;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		abort();
	config_print(config, out, true);
	fclose(out);
	assert(read_bytes(again, text, length) == 0);
	other = config_dump(again);
	assert(strcmp(dump, other) == 0);
	free(other);
	assert(config_load(loaded, dump, strlen(dump)) == 0);
	other = config_dump(loaded);
	assert(strcmp(dump, other) == 0);
	free(other);
	free(text);
	config_free(again);
	config_free(loaded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = fresh();
	char *before = config_dump(config), *after;
	int result = read_bytes(config, data, size);

	after = config_dump(config);
	if (result == 0)
		check_round_trips(config, after);
	else
		assert(strcmp(before, after) == 0);
	free(before);
	free(after);
	config_free(config);

	config = fresh();
	(void)config_load(config, (const char *)data, size);
	config_free(config);
	return 0;
}
