/* SPDX-License-Identifier: ISC */
/*
 * What the files of `bankctl top` share: what it knows of the bank, in
 * _top_data.c, which knows no terminal; how it looks, in _top_draw.c, which
 * asks nobody; and the loop between them, in _top.c.
 */
#ifndef BANKD_BANKCTL_TOP_H
#define BANKD_BANKCTL_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "../base/latency.h"

#define TOP_ANSWER_SIZE 16384
#define TOP_SAMPLES 512
#define TOP_EVENTS 128
#define TOP_LINE_SIZE 256
#define TOP_ALARMS 8
#define TOP_ALARM_SIZE 128

struct top_event {
	time_t when;
	int level; /* of syslog(3) */
	char line[TOP_LINE_SIZE];
};

struct top_data {
	bool up;                      /* the last question was answered */
	const char *down;             /* else why not */
	char answer[TOP_ANSWER_SIZE]; /* to `status`, the newest */
	struct latency commits;
	uint64_t transactions, taken_ms; /* at the newest answer */
	/* Transactions a second between two answers, the newest last. */
	double samples[TOP_SAMPLES];
	size_t sample_count;
	struct top_event events[TOP_EVENTS]; /* the newest last */
	size_t event_count;
	bool known; /* the counts of restarts before: */
	uint64_t front_restarts, vault_restarts;
};

/* A whole answer to `status`, at this time of the steady clock. */
void bankctl_top_data_status(
    struct top_data *data, const char *answer, uint64_t ms);
/* No answer, and why. */
void bankctl_top_data_down(struct top_data *data, const char *why);
/* A line of the answer to `monitor`, in place. */
void bankctl_top_data_line(struct top_data *data, char *line, time_t now);
/* What an operator should look into; how many there are. */
size_t bankctl_top_data_alarms(
    const struct top_data *data, char alarms[TOP_ALARMS][TOP_ALARM_SIZE]);

/* After curses has started: colours, no cursor, and the mouse is the
 * terminal's own, which can mark and copy. */
void bankctl_top_draw_start(void);
/* The next one draws everything anew. */
void bankctl_top_draw_again(void);
void bankctl_top_draw(
    const struct top_data *data, unsigned interval_ms, bool paused);

#endif
