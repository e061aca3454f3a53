/* SPDX-License-Identifier: ISC */
/*
 * The load generator's output: one line of JSON for each group, and the
 * figures of the processes that were named.
 */
#include "load.h"

#include <stdlib.h>

static uint64_t
replies(const struct load *load)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < load->group_count; i++)
		sum += load->groups[i].times->count;
	return sum;
}

void
report_memory(struct load *load, bool after)
{
	for (unsigned i = 0; i < load->process_count; i++) {
		struct process *process = &load->processes[i];
		long kib = process_rss_kib(process->pid);

		*(after ? &process->rss_after_kib : &process->rss_before_kib) =
		    kib;
	}
}

void
report_start(struct load *load)
{
	load->measured_ns = clock_ns();
	for (unsigned i = 0; i < load->process_count; i++)
		load->processes[i].before = process_cpu(load->processes[i].pid);
}

/* One that is gone has used nothing. */
static uint64_t
used(uint64_t now_us, uint64_t before_us)
{
	return now_us > before_us ? now_us - before_us : 0;
}

void
report_stop(struct load *load)
{
	load->measured_ns = clock_ns() - load->measured_ns;
	for (unsigned i = 0; i < load->process_count; i++) {
		struct process *process = &load->processes[i];
		struct cpu now = process_cpu(process->pid);
		const struct cpu *before = &process->before;

		process->used = (struct cpu) {
			.user_us = used(now.user_us, before->user_us),
			.system_us = used(now.system_us, before->system_us),
			.loop_us = used(now.loop_us, before->loop_us),
			.ready_us = used(now.ready_us, before->ready_us),
		};
	}
}

/* Per request of all groups, as nobody can tell them apart. */
static void
print_processes(const struct load *load, FILE *out)
{
	double requests = (double)replies(load);
	const char *comma = "";

	fputs(",\"processes\":{", out);
	for (unsigned i = 0; i < load->process_count; i++) {
		const struct process *process = &load->processes[i];
		double system_us = (double)process->used.system_us;
		double used_us = (double)process->used.user_us + system_us;

		fprintf(out,
		    "%s\"%s\":{\"cpu_s\":%.2f,\"system_s\":%.2f,"
		    "\"loop_s\":%.3f,\"ready_s\":%.3f,\"cpu_us\":%.2f,"
		    "\"rss_before_kib\":%ld,\"rss_after_kib\":%ld}",
		    comma, process->name, used_us / 1e6, system_us / 1e6,
		    (double)process->used.loop_us / 1e6,
		    (double)process->used.ready_us / 1e6,
		    requests > 0 ? used_us / requests : 0.0,
		    process->rss_before_kib, process->rss_after_kib);
		comma = ",";
	}
	fputc('}', out);
}

/* Returns the errors: replies but 200, and connections lost. */
static uint64_t
print_codes(const struct group *group, FILE *out)
{
	uint64_t errors = group->lost;
	const char *comma = "";

	fputs(",\"codes\":{", out);
	for (int code = 0; code < LOAD_MAX_CODE; code++) {
		if (group->codes[code] == 0)
			continue;
		if (code != 200)
			errors += group->codes[code];
		fprintf(out, "%s\"%d\":%llu", comma, code,
		    (unsigned long long)group->codes[code]);
		comma = ",";
	}
	fputc('}', out);
	return errors;
}

void
report_print(struct load *load, FILE *out)
{
	double seconds = (double)load->measured_ns / 1e9;

	for (unsigned i = 0; i < load->group_count; i++) {
		const struct group *group = &load->groups[i];
		uint64_t errors;

		fprintf(out,
		    "{\"case\":\"%s\",\"sessions\":%u,\"rate\":%g,"
		    "\"seed\":%llu,\"seconds\":%.3f,\"requests\":%llu,"
		    "\"throughput\":%.1f,",
		    group->what->name, group->size, group->rate,
		    (unsigned long long)load->seed, seconds,
		    (unsigned long long)group->times->count,
		    seconds > 0 ? (double)group->times->count / seconds : 0.0);
		histogram_print(group->times, out);
		fprintf(out, ",\"gap_us\":%.1f", (double)group->gap_ns / 1e3);
		errors = print_codes(group, out);
		fprintf(out,
		    ",\"errors\":%llu,\"lost\":%llu,\"acknowledged\":%llu,"
		    "\"unanswered\":%llu,\"backlog\":%llu",
		    (unsigned long long)errors, (unsigned long long)group->lost,
		    (unsigned long long)group->acknowledged,
		    (unsigned long long)group->unanswered,
		    (unsigned long long)group->backlog);
		print_processes(load, out);
		fputs("}\n", out);
	}
}
