/* SPDX-License-Identifier: ISC */
/*
 * The vault's part of `bankctl status`.
 */
#include "vault_status.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "../../shared/base/util.h"
#include "../store/store_serve.h"
#include "core/vault_state.h"
#include "verbs/verbs.h"
#include "login/login.h"
#include "../base/latency.h"
#include "../base/state_dir.h"

#define STATUS_SIZE 15360
#define BYTES_PER_MB (UINT64_C(1024) * 1024)

struct status {
	char text[STATUS_SIZE];
	size_t length;
};

static void __attribute__((format(printf, 3, 4)))
fact(struct status *status, const char *key, const char *format, ...)
{
	size_t room = sizeof(status->text) - status->length;
	char value[LATENCY_TEXT_SIZE];
	va_list ap;
	int n;

	va_start(ap, format);
	vsnprintf(value, sizeof(value), format, ap);
	va_end(ap);
	n = snprintf(
	    status->text + status->length, room, "vault-%s %s\n", key, value);
	if (n > 0 && (size_t)n < room)
		status->length += (size_t)n;
}

static void
fact_count(struct status *status, const char *key, uint64_t count)
{
	fact(status, key, "%" PRIu64, count);
}

static void
fact_quantile(struct status *status, const char *key,
    const struct latency *commits, unsigned percent)
{
	uint64_t us = latency_quantile_us(commits, percent);

	if (us == UINT64_MAX)
		fact(status, key, "more than %" PRIu64,
		    latency_bound_us(LATENCY_BUCKETS - 2));
	else
		fact_count(status, key, us);
}

static void
fact_counts(struct status *status, const struct vault_counts *counts)
{
	const uint64_t now = counts->transactions;
	char text[LATENCY_TEXT_SIZE];

	fact_count(status, "logins", counts->logins);
	fact_count(status, "logins-refused", counts->refused);
	fact_count(status, "carried-out", now);
	fact_count(status, "last-second",
	    counts->past[VAULT_PAST_SECONDS - 1] -
		counts->past[VAULT_PAST_SECONDS - 2]);
	fact_count(status, "last-minute", now - counts->past[0]);
	fact_count(status, "batches", counts->batches);
	fact_count(status, "largest-batch", counts->largest_batch);
	fact_count(status, "commits", latency_count(&counts->commits));
	fact_quantile(status, "commit-p50-us", &counts->commits, 50);
	fact_quantile(status, "commit-p99-us", &counts->commits, 99);
	fact_count(status, "commit-longest-us", counts->commits.longest_us);
	fact_count(status, "commit-total-us", counts->commits.total_us);
	latency_format(&counts->commits, text);
	fact(status, "commit-latency", "%s", text[0] != '\0' ? text : "-");
}

static void
fact_journal(struct status *status, const struct store *store)
{
	struct store_status now;

	store_status(store, &now);
	fact_count(status, "lot", now.lot);
	fact_count(status, "lots-behind", now.behind);
	fact_count(status, "journal-segments", now.journal.segments);
	fact_count(status, "journal-mb", now.journal.bytes / BYTES_PER_MB);
	fact(status, "journal-spare", now.journal.spare ? "yes" : "no");
}

/* A verb as an operator knows it; the wire has a digit for some. */
static const char *
verb_name(unsigned verb)
{
	static const char *const names[] = {
		[REQUESTS_TRANSFER] = "transfer",
		[REQUESTS_BALANCES] = "balances",
		[REQUESTS_EXIT] = "exit",
		[REQUESTS_DEPOSIT] = "deposit",
		[REQUESTS_WITHDRAW] = "withdraw",
		[REQUESTS_REVERSE] = "reverse",
		[REQUESTS_OUTCOME] = "outcome",
		[REQUESTS_HISTORY] = "history",
		[REQUESTS_DETAILS] = "details",
		[REQUESTS_PASSWORD] = "password",
		[REQUESTS_CLOSE] = "close",
		[REQUESTS_NOTIFY] = "notify",
		[REQUESTS_PING] = "ping",
		[REQUESTS_REVERSAL] = "reversal",
	};
	static_assert(NELEM(names) <= FIGURES_VERBS, "each is counted");

	return verb < NELEM(names) ? names[verb] : NULL;
}

/* One line for each code: several replies may have it. */
static void
fact_answers(struct status *status, const struct figures *figures)
{
	for (unsigned verb = 0; verb_name(verb) != NULL; verb++) {
		uint64_t count = 0;

		for (int i = 0; i < WIRE_REPLY_COUNT; i++) {
			int code = wire_reply_code((enum wire_reply)i);

			count += figures->answers[verb][i];
			if (i + 1 < WIRE_REPLY_COUNT &&
			    wire_reply_code((enum wire_reply)(i + 1)) == code)
				continue;
			if (count > 0)
				fact(status, "figure-answer", "%s %d %" PRIu64,
				    verb_name(verb), code, count);
			count = 0;
		}
	}
}

static void
fact_figures(struct status *status, const struct figures *figures)
{
	fact_answers(status, figures);
	for (int i = 0; i < LEDGER_KIND_COUNT; i++) {
		if (figures->entries[i] > 0)
			fact(status, "figure-entry", "%s %" PRIu64 " %" PRId64,
			    ledger_kind_name((enum ledger_kind)i),
			    figures->entries[i], figures->cents[i]);
	}
	for (size_t i = 0; i < NELEM(figures->kiosks); i++) {
		const struct figures_kiosk *kiosk = &figures->kiosks[i];

		if (kiosk->entries > 0)
			fact(status, "figure-kiosk",
			    "%s %" PRIu64 " %" PRId64 " %" PRId64, kiosk->name,
			    kiosk->entries, kiosk->in_cents, kiosk->out_cents);
	}
}

void
vault_status_send(struct vault *vault)
{
	struct status status = { .length = 0 };
	char chain[2 * 32 + 1];

	if (vault->serving) {
		hex_encode(store_chain(vault->books->store), 32, chain);
		if (vault->no_room != NULL)
			fact(&status, "transactions", "refused, %s",
			    vault->no_room);
		else
			fact(&status, "transactions", "%s",
			    vault->paused ? "refused, paused" : "taken");
		fact_count(
		    &status, "customers", store_lines(vault->books->store));
		fact_count(
		    &status, "entries", store_last_seq(vault->books->store));
		fact(&status, "chain", "%s", chain);
		fact_count(&status, "free-mb",
		    state_dir_free(vault->dir) / BYTES_PER_MB);
		fact_count(&status, "log-mb",
		    store_log_bytes(vault->books->store) / BYTES_PER_MB);
		fact_journal(&status, vault->books->store);
		fact_count(&status, "sessions", vault->sessions->count);
		fact_count(&status, "connections", vault->connections->count);
		fact_count(
		    &status, "logins-waiting", logins_count(vault->logins));
		fact_count(
		    &status, "unsent-bytes", ipc_link_pending(&vault->front));
		fact_counts(&status, vault->counts);
		fact(&status, "sandbox", "%s", vault->sandbox);
		fact_figures(&status, &vault->counts->figures);
	}
	(void)ipc_send(vault->monitor.ipc, IPC_STATUS_REPLY, 0, status.text,
	    status.length, -1);
}
