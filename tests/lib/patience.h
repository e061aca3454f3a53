/* SPDX-License-Identifier: ISC */
/*
 * How long a test waits before it takes what it waits for to hang.  A bound
 * is given in milliseconds of a quiet machine of our time, and is there to
 * end a hang and never to judge a speed: it grows with $SLOW, which tests/run
 * measures for this machine and build, and with what else the machine does
 * meanwhile.  tests/lib/patience.py is the same in Python.
 */
#ifndef TESTS_PATIENCE_H
#define TESTS_PATIENCE_H

#include <poll.h>
#include <stdbool.h>

/* One wait: its start, its bound, and what that has grown to. */
struct patience {
	long began_ms, base_ms, most_ms;
};

void patience_begin(struct patience *patience, long base_ms);
/* Milliseconds until it is to be asked again; 0 when it is over. */
int patience_left_ms(struct patience *patience);
bool patience_is_over(struct patience *patience);

/* As poll(2) with a bound: 0 is a hang. */
int patience_poll(struct pollfd *fds, nfds_t count, long base_ms);
/* Ends this process, which may hang, by SIGALRM. */
void patience_alarm(long base_ms);

#endif
