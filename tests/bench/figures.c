/* SPDX-License-Identifier: ISC */
/*
 * The figures of the benchmark: histogram, clock, /proc.  Used by all its
 * programs; keeps nothing.
 */
#include "figures.h"

#include <time.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

uint64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Values below 2^BITS have a bucket each; above, 2^BITS for each octave. */
static unsigned
bucket_of(uint64_t value)
{
	unsigned octave, shift;

	if (value >> HISTOGRAM_BITS == 0)
		return (unsigned)value;
	octave = 63 - (unsigned)__builtin_clzll(value);
	shift = octave - HISTOGRAM_BITS;
	return ((shift + 1) << HISTOGRAM_BITS) +
	    (unsigned)((value >> shift) - (1U << HISTOGRAM_BITS));
}

/* The middle of a bucket. */
static uint64_t
value_of(unsigned bucket)
{
	unsigned shift;
	uint64_t low;

	if (bucket >> HISTOGRAM_BITS == 0)
		return bucket;
	shift = (bucket >> HISTOGRAM_BITS) - 1;
	low = (uint64_t)(bucket & ((1U << HISTOGRAM_BITS) - 1)) +
	    (1U << HISTOGRAM_BITS);
	return (low << shift) + ((UINT64_C(1) << shift) >> 1);
}

void
histogram_add(struct histogram *histogram, uint64_t ns)
{
	histogram->bucket[bucket_of(ns)]++;
	histogram->count++;
	if (ns > histogram->max)
		histogram->max = ns;
}

uint64_t
histogram_at(const struct histogram *histogram, double part)
{
	double wanted = part * (double)histogram->count;
	uint64_t passed = 0, value;

	if (histogram->count == 0)
		return 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		passed += histogram->bucket[i];
		if (histogram->bucket[i] == 0 || (double)passed < wanted)
			continue;
		value = value_of(i);
		return value < histogram->max ? value : histogram->max;
	}
	return histogram->max;
}

void
histogram_print(const struct histogram *histogram, FILE *out)
{
	static const double parts[] = { 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95,
		0.99, 0.995, 0.999, 0.9995, 0.9999 };
	const char *comma = "";

	fprintf(out,
	    "\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f",
	    (double)histogram_at(histogram, 0.5) / 1e3,
	    (double)histogram_at(histogram, 0.99) / 1e3,
	    (double)histogram_at(histogram, 0.999) / 1e3,
	    (double)histogram->max / 1e3);
	fputs(",\"curve\":[", out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		fprintf(out, "%s[%g,%.1f]", comma, parts[i],
		    (double)histogram_at(histogram, parts[i]) / 1e3);
		comma = ",";
	}
	fputc(']', out);
}

/* /proc/PID/NAME, or NULL. */
static FILE *
process_open(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

struct cpu
process_cpu(pid_t pid)
{
	uint64_t tick_us = 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	unsigned long user, system;
	unsigned long long ran_ns, ready_ns;
	struct cpu cpu = { 0 };
	FILE *file;

	if ((file = process_open(pid, "stat")) == NULL)
		return cpu;
	/* No name of ours has a parenthesis in it. */
	if (fscanf(file,
		"%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		"%lu %lu",
		&user, &system) == 2)
		cpu = (struct cpu) { .user_us = user * tick_us,
			.system_us = system * tick_us };
	fclose(file);
	if ((file = process_open(pid, "schedstat")) == NULL)
		return cpu;
	if (fscanf(file, "%llu %llu", &ran_ns, &ready_ns) == 2) {
		cpu.loop_us = ran_ns / 1000;
		cpu.ready_us = ready_ns / 1000;
	}
	fclose(file);
	return cpu;
}

long
process_rss_kib(pid_t pid)
{
	long pages = 0;
	FILE *file;

	if ((file = process_open(pid, "statm")) == NULL)
		return 0;
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* splitmix64, of the public domain. */
uint64_t
random_next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}
