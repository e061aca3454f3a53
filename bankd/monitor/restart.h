/* SPDX-License-Identifier: ISC */
/*
 * When to start a process again that has ended unasked (bankd-files(5)).
 * Whatever kills it by a signal is answered for ever, with a pause that
 * grows from 0 to 5 s and is forgotten after a good run: a crash is no
 * switch to turn the bank off.  An end that counts (the vault's own: a failed
 * sync, a proof that failed) is the third within a minute the last.  Pure.
 */
#ifndef BANKD_RESTART_H
#define BANKD_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#define RESTART_FAILURES 3
#define RESTART_WINDOW_MS 60000
#define RESTART_PAUSE_FIRST_MS 100
#define RESTART_PAUSE_MAX_MS 5000
#define RESTART_GOOD_RUN_MS 1000

struct restart {
	uint64_t failures_ms[RESTART_FAILURES]; /* newest first */
	unsigned failures;
	uint64_t started_ms;
	uint64_t ready_ms; /* 0: the newest isn't ready yet */
	unsigned pause_ms; /* the one before the newest start */
	unsigned in_a_row; /* ends with no run of a minute between them */
	uint64_t count;    /* restarts, for status */
};

/* To be called at each start; times are of a clock that never steps. */
void restart_started(struct restart *restart, uint64_t now_ms);
/* To be called when what was started says that it serves. */
void restart_ready(struct restart *restart, uint64_t now_ms);

/*
 * To be called at each end.  Returns the pause in ms until the next start,
 * or -1 where there shall be none.
 */
int restart_ended(struct restart *restart, bool counts, uint64_t now_ms);

/*
 * How often it has ended in a row: 0 again once it has served for a minute.
 * It is failing from the second end on, while it doesn't serve.
 */
unsigned restart_in_a_row(const struct restart *restart, uint64_t now_ms);
bool restart_is_failing(const struct restart *restart);

#endif
