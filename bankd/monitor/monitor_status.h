/* SPDX-License-Identifier: ISC */
/*
 * `status`, and figures for those who scrape: the children are asked, and
 * whoever waits is answered when all have answered, or after a while.
 */
#ifndef BANKD_MONITOR_STATUS_H
#define BANKD_MONITOR_STATUS_H

#include <event2/util.h>

struct child;
struct control_client;
struct monitor;

/* `client` is answered soon; there is no note of it. */
void monitor_status_begin(
    struct monitor *monitor, struct control_client *client, const char *note);
/* Asks the children, unless that is done; for scrape.h. */
void monitor_status_ask(void *monitor);
/* A child has sent its part. */
void monitor_status_reply(struct child *child);
/* The time for it is over. */
void monitor_status_bound(evutil_socket_t fd, short what, void *monitor);
/* Answers with what there is, if anybody waits. */
void monitor_status_answer(struct monitor *monitor);

#endif
