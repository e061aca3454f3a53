/* SPDX-License-Identifier: ISC */
/*
 * The facts of `status` as metrics, in base units.  The two formats differ in
 * the name of a counter's family, and in what ends the text.
 */
#include "control_metrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/util.h"
#include "../base/latency.h"
#include "control_codec.h"

#define US_PER_SECOND 1e6
#define MS_PER_SECOND 1e3
#define BYTES_PER_MB 1048576
#define FIELDS 4
#define VALUE_SIZE 512

struct exposition {
	FILE *out;
	const char *answer;
	bool open; /* OpenMetrics */
};

enum type { GAUGE, COUNTER, HISTOGRAM };

static void
put_family(const struct exposition *exposition, const char *name,
    enum type type, const char *help)
{
	static const char *const types[] = { "gauge", "counter", "histogram" };
	const char *end = type == COUNTER && !exposition->open ? "_total" : "";

	fprintf(exposition->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, end,
	    help, name, end, types[type]);
}

/* A whole number where it is one, as counts are. */
static void
put_number(const struct exposition *exposition, double value)
{
	if (value < 9e15 && value == (double)(int64_t)value)
		fprintf(exposition->out, " %" PRId64 "\n", (int64_t)value);
	else
		fprintf(exposition->out, " %.6f\n", value);
}

/* `{name="value",...}` of pairs that end with NULL. */
static void
put_labels(const struct exposition *exposition, const char *const labels[])
{
	const char *before = "{";

	for (; labels != NULL && labels[0] != NULL; labels += 2) {
		fprintf(exposition->out, "%s%s=\"", before, labels[0]);
		for (const char *text = labels[1]; *text != '\0'; text++) {
			if (*text == '"' || *text == '\\')
				putc('\\', exposition->out);
			putc(*text != '\n' ? *text : ' ', exposition->out);
		}
		putc('"', exposition->out);
		before = ",";
	}
	if (*before == ',')
		putc('}', exposition->out);
}

static void
put_sample(const struct exposition *exposition, const char *name,
    enum type type, const char *const labels[], double value)
{
	fprintf(exposition->out, "%s%s", name, type == COUNTER ? "_total" : "");
	put_labels(exposition, labels);
	put_number(exposition, value);
}

static void
put_gauge(const struct exposition *exposition, const char *name,
    const char *help, double value)
{
	put_family(exposition, name, GAUGE, help);
	put_sample(exposition, name, GAUGE, NULL, value);
}

static const struct metric {
	const char *fact, *name;
	enum type type;
	double scale;
	const char *help;
} metrics[] = {
	{ "uptime", "bankd_uptime_seconds", GAUGE, 1,
	    "Seconds since bankd was started." },
	{ "vault-uptime", "bankd_vault_uptime_seconds", GAUGE, 1,
	    "Seconds since the vault was started, whose counters begin then." },
	{ "front-restarts", "bankd_front_restarts", COUNTER, 1,
	    "Fronts that ended and were restarted." },
	{ "vault-restarts", "bankd_vault_restarts", COUNTER, 1,
	    "Vaults that ended and were restarted." },
	{ "front-failures", "bankd_front_failures", GAUGE, 1,
	    "Consecutive times that the front ended before it had served for a "
	    "minute." },
	{ "vault-failures", "bankd_vault_failures", GAUGE, 1,
	    "Consecutive times that the vault ended before it had served for a "
	    "minute." },
	{ "vault-recovered-percent", "bankd_vault_recovered_ratio", GAUGE, 0.01,
	    "Progress of the vault's recovery in its current step." },
	{ "front-connections", "bankd_front_connections", GAUGE, 1,
	    "Connections that the front holds." },
	{ "front-accepted", "bankd_front_accepted", COUNTER, 1,
	    "Connections that the front has accepted." },
	{ "front-refused", "bankd_front_refused", COUNTER, 1,
	    "Connections that the front has refused." },
	{ "front-unsent-bytes", "bankd_front_unsent_bytes", GAUGE, 1,
	    "Answers and notices that kiosks have not taken yet." },
	{ "vault-customers", "bankd_customers", GAUGE, 1,
	    "Customers, closed ones included." },
	{ "vault-entries", "bankd_entries", COUNTER, 1,
	    "Entries in the books." },
	{ "vault-sessions", "bankd_sessions", GAUGE, 1, "Sessions." },
	{ "vault-connections", "bankd_connections", GAUGE, 1,
	    "Connections of kiosks." },
	{ "vault-logins-waiting", "bankd_logins_waiting", GAUGE, 1,
	    "Logins that are being checked." },
	{ "vault-unsent-bytes", "bankd_vault_unsent_bytes", GAUGE, 1,
	    "Answers and notices that the front has not taken yet." },
	{ "vault-logins", "bankd_logins", COUNTER, 1, "Logins." },
	{ "vault-logins-refused", "bankd_logins_refused", COUNTER, 1,
	    "Logins refused." },
	{ "vault-carried-out", "bankd_transactions", COUNTER, 1,
	    "Transactions of customers carried out." },
	{ "vault-batches", "bankd_batches", COUNTER, 1, "Batches." },
	{ "vault-largest-batch", "bankd_largest_batch", GAUGE, 1,
	    "Most steps in one batch." },
	{ "vault-lot", "bankd_lots", COUNTER, 1, "Lots in the journal." },
	{ "vault-lots-behind", "bankd_lots_behind", GAUGE, 1,
	    "Lots that bank.db does not contain yet." },
	{ "vault-journal-segments", "bankd_journal_segments", GAUGE, 1,
	    "Segments of the journal." },
	{ "vault-journal-mb", "bankd_journal_bytes", GAUGE, BYTES_PER_MB,
	    "Size of the journal, with its spare segment." },
	{ "vault-log-mb", "bankd_database_log_bytes", GAUGE, BYTES_PER_MB,
	    "Size of bank.db-wal since it last started over." },
	{ "vault-commit-longest-us", "bankd_commit_longest_seconds", GAUGE,
	    1 / US_PER_SECOND, "The longest commit." },
	{ "vault-free-mb", "bankd_free_bytes", GAUGE, BYTES_PER_MB,
	    "Free room on the state's disk." },
	{ "courier-restarts", "bankd_courier_restarts", COUNTER, 1,
	    "Couriers that ended and were restarted." },
	{ "courier-failures", "bankd_courier_failures", GAUGE, 1,
	    "Consecutive times that the courier ended before it had served for "
	    "a minute." },
	{ "courier-newest", "bankd_courier_newest_lot", GAUGE, 1,
	    "The newest lot of all hosts that the courier knows of." },
	{ "courier-put", "bankd_courier_lots_put", COUNTER, 1,
	    "Lots that this host added to the hosts' journal." },
	{ "courier-got", "bankd_courier_lots_got", COUNTER, 1,
	    "Lots that this host read in the hosts' journal." },
	{ "courier-turns", "bankd_courier_turns", COUNTER, 1,
	    "Turns taken among hosts that write at the same time." },
	{ "courier-doubts", "bankd_courier_doubts", COUNTER, 1,
	    "Lots whose fate was not known at first." },
	{ "courier-connects", "bankd_courier_connects", COUNTER, 1,
	    "Connections made to the database." },
};

static void
put_facts(const struct exposition *exposition)
{
	uint64_t value;

	for (size_t i = 0; i < NELEM(metrics); i++) {
		const struct metric *metric = &metrics[i];

		if (!control_get_number(
			exposition->answer, metric->fact, &value))
			continue;
		put_family(
		    exposition, metric->name, metric->type, metric->help);
		put_sample(exposition, metric->name, metric->type, NULL,
		    (double)value * metric->scale);
	}
}

static bool
says(const struct exposition *exposition, const char *fact, const char *wanted)
{
	char value[32];

	return control_get_fact(
		   exposition->answer, fact, value, sizeof(value)) &&
	    strcmp(value, wanted) == 0;
}

static void
put_states(const struct exposition *exposition)
{
	const struct {
		const char *name, *help;
		bool value;
	} states[] = {
		{ "bankd_up", "Whether the bank serves.",
		    says(exposition, "state", "serving") },
		{ "bankd_failing",
		    "Whether front or vault ends again and again.",
		    says(exposition, "state", "failing") },
		{ "bankd_recovering",
		    "Whether the vault died and its next one is not ready yet.",
		    says(exposition, "state", "recovering") },
		{ "bankd_hanging", "Whether front or vault does not answer.",
		    says(exposition, "front", "not answering") ||
			says(exposition, "vault", "not answering") },
		{ "bankd_transactions_taken",
		    "Whether transactions are taken: not paused, disk not "
		    "full.",
		    says(exposition, "vault-transactions", "taken") },
	};

	for (size_t i = 0; i < NELEM(states); i++)
		put_gauge(exposition, states[i].name, states[i].help,
		    states[i].value);
}

static void
put_build(const struct exposition *exposition)
{
	char version[VALUE_SIZE], libraries[VALUE_SIZE];
	const char *const labels[] = { "version", version, "libraries",
		libraries, NULL };

	if (!control_get_fact(
		exposition->answer, "version", version, sizeof(version)))
		return;
	(void)control_get_fact(
	    exposition->answer, "libraries", libraries, sizeof(libraries));
	put_family(exposition, "bankd_build_info", GAUGE,
	    "The version that runs, and its libraries; always 1.");
	put_sample(exposition, "bankd_build_info", GAUGE, labels, 1);
}

/* The days in the facts, at their first seconds. */
static void
put_certificates(const struct exposition *exposition)
{
	static const char name[] = "bankd_certificate_expiry_timestamp_seconds";
	static const char *const of[][2] = {
		{ "front", "certificate-expires" },
		{ "bank", "bank-certificate-expires" },
	};
	bool begun = false;

	for (size_t i = 0; i < NELEM(of); i++) {
		const char *const labels[] = { "certificate", of[i][0], NULL };
		char text[VALUE_SIZE];
		struct tm tm = { 0 };

		if (!control_get_fact(
			exposition->answer, of[i][1], text, sizeof(text)) ||
		    strptime(text, "%Y-%m-%d", &tm) == NULL)
			continue;
		if (!begun)
			put_family(exposition, name, GAUGE,
			    "The day on which a certificate expires, in "
			    "seconds since 1970.");
		begun = true;
		put_sample(
		    exposition, name, GAUGE, labels, (double)timegm(&tm));
	}
}

/* What is reckoned of the facts of a bank of many hosts. */
static void
put_courier(const struct exposition *exposition)
{
	const char *answer = exposition->answer;
	uint64_t newest, lot;
	char clock[24];

	if (!control_get_fact(answer, "courier-pid", clock, sizeof(clock)))
		return;
	put_gauge(exposition, "bankd_courier_primary",
	    "Whether the courier has the primary of the hosts' journal.",
	    says(exposition, "courier-role", "primary"));
	put_gauge(exposition, "bankd_courier_forked",
	    "Whether the hosts' journal is another bank's.",
	    says(exposition, "courier-role", "another bank's"));
	if (control_get_number(answer, "courier-newest", &newest) &&
	    control_get_number(answer, "vault-lot", &lot))
		put_gauge(exposition, "bankd_courier_lots_behind",
		    "Lots of the hosts' journal that this host does not have "
		    "yet.",
		    newest > lot ? (double)(newest - lot) : 0);
	if (control_get_fact(answer, "courier-clock-ms", clock, sizeof(clock)))
		put_gauge(exposition, "bankd_courier_clock_ahead_seconds",
		    "How far this host's clock is ahead of the database's.",
		    (double)strtoll(clock, NULL, 10) / MS_PER_SECOND);
}

/*
 * A histogram, in which each bucket includes all faster ones.  It has the
 * doubles alone: each bound is a series, and Prometheus reckons between them.
 */
static void
put_commits(const struct exposition *exposition)
{
	static const char name[] = "bankd_commit_seconds";
	char text[LATENCY_TEXT_SIZE];
	struct latency latency;
	uint64_t below = 0;
	FILE *out = exposition->out;

	if (!control_get_fact(
		exposition->answer, "vault-commit-latency", text, sizeof(text)))
		return;
	latency_parse(&latency, text);
	(void)control_get_number(
	    exposition->answer, "vault-commit-total-us", &latency.total_us);
	put_family(
	    exposition, name, HISTOGRAM, "Commits by how long they took.");
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		below += latency.counts[i];
		if (!latency_is_double(i))
			continue;
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

/*
 * The figures of one kind, whose fact is that many words; the first `labels`
 * of them are labels, and word `value` is the sample.
 */
struct figure {
	const char *fact, *name, *help;
	size_t words, value;
	double scale;
	const char *label[2];
};

static const struct figure figures[] = {
	{ "answer", "bankd_answers",
	    "Answers to requests of customers, by verb and code.", 3, 2, 1,
	    { "verb", "code" } },
	{ "entry", "bankd_entries_booked", "Entries booked, by kind.", 3, 1, 1,
	    { "kind" } },
	{ "entry", "bankd_entries_amount",
	    "The money of the entries booked, by kind, in the bank's unit.", 3,
	    2, 0.01, { "kind" } },
	{ "kiosk", "bankd_kiosk_entries", "Entries made at a kiosk.", 4, 1, 1,
	    { "kiosk" } },
	{ "kiosk", "bankd_kiosk_cash_in",
	    "Cash that a kiosk took in, in the bank's unit.", 4, 2, 0.01,
	    { "kiosk" } },
	{ "kiosk", "bankd_kiosk_cash_out",
	    "Cash that a kiosk handed out, in the bank's unit.", 4, 3, 0.01,
	    { "kiosk" } },
};

/* Takes the words of a figure's line apart, in place; false: it is another. */
static bool
read_figure(char *line, const struct figure *figure, char *words[FIELDS])
{
	struct control_row row;
	char *rest;
	size_t count = 0;

	control_get_row(&row, line);
	if (row.kind != '+' || row.count < 2 ||
	    strncmp(row.fields[0], CONTROL_FIGURE, strlen(CONTROL_FIGURE)) !=
		0 ||
	    strcmp(row.fields[0] + strlen(CONTROL_FIGURE), figure->fact) != 0)
		return false;
	rest = row.fields[1];
	while (count < FIELDS && (words[count] = strsep(&rest, " ")) != NULL)
		count++;
	return count == figure->words;
}

static void
put_figure(const struct exposition *exposition, const struct figure *figure,
    char *const words[FIELDS])
{
	const char *labels[5] = { figure->label[0], words[0] };

	if (figure->label[1] != NULL) {
		labels[2] = figure->label[1];
		labels[3] = words[1];
	}
	put_sample(exposition, figure->name, COUNTER, labels,
	    (double)strtoull(words[figure->value], NULL, 10) * figure->scale);
}

static void
put_figures(const struct exposition *exposition, const struct figure *figure)
{
	char *copy = strdup(exposition->answer), *rest = copy, *line;
	char *words[FIELDS];
	bool any = false;

	while (rest != NULL && (line = strsep(&rest, "\n")) != NULL) {
		if (!read_figure(line, figure, words))
			continue;
		if (!any)
			put_family(
			    exposition, figure->name, COUNTER, figure->help);
		any = true;
		put_figure(exposition, figure, words);
	}
	free(copy);
}

void
control_metrics_put(const char *answer, enum control_metrics form, FILE *out)
{
	const struct exposition exposition = { out, answer,
		form == CONTROL_METRICS_OPEN };

	put_states(&exposition);
	put_build(&exposition);
	put_certificates(&exposition);
	put_facts(&exposition);
	put_courier(&exposition);
	put_commits(&exposition);
	for (size_t i = 0; i < NELEM(figures); i++)
		put_figures(&exposition, &figures[i]);
	if (exposition.open)
		fputs("# EOF\n", out);
}
