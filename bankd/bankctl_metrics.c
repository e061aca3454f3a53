/* SPDX-License-Identifier: ISC */
/*
 * bankctl metrics: what `status` tells in numbers, as OpenMetrics text, on
 * standard output or in a file for node_exporter's textfile collector.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../shared/util.h"
#include "bankctl.h"

#define VALUE_SIZE 64

static const struct metric {
	const char *fact, *name, *type, *help;
} metrics[] = {
	{ "uptime", "bankd_uptime_seconds", "gauge",
	    "Seconds since bankd was started." },
	{ "front-restarts", "bankd_front_restarts", "counter",
	    "Fronts that ended and were started anew." },
	{ "vault-restarts", "bankd_vault_restarts", "counter",
	    "Vaults that ended and were started anew." },
	{ "vault-customers", "bankd_customers", "gauge",
	    "Customers, closed ones included." },
	{ "vault-entries", "bankd_entries", "counter",
	    "Entries in the books." },
	{ "vault-sessions", "bankd_sessions", "gauge", "Sessions." },
	{ "vault-connections", "bankd_connections", "gauge",
	    "Connections of kiosks." },
	{ "vault-logins-waiting", "bankd_logins_waiting", "gauge",
	    "Logins that are being checked." },
	{ "vault-logins", "bankd_logins", "counter",
	    "Logins since the vault began." },
	{ "vault-logins-refused", "bankd_logins_refused", "counter",
	    "Logins refused since the vault began." },
	{ "vault-carried-out", "bankd_transactions", "counter",
	    "Transactions carried out since the vault began." },
	{ "vault-batches", "bankd_batches", "counter",
	    "Batches since the vault began." },
	{ "vault-free-mb", "bankd_free_mebibytes", "gauge",
	    "Free room on the state's disk." },
};

/* The value of a fact that is a number, from an answer's lines. */
static bool
value_of(const char *answer, const char *fact, char value[VALUE_SIZE])
{
	size_t length = strlen(fact), digits;

	for (const char *line = answer; line != NULL && *line != '\0';
	     line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "+ ", 2) != 0 ||
		    strncmp(line + 2, fact, length) != 0 ||
		    line[2 + length] != '\t')
			continue;
		line += 2 + length + 1;
		digits = strspn(line, "0123456789");
		if (digits == 0 || digits >= VALUE_SIZE)
			return false;
		string_copy(value, line, digits + 1);
		return true;
	}
	return false;
}

static bool
says(const char *answer, const char *fact_and_value)
{
	return strstr(answer, fact_and_value) != NULL;
}

static void
put_gauge(FILE *out, const char *name, const char *help, bool value)
{
	fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n%s %d\n", name, name, help,
	    name, value);
}

static void
put_metrics(FILE *out, const char *answer)
{
	char value[VALUE_SIZE];

	put_gauge(out, "bankd_up", "Whether the bank serves.",
	    says(answer, "+ state\tserving\n"));
	put_gauge(out, "bankd_transactions_taken",
	    "Whether transactions are taken: not paused, disk not full.",
	    says(answer, "+ vault-transactions\ttaken\n"));
	for (size_t i = 0; i < NELEM(metrics); i++) {
		const struct metric *metric = &metrics[i];

		if (!value_of(answer, metric->fact, value))
			continue;
		fprintf(out, "# TYPE %s %s\n# HELP %s %s\n%s%s %s\n",
		    metric->name, metric->type, metric->name, metric->help,
		    metric->name,
		    strcmp(metric->type, "counter") == 0 ? "_total" : "",
		    value);
	}
	fputs("# EOF\n", out);
}

/* A bank that doesn't run is a value too: bankd_up 0. */
int
metrics_run(struct bankctl *bankctl, int argc, char *argv[])
{
	const char *const words[] = { "status" };
	const char *path = NULL;
	char *answer = NULL, *text = NULL;
	size_t length = 0;
	FILE *out;
	int code;

	if (argc == 3 && strcmp(argv[1], "--textfile") == 0)
		path = argv[2];
	else if (argc != 1)
		return complain(
		    EX_USAGE, "usage: bankctl metrics [--textfile file]");
	code = client_ask(bankctl, NELEM(words), words, &answer);
	if (code != 0 && code != CLIENT_NOBODY)
		return code;
	if ((out = open_memstream(&text, &length)) == NULL) {
		free(answer);
		return complain(EX_OSERR, "no memory");
	}
	put_metrics(out, answer != NULL ? answer : "");
	fclose(out);
	if (path != NULL)
		code = write_file(path, text, length, 0644);
	else if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		code = complain(EX_IOERR, "standard output");
	else
		code = 0;
	free(text);
	free(answer);
	return code;
}
