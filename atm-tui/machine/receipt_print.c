/* SPDX-License-Identifier: ISC */
/*
 * The way to paper: a command, a file.  Part of atm-tui, on its event loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../base/options.h"
#include "receipt.h"

#define PRINT_SECONDS 30
#define NAMES_TRIED 1000

struct receipts {
	struct devices *devices;
	const struct config *config;
	struct device *device;
	receipts_fn *done;
	void *context;
};

struct receipts *
receipts_new(struct devices *devices, const struct config *config)
{
	struct receipts *receipts = calloc(1, sizeof(*receipts));

	if (receipts == NULL)
		return NULL;
	receipts->devices = devices;
	receipts->config = config;
	return receipts;
}

void
receipts_free(struct receipts *receipts)
{
	if (receipts == NULL)
		return;
	if (receipts->device != NULL)
		device_forget(receipts->device);
	free(receipts);
}

bool
receipts_any(const struct receipts *receipts)
{
	return *config_string(receipts->config, RECEIPT_COMMAND) != '\0' ||
	    *config_string(receipts->config, RECEIPT_DIRECTORY) != '\0';
}

static void
log_failure(const char *what, const char *why)
{
	log_event(LOG_ERR, "receipt_not_printed", "where", LOG_TEXT(what),
	    "why", LOG_TEXT(why), NULL);
}

/* `receipt-20261121T070000Z.txt`, or with a number where there is one. */
static int
create(const char *directory, const char *name, char path[PATH_MAX])
{
	time_t now = time(NULL);
	char stamp[32], number[16] = "";
	struct tm tm;
	int fd = -1;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	for (int i = 2; fd < 0 && i < NAMES_TRIED; i++) {
		if (snprintf(path, PATH_MAX, "%s/%s-%s%s.txt", directory, name,
			stamp, number) >= PATH_MAX)
			return -1;
		fd = open(path,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return -1;
		snprintf(number, sizeof(number), "-%d", i);
	}
	return fd;
}

static bool
print_to_file(const struct receipts *receipts, const char *name,
    const char *text, size_t length)
{
	const char *directory =
	    config_string(receipts->config, RECEIPT_DIRECTORY);
	char path[PATH_MAX];
	bool written;
	int fd = create(directory, name, path);

	if (fd < 0) {
		log_failure(directory, strerror(errno));
		return false;
	}
	written = write(fd, text, length) == (ssize_t)length;
	if (close(fd) != 0 || !written) {
		log_failure(path, "it was not written");
		unlink(path);
		return false;
	}
	return true;
}

static void
on_printed(void *context, int status)
{
	struct receipts *receipts = context;
	char why[64];

	receipts->device = NULL;
	if (status != 0) {
		snprintf(why, sizeof(why),
		    status < 0 ? "it was killed" : "it ended with %d", status);
		log_failure(
		    config_string(receipts->config, RECEIPT_COMMAND), why);
	}
	receipts->done(receipts->context, status == 0);
}

int
receipts_print(struct receipts *receipts, const char *name, const char *text,
    size_t length, receipts_fn *done, void *context)
{
	const char *command = config_string(receipts->config, RECEIPT_COMMAND);
	bool printed = false;

	if (receipts->device != NULL)
		return BANK_EBUSY;
	if (*config_string(receipts->config, RECEIPT_DIRECTORY) != '\0')
		printed = print_to_file(receipts, name, text, length);
	receipts->done = done;
	receipts->context = context;
	if (*command != '\0') {
		receipts->device = device_run(receipts->devices,
		    &(struct device_job) { .command = command,
			.input = text,
			.length = length,
			.limit_s = PRINT_SECONDS,
			.done = on_printed,
			.context = receipts });
		if (receipts->device != NULL)
			return 0;
		log_failure(command, "it can't be started");
		printed = false;
	}
	done(context, printed);
	return 0;
}
