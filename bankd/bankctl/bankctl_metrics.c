/* SPDX-License-Identifier: ISC */
/*
 * bankctl metrics: the numbers of `status` for Prometheus, on standard output
 * or in a file for node_exporter's textfile collector.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/util.h"
#include "../control/control_metrics.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_file.h"

struct wanted {
	const char *path;
	enum control_metrics form;
};

static int
read_words(struct wanted *wanted, int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--openmetrics") == 0)
			wanted->form = CONTROL_METRICS_OPEN;
		else if (strcmp(argv[i], "--textfile") == 0 && i + 1 < argc)
			wanted->path = argv[++i];
		else
			return bankctl_complain(EX_USAGE,
			    "usage: bankctl metrics [--openmetrics] "
			    "[--textfile file]");
	}
	return 0;
}

/* Links of all programs, which would be files from then on. */
static int
check_path(const char *path)
{
	if (path == NULL ||
	    (strcmp(path, "/dev/stdout") != 0 &&
		strcmp(path, "/dev/stderr") != 0 &&
		strncmp(path, "/dev/fd/", strlen("/dev/fd/")) != 0))
		return 0;
	return bankctl_complain(EX_CANTCREAT,
	    "%s: --textfile makes a file; without it metrics writes to "
	    "standard output",
	    path);
}

static int
put(const struct wanted *wanted, const char *answer)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out;
	int code = 0;

	if ((out = open_memstream(&text, &length)) == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	control_metrics_put(answer, wanted->form, out);
	fclose(out);
	if (wanted->path != NULL)
		code = bankctl_write_file(wanted->path, text, length, 0644);
	else
		fputs(text, stdout);
	free(text);
	return code;
}

/* A bank that doesn't run has a value too: bankd_up 0. */
int
bankctl_metrics_run(struct bankctl *bankctl, int argc, char *argv[])
{
	const char *const words[] = { "status" };
	struct wanted wanted = { .form = CONTROL_METRICS_TEXT };
	char *answer = NULL;
	int code = read_words(&wanted, argc, argv);

	if (code == 0)
		code = check_path(wanted.path);
	if (code == 0)
		code =
		    bankctl_client_ask(bankctl, NELEM(words), words, &answer);
	/* Who may not ask is told so, and not that the bank is down. */
	if (code == 0 && control_get_code(answer) == EX_NOPERM)
		code = bankctl_client_print(answer, false);
	else if (code == 0 || code == CLIENT_NOBODY)
		code = put(&wanted, answer != NULL ? answer : "");
	free(answer);
	return code;
}
