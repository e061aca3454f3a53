/* SPDX-License-Identifier: ISC */
/*
 * How the bank and its two processes are, in words.
 */
#ifndef BANKD_MONITOR_HEALTH_H
#define BANKD_MONITOR_HEALTH_H

struct child;
struct control_text;
struct monitor;

/* The bank's state as one word: `serving`, `failing`... */
const char *monitor_health_word(const struct monitor *monitor);
/* What the monitor knows of a child, as lines of `status`. */
void monitor_health_facts(
    struct control_text *answer, const struct child *child);
/* To the service manager, where it has changed. */
void monitor_health_tell(struct monitor *monitor);

#endif
