/* SPDX-License-Identifier: ISC */
/*
 * What the files of `bankctl top` share.  _top_data.c has what is known of the
 * bank and knows no terminal; _top_draw.c draws it and asks nobody; _top.c is
 * the loop between them.
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
	bool known; /* the restart counts before: */
	uint64_t front_restarts, vault_restarts;
};

/* Takes a complete answer to `status`, with its time by the steady clock. */
void bankctl_top_data_status(
    struct top_data *data, const char *answer, uint64_t ms);
/* Notes that there was no answer, and why. */
void bankctl_top_data_down(struct top_data *data, const char *why);
/* Takes a line of the answer to `monitor`, and changes it in place. */
void bankctl_top_data_line(struct top_data *data, char *line, time_t now);
/* Lists what an operator should look into; returns the number of alarms. */
size_t bankctl_top_data_alarms(
    const struct top_data *data, char alarms[TOP_ALARMS][TOP_ALARM_SIZE]);

/*
 * Prepares drawing once curses has started: colours, no cursor; the mouse is
 * left to the terminal, which can mark and copy.
 */
void bankctl_top_draw_start(void);
/* Makes the next drawing redraw everything. */
void bankctl_top_draw_again(void);
void bankctl_top_draw(
    const struct top_data *data, unsigned interval_ms, bool paused);

#endif
