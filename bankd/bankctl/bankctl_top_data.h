/* SPDX-License-Identifier: ISC */
/* What `bankctl top` knows of the bank; it knows no terminal. */
#ifndef BANKD_BANKCTL_TOP_DATA_H
#define BANKD_BANKCTL_TOP_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "../base/latency.h"
#include "../store/store_kiosks.h"

#define TOP_ANSWER_SIZE 32768
#define TOP_SAMPLES 512
#define TOP_EVENTS 128
#define TOP_LINE_SIZE 256
#define TOP_KIOSKS 64
#define TOP_ALARMS 8
#define TOP_ALARM_SIZE 128

struct top_event {
	time_t when;
	int level; /* of syslog(3) */
	char line[TOP_LINE_SIZE];
};

struct top_kiosk {
	char name[KIOSK_NAME_SIZE], address[STORE_ADDRESS_SIZE];
	time_t seen; /* 0: never */
};

/* Enrolled ones, in order of name; more than the list holds are counted. */
struct top_kiosks {
	struct top_kiosk list[TOP_KIOSKS];
	size_t count;
};

/* What waits for an operator. */
struct top_waiting {
	uint64_t requests, cases;
};

struct top_data {
	bool up;                      /* the last request was answered */
	const char *down;             /* if not `up`, why not */
	char answer[TOP_ANSWER_SIZE]; /* the newest answer to `status` */
	struct latency commits;
	uint64_t transactions, taken_ms; /* at the newest answer */
	/* Transactions per second between two answers, the newest last. */
	double samples[TOP_SAMPLES];
	size_t sample_count;
	struct top_event events[TOP_EVENTS]; /* the newest last */
	size_t event_count;
	/* The newest whole answers, and what has come of the next. */
	struct top_kiosks kiosks, kiosks_coming;
	struct top_waiting waiting, waiting_coming;
	bool known; /* the restart counts before: */
	uint64_t front_restarts, vault_restarts;
};

/* Takes a complete answer to `status`, with its time by the steady clock. */
void bankctl_top_data_status(
    struct top_data *data, const char *answer, uint64_t ms);
/* Notes that there was no answer, and why. */
void bankctl_top_data_down(struct top_data *data, const char *why);
/*
 * Takes a line of the answer to `monitor`, to `kiosk list` or to `requests`,
 * and changes it in place.
 */
typedef void bankctl_top_data_take(
    struct top_data *data, char *line, time_t now);
bankctl_top_data_take bankctl_top_data_line, bankctl_top_data_kiosk,
    bankctl_top_data_request;
/* Lists what an operator should look into; returns the number of alarms. */
size_t bankctl_top_data_alarms(
    const struct top_data *data, char alarms[TOP_ALARMS][TOP_ALARM_SIZE]);

#endif
