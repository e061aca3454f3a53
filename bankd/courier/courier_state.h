/* SPDX-License-Identifier: ISC */
/*
 * The one struct of the courier's process.  It keeps nothing that it would
 * miss after a kill: what is in doubt, the vault asks again.
 *
 *	courier.c           start, loop, the monitor's messages, the vault's
 *	courier_database.c  the connection
 *	courier_trip.c      statements sent on it, and their results
 *	courier_lots.c      lots put, lots got, the barrier
 *	courier_hosts.c     the table of hosts; a journal begun
 *	courier_check.c     what must be so before lots are put
 */
#ifndef BANKD_COURIER_STATE_H
#define BANKD_COURIER_STATE_H

#include <stdint.h>

#include "../../shared/config/config.h"
#include "../base/ipc.h"
#include "../base/options.h"
#include "courier_trip.h"

#define COURIER_NAME 512

struct courier_counts {
	uint64_t put, got, turns, doubts, connects;
};

struct courier {
	struct ipc *monitor, *vault;
	int new_vault_fd; /* of a vault to be heard from now on, or -1 */
	uint64_t lost_ms; /* when the vault left, 0: it didn't */
	struct config *config;
	struct courier_database *database;
	struct courier_counts *counts;
	char *in_force; /* the sandbox, in words */
	char
	    name[COURIER_NAME]; /* of this host, for operators: machine:state */
	bool started;

	uint8_t mark[IPC_LOT_BANK_SIZE]; /* of the vault's bank */
	bool marked;                     /* it came */
	bool checked;     /* this connection is the one of our bank's journal */
	bool forked;      /* it is another bank's: said for ever */
	int64_t clock_ms; /* the database's, less ours */
	bool clock_told;

	/* The turn among hosts that write at the same time. */
	bool turn;           /* we have it */
	uint64_t others_ms;  /* when a lot of another host was seen */
	uint64_t no_turn_ms; /* until then it isn't asked for */
	uint64_t turn_ms;    /* since when we have it */

	uint64_t have;    /* the lot that the vault has; 0: it is no host's */
	uint64_t told_ms; /* when the table of hosts heard of it */
	bool untold;      /* it didn't take our row, and the log says so */
	uint64_t newest;  /* lot that the journal is known to have */
};

#endif
