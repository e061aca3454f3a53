/* SPDX-License-Identifier: ISC */
/*
 * bankctl's monitor and log: those who follow the log, and its level.
 */
#ifndef BANKD_MONITOR_FOLLOW_H
#define BANKD_MONITOR_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

#define MONITOR_FOLLOWERS 8

struct control_client;
struct monitor;

struct monitor_follow {
	struct control_client *clients[MONITOR_FOLLOWERS];
	size_t count;
	int own_level; /* of `bankctl log`, or -1: the configuration's */
};

/* From now on the client gets what is logged; there is no note of it. */
void monitor_follow_begin(
    struct monitor *monitor, struct control_client *client, const char *note);
void monitor_follow_line(
    struct monitor_follow *follow, int priority, const char *line);
void monitor_follow_end(struct monitor_follow *follow);
/* By its name, or `default`; false: there is no such level. */
bool monitor_follow_set_level(struct monitor *monitor, const char *name);

#endif
