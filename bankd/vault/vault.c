/* SPDX-License-Identifier: ISC */
/*
 * The vault's life: configuration from the monitor, key, sandbox, lock,
 * store and files; then a loop that takes what front, workers and operators
 * bring, until the monitor stops it or is gone.
 */
#include "vault.h"

#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../base/busy_poll.h"
#include "../base/sandbox.h"
#include "../files/files.h"
#include "vault_front.h"
#include "vault_hosts.h"
#include "vault_monitor.h"
#include "vault_setup.h"
#include "core/vault_state.h"
#include "guard/attempts.h"
#include "guard/hash_kinds.h"
#include "login/login.h"
#include "verbs/verbs.h"
#include "core/hosts.h"
#include "core/rates.h"
#include "core/bank_clock.h"
#include "../store/kiosks.h"
#include "../store/store_serve.h"
#include "../base/state_dir.h"
#include "../../shared/config/config.h"

#define HEAD_EVERY_MS UINT64_C(3600000)
#define MUCH_A_SECOND 2000 /* requests: a tenth of a core, about */
#define STOP_STEP_US 20000
#define LOG_LARGE (UINT64_C(64) << 20) /* of bank.db, bytes */

static void
tell_head(const struct vault *vault)
{
	char chain[2 * 32 + 1];

	hex_encode(store_chain(vault->books->store), 32, chain);
	log_event(LOG_NOTICE, "head", "seq",
	    LOG_NUMBER(store_last_seq(vault->books->store)), "chain",
	    LOG_TEXT(chain), NULL);
}

static void
watch_files(struct vault *vault)
{
	int result = files_watch(vault->files);

	if (result < 0 && result != BANK_ENOSPC)
		vault_fail(vault, EX_SOFTWARE,
		    "the files password and balance can't be kept");
}

/* Warns once, until the log has been begun anew. */
static void
watch_log(struct vault *vault)
{
	uint64_t bytes = store_log_bytes(vault->books->store);

	if (bytes >= LOG_LARGE && !vault->log_told)
		log_event(LOG_WARNING, "log_grows", "mb",
		    LOG_NUMBER(bytes >> 20), "help",
		    LOG_TEXT("a program keeps an old read transaction on "
			     "bank.db open; end it (fuser bank.db)"),
		    NULL);
	vault->log_told = bytes >= LOG_LARGE;
}

static void
count_second(struct vault *vault)
{
	struct vault_counts *counts = vault->counts;

	vault->much_asked = counts->requests >= MUCH_A_SECOND;
	counts->requests = 0;
	memmove(counts->past, counts->past + 1,
	    sizeof(counts->past) - sizeof(counts->past[0]));
	counts->past[VAULT_PAST_SECONDS - 1] = counts->transactions;
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;
	uint64_t now_ms = clock_steady_ms();

	(void)fd;
	(void)what;
	if (!vault->serving)
		return;
	vault_tell_untold(vault);
	count_second(vault);
	session_expire(vault, now_ms);
	rates_tick(vault->books->rates, now_ms);
	watch_files(vault);
	watch_log(vault);
	store_keep_room(vault->books->store);
	if (now_ms - vault->head_told_ms >= HEAD_EVERY_MS) {
		vault->head_told_ms = now_ms;
		tell_head(vault);
	}
	(void)ipc_send(vault->monitor.ipc, IPC_ALIVE, 0, NULL, 0, -1);
	vault_settle(vault);
}

static void
on_publish(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;
	struct store *store = vault->books->store;

	(void)fd;
	(void)what;
	/* Also where an operator's question has published the rest since. */
	kiosks_save_visits(vault->books->kiosks, store);
	if (store_publish(store) != 0)
		vault_fail(vault, EX_SOFTWARE, "bank.db can't be written");
	files_write_out(vault->files, clock_steady_ms());
}

static void
on_poll_hosts(evutil_socket_t fd, short what, void *context)
{
	struct vault *vault = context;

	(void)fd;
	(void)what;
	vault_hosts_poll(vault);
	vault_settle(vault);
}

static bool
is_in_hand(const struct vault *vault)
{
	for (size_t i = 0; i < VAULT_POOLS; i++) {
		if (pool_in_hand(vault->pools[i]) > 0)
			return true;
	}
	return logins_count(vault->logins) > 0 ||
	    ipc_link_pending(&vault->front) > 0;
}

/* Runs until nothing is in hand, or the time for it is up. */
static void
run_out(struct vault *vault)
{
	const struct timeval step = { 0, STOP_STEP_US };

	while (is_in_hand(vault) && clock_steady_ms() < vault->stop_by_ms) {
		event_base_loopexit(vault->base, &step);
		event_base_dispatch(vault->base);
	}
}

/* No busy polling while threads of the vault have work. */
static uint64_t
may_look_us(const struct vault *vault)
{
	return vault->serving && !is_in_hand(vault)
	    ? (uint64_t)vault_option(vault, PROCESS_BUSY_POLL)
	    : 0;
}

static int
init(struct vault *vault, int monitor_fd)
{
	const struct timeval second = { 1, 0 };

	vault->dir->fd = vault->dir->lock_fd = -1;
	sessions_init(vault->sessions);
	vault->connections->request = verbs_take;
	vault->connections->lost = session_lose;
	vault->hosts->undo = batch_undo;
	vault->hosts->forget = batch_forget;
	TAILQ_INIT(&vault->deferred);
	if ((vault->base = event_base_new()) == NULL ||
	    (vault->batch = batch_new()) == NULL ||
	    books_init(vault->books, BATCH_MAX) != 0 ||
	    vault_monitor_join(vault, monitor_fd) != 0)
		return BANK_ENOMEM;
	vault->tick = event_new(vault->base, -1, EV_PERSIST, on_tick, vault);
	if (vault->tick == NULL || event_add(vault->tick, &second) != 0)
		return BANK_ENOMEM;
	vault->publish = evtimer_new(vault->base, on_publish, vault);
	vault->poll_hosts = evtimer_new(vault->base, on_poll_hosts, vault);
	if (vault->publish == NULL || vault->poll_hosts == NULL)
		return BANK_ENOMEM;
	return 0;
}

int
vault_main(int monitor_fd)
{
	return vault_main_over(monitor_fd, &(struct store_options) { 0 });
}

static void
close_all(struct vault *vault)
{
	vault_teardown(vault);
	ipc_link_close(&vault->monitor);
	event_free(vault->tick);
	event_free(vault->publish);
	event_free(vault->poll_hosts);
	if (vault->open_again != NULL)
		event_free(vault->open_again);
	event_base_free(vault->base);
	config_free(vault->books->config);
}

int
vault_main_over(int monitor_fd, const struct store_options *options)
{
	static struct attempts attempts;
	static struct bank_clock clock;
	static struct busy_poll poll;
	static struct connections connections;
	static struct hash_kinds hash_kinds;
	static struct hosts hosts;
	static struct kiosks kiosks;
	static struct rates rates;
	static struct sessions sessions;
	static struct state_dir dir;
	static struct vault_counts counts;
	static struct books books = {
		.attempts = &attempts,
		.hash_kinds = &hash_kinds,
		.kiosks = &kiosks,
		.rates = &rates,
	};
	static struct vault vault = {
		.books = &books,
		.clock = &clock,
		.connections = &connections,
		.counts = &counts,
		.dir = &dir,
		.hosts = &hosts,
		.poll = &poll,
		.sessions = &sessions,
	};
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	int code = 0;

	vault.where = *options;
	for (size_t i = 0; i < NELEM(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	if (sandbox_harden() != 0 || init(&vault, monitor_fd) != 0)
		return EX_OSERR;
	while (!vault.stopping &&
	    busy_poll_turn(vault.poll, vault.base, may_look_us(&vault)) == 0)
		continue;
	if (vault.serving) {
		run_out(&vault);
		tell_head(&vault);
		code = vault_stop(&vault);
	}
	vault_front_flush(&vault);
	(void)ipc_drain(vault.monitor.ipc);
	/* An operator's long question isn't waited for. */
	if (vault.serving && pool_in_hand(vault.pools[VAULT_OPERATOR]) > 0)
		_exit(code);
	close_all(&vault);
	return code;
}
