/* SPDX-License-Identifier: ISC */
/*
 * What a run measures: times in a histogram of buckets 0.8 % wide, and what
 * processes have used, from /proc.  Pure but for the reading of clock and
 * /proc.
 */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define HISTOGRAM_BITS 7
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)

struct histogram {
	uint64_t count;
	uint64_t max;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

/* Nanoseconds of a clock that never steps. */
uint64_t clock_ns(void);

void histogram_add(struct histogram *histogram, uint64_t ns);
/* The time that `part` (0 to 1) of all took at most; 0 for an empty one. */
uint64_t histogram_at(const struct histogram *histogram, double part);
/* `"p50_us":1.2,"p99_us":...,"curve":[[part,us],...]`, no brace around. */
void histogram_print(const struct histogram *histogram, FILE *out);

struct cpu {
	uint64_t user_us, system_us;
	uint64_t loop_us,
	    ready_us; /* its first thread: ran; waited for a core */
};

/* A process whose use of the machine is told beside the requests. */
struct process {
	const char *name;
	pid_t pid;
	struct cpu before;   /* at the start of the measured time, */
	struct cpu used;     /* and what was used within it */
	long rss_before_kib; /* before the first session, */
	long rss_after_kib;  /* and with all of them open */
};

/* So far, from /proc/PID/stat and schedstat; 0 for one that is gone. */
struct cpu process_cpu(pid_t pid);
/* Memory that is resident; 0 for one that is gone. */
long process_rss_kib(pid_t pid);

/* A small generator of numbers that a seed repeats; not for secrets. */
uint64_t random_next(uint64_t *state);

#endif
