/* SPDX-License-Identifier: ISC */
/*
 * The one struct of the process, which holds its rooms by pointer; for the
 * rooms that run it.  All of it is the loop's; the threads of the pools see
 * their jobs alone.
 */
#ifndef BANKD_VAULT_STATE_H
#define BANKD_VAULT_STATE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../base/ipc_link.h"
#include "../../store/store_open.h"
#include "batch.h"
#include "books.h"
#include "connections.h"
#include "sessions.h"
#include "vault_core.h"

#define VAULT_REASON_SIZE 1024
#define VAULT_SANDBOX_SIZE 256

struct vault {
	struct event_base *base;
	struct busy_poll *poll;
	struct ipc_link monitor, front;
	struct event *tick;
	struct event *publish;    /* what bank.db is behind in */
	struct event *poll_hosts; /* others' lots */
	struct event *open_again; /* while another program holds bank.db */
	bool waits;               /* another program has bank.db; told */
	char sandbox[VAULT_SANDBOX_SIZE];

	struct store_options where; /* the store is, and its journal */
	struct hosts *hosts;
	struct books *books;
	struct state_dir *dir;
	struct files *files;
	struct journal_link *couriers; /* NULL where there are no hosts */
	struct store_reader *statement_reader, *operator_reader;
	struct pool *pools[VAULT_POOLS];
	struct bank_clock *clock;
	struct batch *batch;
	struct deferred_queue deferred;
	struct connections *connections;
	struct sessions *sessions;
	struct logins *logins; /* login.h; Kprb is in there */
	struct vault_counts *counts;

	const char *no_room; /* why transactions are refused; NULL: not */
	bool paused;
	bool much_asked;       /* by sessions, in the last second */
	unsigned told, untold; /* lines about strangers in this second */
	bool log_told;         /* that a reader keeps bank.db's log */
	uint64_t head_told_ms, stop_by_ms; /* steady clock */
	bool serving, stopping;
	int exit_code;
};

#endif
