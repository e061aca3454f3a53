/* SPDX-License-Identifier: ISC */
/*
 * `GET /metrics` for Prometheus, on an address of this host alone or on a Unix
 * socket.  It is off unless [metrics] listen of bankd.ini names one.  Nothing
 * of a request is read but its first line; everybody is answered once, and
 * bounded in number, size and time.
 */
#ifndef BANKD_SCRAPE_H
#define BANKD_SCRAPE_H

#include <stddef.h>
#include <sys/types.h>

#include <event2/event.h>

struct scrape;

/*
 * Listens on `127.0.0.1:9280` or `[::1]:9280` (port 0 is a free one), or on the
 * socket `/path`, for its owner and a group ("": none).  `ask` is called when
 * somebody waits for scrape_answer().  0; or a code of sysexits(3) with the
 * reason in error[0..size).
 */
struct scrape_options {
	const char *where, *group;
	uid_t owner;
	void (*ask)(void *context);
	void *context;
};
int scrape_open(struct scrape **scrape, struct event_base *base,
    const struct scrape_options *options, char *error, size_t size);
void scrape_close(struct scrape *scrape);

/* What is wrong with the two keys, as far as is known without listening. */
int scrape_check(
    const char *where, const char *group, char *error, size_t size);

/* Where it listens, as it would stand in the file. */
const char *scrape_address(const struct scrape *scrape);
/* Answers all who wait, from an answer to `status`. */
void scrape_answer(struct scrape *scrape, const char *status);

#endif
