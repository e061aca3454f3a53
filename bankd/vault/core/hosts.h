/* SPDX-License-Identifier: ISC */
/*
 * A vault among many hosts of one bank: what others change is taken over
 * here too, sessions end that they ended, and while nobody knows what they
 * do, this host lets nobody in.
 *
 *	            the journal is fresh
 *	AWAY ------------------------------> SERVING
 *	  ^   its attempts are taken back      |
 *	  +------------------------------------+
 *	   it has not been fresh for `stale`: sessions end, E 503
 *
 * A lot in doubt is waited for; past a while the process ends instead, and
 * what it asked for is found by the next start, or by whoever asks OUTCOME.
 * Of a vault that is alone nothing of this ever happens.
 */
#ifndef BANKD_HOSTS_H
#define BANKD_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

struct session;
struct vault;

struct hosts {
	/* What the batch does; set once, at the start. */
	void (*undo)(struct vault *vault);
	void (*forget)(struct vault *vault, const struct session *session);
	bool away;         /* nobody is let in */
	bool ready;        /* this host's attempts were taken back */
	bool kiosks;       /* changed by the lot in hand */
	uint64_t lots;     /* that were taken over */
	uint64_t doubt_ms; /* steady clock: no answer since; 0: none needed */
	uint64_t alive_ms; /* when the monitor was told so */
	char why[256];     /* it is away, as the log has it */
	uint64_t told_ms;  /* steady clock: when the log was told so */
};

/* At a start, before anybody is let in.  0 or what store.h says. */
int hosts_begin(struct vault *vault);
/*
 * Takes over what others did while this vault had nothing to ask for.  Sets
 * *next_ms to when it is to be called again, 0: at once.  0 or an error after
 * which the process must end.
 */
int hosts_poll(struct vault *vault, unsigned *next_ms);
/* Within a batch that was second: 0, or an error. */
int hosts_catch_up(struct vault *vault);
/*
 * Before a batch that writes nothing is answered: BANK_EAGAIN where others'
 * lots came, which are taken over; 0 where there were none and all that it
 * rests on is firm.  They are asked for once: `again` says that the batch runs
 * again with what came, which is as new as its requests.  A host that waited
 * until nothing comes would never answer beside a busy one.
 */
int hosts_confirm(struct vault *vault, bool again);
/*
 * The journal is of another history: ends the vault, with bank.db at all that
 * was answered, which is what an operator may choose to go on with.  No batch
 * is open.
 */
_Noreturn void hosts_fork(struct vault *vault);
/* The journal has answered. */
void hosts_answered(struct vault *vault);

#endif
