/* SPDX-License-Identifier: ISC */
/*
 * bankctl day: one day of the bank on standard output, or days that are over,
 * signed, as files of a directory.  The text is made from the state where
 * bankctl may read it, otherwise by the vault that serves; the key is read
 * here, so that no process of bankd signs what it is told to.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../../shared/base/zone.h"
#include "../base/options.h"
#include "../report/day.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_file.h"
#include "bankctl_keys.h"
#include "bankctl_offline.h"
#include "bankctl_paper.h"

#define TEXT_MAX ((size_t)64 * 1024 * 1024)
#define FILE_MODE 0640
/* A bank that signs for the first time, or was off, writes so many at most. */
#define DAYS_MAX 366

struct wanted {
	const struct bankctl *bankctl;
	const char *date, *format, *ending, *directory, *key;
	day_format *put;
	bool pdf; /* of the text, for paper */
};

static int
make_here(const struct wanted *wanted, const char *date, FILE *out)
{
	struct store_reader *reader;
	struct offline *offline;
	uint64_t time_ms = 0;
	struct day day;
	int code, error;

	code = bankctl_offline_reader(&offline, &reader, wanted->bankctl);
	if (code != 0)
		return code;
	(void)zone_parse(date, clock_real_ms(), &time_ms);
	error = day_read(&day, reader, time_ms);
	if (error == 0)
		wanted->put(&day,
		    config_string(wanted->bankctl->config, BANK_NAME), out);
	else
		code = bankctl_complain(EX_DATAERR, "%s", bank_strerror(error));
	day_free(&day);
	store_reader_close(reader);
	bankctl_offline_close(offline);
	return code;
}

/*
 * The vault knows what day it is at the bank; the operator's own file may have
 * another time zone, or none.
 */
static int
make(const struct wanted *wanted, const char *date, FILE *out)
{
	const char *const words[] = { "day", wanted->format,
		config_string(wanted->bankctl->config, BANK_NAME), date };

	if (!bankctl_offline_is_closed(wanted->bankctl))
		return make_here(wanted, date, out);
	return bankctl_client_text(wanted->bankctl, NELEM(words), words, out);
}

/* The day as a text in memory, malloc'd. */
static int
make_text(
    const struct wanted *wanted, const char *date, char **text, size_t *length)
{
	FILE *out = open_memstream(text, length);
	int code;

	if (out == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	code = make(wanted, date, out);
	if (fclose(out) == EOF && code == 0)
		code = bankctl_complain(EX_OSERR, "no memory");
	return code;
}

/* DIRECTORY/DATE.ENDING, and with `.sig` behind it. */
static int
name_files(const struct wanted *wanted, uint64_t time_ms, char path[PATH_MAX],
    char signature[PATH_MAX])
{
	char date[ZONE_DAY_TEXT];
	int n;

	n = snprintf(path, PATH_MAX, "%s/%s.%s", wanted->directory,
	    zone_day_text(time_ms, date), wanted->ending);
	if (n > 0 && n < PATH_MAX)
		n = snprintf(signature, PATH_MAX, "%s.sig", path);
	if (n > 0 && n < PATH_MAX)
		return 0;
	return bankctl_complain(
	    EX_DATAERR, "%s: the path is too long", wanted->directory);
}

/* What was written once stays: a day that is over doesn't change. */
static int
check_old(const char *path, const char *text, size_t length)
{
	size_t old_length = 0;
	char *old = NULL;
	int result = file_read(path, TEXT_MAX, &old, &old_length);
	bool same = result == 0 && old_length == length &&
	    memcmp(old, text, length) == 0;

	free(old);
	if (result != 0)
		return bankctl_file_unread(path, result);
	return same ? 0
		    : bankctl_complain(EX_DATAERR,
			  "%s is not what the entries say of this day; it was "
			  "left as it is",
			  path);
}

/* The signature is written last: a day that has one is complete. */
static int
sign(const struct wanted *wanted, uint64_t time_ms)
{
	char path[PATH_MAX], signature_path[PATH_MAX], date[ZONE_DAY_TEXT];
	uint8_t *signature = NULL;
	char *text = NULL;
	size_t length = 0, signature_length = 0;
	int code = name_files(wanted, time_ms, path, signature_path);

	if (code == 0)
		code = make_text(
		    wanted, zone_day_text(time_ms, date), &text, &length);
	if (code == 0 && access(path, F_OK) == 0)
		code = check_old(path, text, length);
	if (code == 0 && access(signature_path, F_OK) == 0) {
		fprintf(stderr,
		    "%s was signed before, and is what the entries say\n",
		    path);
		goto out;
	}
	if (code == 0)
		code = bankctl_keys_sign(
		    wanted->key, text, length, &signature, &signature_length);
	if (code == 0)
		code = bankctl_write_file(path, text, length, FILE_MODE);
	if (code == 0)
		code = bankctl_write_file(
		    signature_path, signature, signature_length, FILE_MODE);
	if (code == 0)
		printf("%s\n%s\n", path, signature_path);
out:
	free(signature);
	free(text);
	return code;
}

static bool
is_signed(const struct wanted *wanted, uint64_t time_ms)
{
	char path[PATH_MAX], signature[PATH_MAX];

	return name_files(wanted, time_ms, path, signature) != 0 ||
	    access(signature, F_OK) == 0;
}

/*
 * The newest day that is over, and those before it back to the newest that is
 * signed; where none is, that day alone.
 */
static int
sign_missing(const struct wanted *wanted)
{
	uint64_t now_ms = clock_real_ms();
	int newest = day_is_over(zone_midnight(now_ms, 0)) ? 1 : 2;
	int days = newest, code = 0;

	while (days < newest + DAYS_MAX &&
	    !is_signed(wanted, zone_midnight(now_ms, -days)))
		days++;
	if (days == newest + DAYS_MAX)
		days = newest + 1;
	while (code == 0 && --days >= newest)
		code = sign(wanted, zone_midnight(now_ms, -days));
	return code;
}

static int
sign_days(const struct wanted *wanted)
{
	uint64_t time_ms = 0;

	if (wanted->date == NULL)
		return sign_missing(wanted);
	(void)zone_parse(wanted->date, clock_real_ms(), &time_ms);
	if (day_is_over(zone_midnight(time_ms, 1)))
		return sign(wanted, time_ms);
	return bankctl_complain(EX_DATAERR,
	    "%s is not over, or only just: a day is signed from a minute after "
	    "its midnight on",
	    wanted->date);
}

static int
show_day(const struct wanted *wanted)
{
	const char *date = wanted->date != NULL ? wanted->date : "today";
	char *text = NULL;
	size_t length = 0;
	int code;

	if (!wanted->pdf)
		return make(wanted, date, stdout);
	code = make_text(wanted, date, &text, &length);
	if (code == 0)
		code = bankctl_paper_pdf(text, length);
	free(text);
	return code;
}

static int
read_words(struct wanted *wanted, int argc, char *argv[])
{
	const struct {
		const char *name, **value;
	} options[] = {
		{ "--format", &wanted->format },
		{ "--sign", &wanted->directory },
		{ "--key", &wanted->key },
	};
	size_t option;

	for (int i = 1; i < argc; i++) {
		for (option = 0; option < NELEM(options) &&
		     strcmp(options[option].name, argv[i]) != 0;
		     option++)
			continue;
		if (option < NELEM(options) && i + 1 < argc)
			*options[option].value = argv[++i];
		else if (argv[i][0] != '-' && wanted->date == NULL)
			wanted->date = argv[i];
		else
			return EX_USAGE;
	}
	wanted->pdf = strcmp(wanted->format, "pdf") == 0;
	if (wanted->pdf)
		wanted->format = "text";
	/* Each PDF has its own time in it. */
	if (wanted->pdf && wanted->directory != NULL)
		return EX_USAGE;
	wanted->put = day_format_find(wanted->format, &wanted->ending);
	return wanted->put != NULL ? 0 : EX_USAGE;
}

int
bankctl_day_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct wanted wanted = { .bankctl = bankctl,
		.format = bankctl->json ? "json" : "text",
		.key = config_string(bankctl->config, KEYS_KEY) };
	uint64_t time_ms;

	if (read_words(&wanted, argc, argv) != 0)
		return bankctl_complain(EX_USAGE,
		    "usage: bankctl day [date] [--format text|csv|json|pdf] "
		    "[--sign directory] [--key file]; a PDF is not signed");
	if (wanted.date != NULL &&
	    zone_parse(wanted.date, clock_real_ms(), &time_ms) != 0)
		return bankctl_complain(EX_DATAERR,
		    "%s: a day is 2026-11-28, today or yesterday", wanted.date);
	return wanted.directory != NULL ? sign_days(&wanted)
					: show_day(&wanted);
}
