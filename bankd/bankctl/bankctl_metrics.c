/* SPDX-License-Identifier: ISC */
/*
 * bankctl metrics: the numbers of `status` as OpenMetrics text, on standard
 * output or in a file for node_exporter's textfile collector.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_keys.h"
#include "../base/latency.h"

#define US_PER_SECOND 1e6

static const struct metric {
	const char *fact, *name, *type, *help;
} metrics[] = {
	{ "uptime", "bankd_uptime_seconds", "gauge",
	    "Seconds since bankd was started." },
	{ "front-restarts", "bankd_front_restarts", "counter",
	    "Fronts that ended and were restarted." },
	{ "vault-restarts", "bankd_vault_restarts", "counter",
	    "Vaults that ended and were restarted." },
	{ "front-failures", "bankd_front_failures", "gauge",
	    "Consecutive times that the front ended before it had served for a "
	    "minute." },
	{ "vault-failures", "bankd_vault_failures", "gauge",
	    "Consecutive times that the vault ended before it had served for a "
	    "minute." },
	{ "vault-recovered-percent", "bankd_vault_recovered_percent", "gauge",
	    "Progress of the vault's recovery in its current step." },
	{ "vault-customers", "bankd_customers", "gauge",
	    "Customers, closed ones included." },
	{ "vault-entries", "bankd_entries", "counter", "Entries." },
	{ "vault-sessions", "bankd_sessions", "gauge", "Sessions." },
	{ "vault-connections", "bankd_connections", "gauge",
	    "Connections of kiosks." },
	{ "vault-logins-waiting", "bankd_logins_waiting", "gauge",
	    "Logins that are being checked." },
	{ "vault-logins", "bankd_logins", "counter",
	    "Logins since the vault started." },
	{ "vault-logins-refused", "bankd_logins_refused", "counter",
	    "Logins refused since the vault started." },
	{ "vault-carried-out", "bankd_transactions", "counter",
	    "Transactions carried out since the vault started." },
	{ "vault-batches", "bankd_batches", "counter",
	    "Batches since the vault started." },
	{ "vault-largest-batch", "bankd_largest_batch", "gauge",
	    "Most steps in one batch since the vault started." },
	{ "vault-lot", "bankd_lot", "counter", "Lots in the journal." },
	{ "vault-lots-behind", "bankd_lots_behind", "gauge",
	    "Lots that bank.db does not contain yet." },
	{ "vault-journal-segments", "bankd_journal_segments", "gauge",
	    "Segments of the journal." },
	{ "vault-journal-mb", "bankd_journal_mebibytes", "gauge",
	    "Size of the journal, with its spare segment." },
	{ "vault-commit-longest-us", "bankd_commit_longest_microseconds",
	    "gauge", "The longest commit since the vault started." },
	{ "vault-free-mb", "bankd_free_mebibytes", "gauge",
	    "Free room on the state's disk." },
};

static bool
says(const char *answer, const char *fact, const char *wanted)
{
	char value[32];

	return control_get_fact(answer, fact, value, sizeof(value)) &&
	    strcmp(value, wanted) == 0;
}

static void
put_gauge(FILE *out, const char *name, const char *help, bool value)
{
	fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n%s %d\n", name, name, help,
	    name, value);
}

/* A histogram, in which each bucket includes all faster ones. */
static void
put_commits(FILE *out, const char *answer)
{
	static const char name[] = "bankd_commit_seconds";
	char text[LATENCY_TEXT_SIZE];
	struct latency latency;
	uint64_t below = 0;

	if (!control_get_fact(
		answer, "vault-commit-latency", text, sizeof(text)))
		return;
	latency_parse(&latency, text);
	(void)control_get_number(
	    answer, "vault-commit-total-us", &latency.total_us);
	fprintf(out,
	    "# TYPE %s histogram\n# UNIT %s seconds\n"
	    "# HELP %s Commits by how long they took, since the vault began.\n",
	    name, name, name);
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		below += latency.counts[i];
		fprintf(out, "%s_bucket{le=\"", name);
		if (i + 1 < LATENCY_BUCKETS)
			fprintf(out, "%.6f",
			    (double)latency_bound_us(i) / US_PER_SECOND);
		else
			fputs("+Inf", out);
		fprintf(out, "\"} %" PRIu64 "\n", below);
	}
	fprintf(out, "%s_sum %.6f\n%s_count %" PRIu64 "\n", name,
	    (double)latency.total_us / US_PER_SECOND, name, below);
}

static void
put_metrics(FILE *out, const char *answer)
{
	uint64_t value;

	put_gauge(out, "bankd_up", "Whether the bank serves.",
	    says(answer, "state", "serving"));
	put_gauge(out, "bankd_failing",
	    "Whether front or vault ends again and again.",
	    says(answer, "state", "failing"));
	put_gauge(out, "bankd_recovering",
	    "Whether the vault died and its next one is not ready yet.",
	    says(answer, "state", "recovering"));
	put_gauge(out, "bankd_hanging",
	    "Whether front or vault does not answer.",
	    says(answer, "front", "not answering") ||
		says(answer, "vault", "not answering"));
	put_gauge(out, "bankd_transactions_taken",
	    "Whether transactions are taken: not paused, disk not full.",
	    says(answer, "vault-transactions", "taken"));
	for (size_t i = 0; i < NELEM(metrics); i++) {
		const struct metric *metric = &metrics[i];

		if (!control_get_number(answer, metric->fact, &value))
			continue;
		fprintf(out, "# TYPE %s %s\n# HELP %s %s\n%s%s %" PRIu64 "\n",
		    metric->name, metric->type, metric->name, metric->help,
		    metric->name,
		    strcmp(metric->type, "counter") == 0 ? "_total" : "",
		    value);
	}
	put_commits(out, answer);
	fputs("# EOF\n", out);
}

/* A bank that doesn't run has a value too: bankd_up 0. */
int
bankctl_metrics_run(struct bankctl *bankctl, int argc, char *argv[])
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
		return bankctl_complain(
		    EX_USAGE, "usage: bankctl metrics [--textfile file]");
	code = bankctl_client_ask(bankctl, NELEM(words), words, &answer);
	if (code != 0 && code != CLIENT_NOBODY)
		return code;
	if ((out = open_memstream(&text, &length)) == NULL) {
		free(answer);
		return bankctl_complain(EX_OSERR, "no memory");
	}
	put_metrics(out, answer != NULL ? answer : "");
	fclose(out);
	if (path != NULL)
		code = bankctl_write_file(path, text, length, 0644);
	else {
		fputs(text, stdout);
		code = 0;
	}
	free(text);
	free(answer);
	return code;
}
