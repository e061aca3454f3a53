/* SPDX-License-Identifier: ISC */
/*
 * What the vault's files share: the one struct of the process, and the few
 * calls that concern the process as a whole.  All of it is the loop's; the
 * threads of the pools see their jobs alone.
 */
#ifndef BANKD_VAULT_STATE_H
#define BANKD_VAULT_STATE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../../shared/config/config.h"
#include "bank_clock.h"
#include "batch.h"
#include "../../base/busy_poll.h"
#include "connection.h"
#include "../../files/files.h"
#include "../../base/ipc.h"
#include "../../store/kiosks.h"
#include "../../base/latency.h"
#include "../../base/options.h"
#include "rates.h"
#include "session.h"
#include "../../base/state_dir.h"
#include "../../store/store.h"
#include "pool.h"

#define VAULT_PAST_SECONDS 60

struct attempts;
struct hash_kinds;
struct logins;
#define VAULT_REASON_SIZE 1024

/* One end of a socket pair in the loop. */
struct vault_link {
	struct ipc *ipc; /* NULL: nobody there */
	struct event *reading, *writing;
};

/* What a batch may write, from best to worst. */
enum vault_mode {
	VAULT_NORMAL,
	VAULT_REFUSING, /* paused, little room: logins alone; else 503 */
	VAULT_READ_ONLY /* no room at all */
};

struct vault_counts {
	uint64_t logins, refused, transactions, batches;
	uint64_t requests;    /* of sessions, since the last tick */
	size_t largest_batch; /* steps */
	struct latency commits;
	/* `transactions` as it was at each of the last ticks, oldest first */
	uint64_t past[VAULT_PAST_SECONDS];
};

struct vault {
	struct event_base *base;
	struct busy_poll poll;
	struct vault_link monitor, front;
	struct event *tick;
	struct event *open_again; /* while another program holds bank.db */
	bool waits;               /* another program has bank.db; told */
	struct config *config;
	struct state_dir dir;
	struct store *store;
	struct files *files;
	struct store_reader *statement_reader, *operator_reader;
	struct pool *workers, *crowd; /* crowd: logins while many wait */
	struct pool *statements, *operator;
	char sandbox[256];

	struct bank_clock clock;
	uint64_t now_ms; /* the bank's time of the batch in hand */
	enum vault_mode mode;
	const char *no_room; /* why transactions are refused; NULL: not */
	bool paused;
	bool much_asked; /* by sessions, in the last second */
	struct ledger_limits limits;
	struct kiosks kiosks;
	struct batch batch;
	struct connections connections;
	struct sessions sessions;
	struct logins *logins;     /* login.h */
	struct attempts *attempts; /* attempts.h */
	struct rates rates;
	struct hash_kinds *hash_kinds; /* hash_kinds.h */
	uint16_t from_port;            /* the front's, of datagrams */

	struct vault_counts counts;
	unsigned told, untold; /* lines about strangers in this second */
	bool log_told;         /* that a reader keeps bank.db's log */
	uint64_t head_told_ms, stop_by_ms; /* steady clock */
	bool serving, stopping;
	int exit_code;
};

/* The value in force of a key of bankd.ini(5). */
int64_t vault_option(const struct vault *vault, enum bankd_option option);

/* Tells the monitor why and ends the process; nobody is answered. */
_Noreturn void vault_fail(
    struct vault *vault, int exit_code, const char *reason);

/*
 * Whether one more line about strangers goes to the log: so many a second,
 * and one that says how many were left out.
 */
bool vault_tells(struct vault *vault);
/* Once a second: says how many lines were left out, if any. */
void vault_tell_untold(struct vault *vault);

#endif
