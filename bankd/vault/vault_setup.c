/* SPDX-License-Identifier: ISC */
/*
 * The vault's start and stop.  Kprb is read first, with the rights that
 * bankd was started with; from the sandbox on nothing outside the state
 * directory can be opened.
 */
#include "vault_setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/base/progress.h"
#include "../base/sandbox.h"
#include "../files/files.h"
#include "../journal/journal_courier.h"
#include "../store/store_hosts.h"
#include "../store/store_reader.h"
#include "core/vault_state.h"
#include "../../shared/base/zone.h"
#include "vault_front.h"
#include "vault_hosts.h"
#include "guard/hash_kinds.h"
#include "login/login.h"
#include "core/hosts.h"
#include "core/rates.h"
#include "core/bank_clock.h"
#include "../store/kiosks.h"
#include "../store/store_serve.h"
#include "../base/state_dir.h"
#include "../../shared/config/config.h"

#define LOCK_PAUSE_MS 50
/* 15 s, as long as a stop may take; the monitor hears nothing meanwhile. */
#define LOCK_PAUSES 300
#define WORKERS_LEAST 2

void
vault_configure(struct vault *vault)
{
	static const enum bankd_option options[] = {
		[LEDGER_LIMIT_TRANSFER] = LIMITS_TRANSFER,
		[LEDGER_LIMIT_TRANSFER_DAY] = LIMITS_TRANSFER_DAY,
		[LEDGER_LIMIT_WITHDRAW] = LIMITS_WITHDRAW,
		[LEDGER_LIMIT_WITHDRAW_DAY] = LIMITS_WITHDRAW_DAY,
	};
	size_t most = 2 * (size_t)vault_option(vault, SESSION_MAX) + 1024;

	for (size_t i = 0; i < NELEM(options); i++)
		vault->books->limits.limit[i] = vault_option(vault, options[i]);
	vault->books->limits.limit[LEDGER_LIMIT_BALANCE] = MONEY_MAX_CENTS;
	/* An earlier configuration may have let more in. */
	if (most > vault->connections->most)
		vault->connections->most = most;
}

/*
 * A vault whose monitor was killed while it started may have the lock for a
 * moment longer: it ends when it hears of that.
 */
static int
lock_state(struct vault *vault, char *error, size_t size)
{
	static const struct timespec pause = { 0, LOCK_PAUSE_MS * 1000000 };
	int result = state_dir_lock(vault->dir, error, size);

	if (result == BANK_EBUSY)
		log_event(
		    LOG_WARNING, "start_waits", "why", LOG_TEXT(error), NULL);
	for (int i = 0; result == BANK_EBUSY && i < LOCK_PAUSES; i++) {
		nanosleep(&pause, NULL);
		result = state_dir_lock(vault->dir, error, size);
	}
	return result;
}

static int
enter_sandbox(struct vault *vault, char *error, size_t size)
{
	const char *path = config_string(vault->books->config, BANK_STATE);
	enum sandbox_demand demand =
	    (enum sandbox_demand)vault_option(vault, PROCESS_SANDBOX);
	int result;

	result = state_dir_open(vault->dir, path,
	    vault_option(vault, BANK_ANY_FILE_SYSTEM) != 0, error, size);
	if (result != 0)
		return EX_CONFIG;
	umask(077);
	if (sandbox_vault(demand, vault->dir->uid, vault->dir->gid, path,
		vault->sandbox, sizeof(vault->sandbox)) != 0) {
		snprintf(error, size, "sandbox: %s", vault->sandbox);
		return EX_NOPERM;
	}
	result = lock_state(vault, error, size);
	if (result == BANK_EBUSY)
		return EX_UNAVAILABLE;
	if (result == BANK_EINVAL)
		return EX_DATAERR;
	return result == 0 ? 0 : EX_NOPERM;
}

/* Codes of sysexits(3) for the errors of the store and the files. */
static int
exit_code_of(int result)
{
	static const struct {
		int error, code;
	} codes[] = {
		{ BANK_EINVAL, EX_DATAERR },
		{ BANK_EDAMAGED, EX_DATAERR },
		{ BANK_EFORK, EX_CONFIG },
		{ BANK_EIO, EX_SOFTWARE },
		{ BANK_ENOSPC, EX_IOERR },
		{ BANK_ESYS, EX_IOERR },
		{ BANK_ENOMEM, EX_OSERR },
		{ BANK_EBUSY, VAULT_WAITS },
	};

	for (size_t i = 0; i < NELEM(codes); i++) {
		if (codes[i].error == result)
			return codes[i].code;
	}
	return result == 0 ? 0 : EX_SOFTWARE;
}

static int
note_hash(void *context, uint32_t line, const char *hash)
{
	return hash_kinds_put(context, line, hash);
}

static int
open_store(struct vault *vault, char *error, size_t size)
{
	const char *path = config_string(vault->books->config, BANK_STATE);
	enum { HAND_EDITS_ACCEPT, HAND_EDITS_REFUSE };
	struct files_options options = {
		.directory = path,
		.many_hosts = vault->where.journal != NULL,
		.refuse_edits =
		    vault_option(vault, BANK_HAND_EDITS) == HAND_EDITS_REFUSE,
		.hash_prefix = "$y$",
		.hash_cost =
		    (unsigned long)vault_option(vault, LOGIN_HASH_COST),
		.on_hash = note_hash,
		.context = vault->books->hash_kinds,
	};
	enum store_end end;
	int result;

	vault->where.directory = path;
	progress_step("making ready for logins", 0);
	result = hash_kinds_init(vault->books->hash_kinds, options.hash_cost);
	if (result == 0)
		result = store_open(
		    &vault->books->store, &vault->where, &end, error, size);
	if (result != 0)
		return exit_code_of(result);
	bank_clock_start(vault->clock, store_newest_ms(vault->books->store));
	options.now_ms = bank_clock_now(vault->clock);
	result = files_start(
	    &vault->files, vault->books->store, end, &options, error, size);
	if (result != 0)
		return exit_code_of(result);
	hash_kinds_tell(vault->books->hash_kinds);
	result = kiosks_load(vault->books->kiosks, vault->books->store);
	if (result == 0)
		result = kiosks_load_visits(
		    vault->books->kiosks, vault->books->store);
	if (result == 0)
		result = store_reader_open(
		    &vault->statement_reader, path, error, size);
	if (result == 0)
		result = store_reader_open(
		    &vault->operator_reader, path, error, size);
	return exit_code_of(result);
}

static int
start_threads(struct vault *vault)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned many = cores > WORKERS_LEAST ? (unsigned)cores : WORKERS_LEAST;
	struct pool_options options[VAULT_POOLS] = {
		[VAULT_WORKERS] = { .threads = many, .priority = POOL_LOW },
		[VAULT_CROWD] = { .threads = many, .priority = POOL_SPARE },
		[VAULT_STATEMENTS] = { .threads = 1,
		    .thread = vault->statement_reader },
		[VAULT_OPERATOR] = { .threads = 1,
		    .thread = vault->operator_reader },
	};
	int result = 0;

	for (size_t i = 0; i < VAULT_POOLS && result == 0; i++) {
		options[i].context = vault;
		options[i].settle = vault_settle;
		result = pool_new(&vault->pools[i], vault->base, &options[i]);
	}
	return result == 0 ? 0 : EX_OSERR;
}

static int
explain(int code, char *error, size_t size)
{
	if (code != 0 && error[0] == '\0')
		snprintf(
		    error, size, "the vault can't start: %s", strerror(errno));
	return code;
}

static int
begin_hosts(struct vault *vault, char *error, size_t size)
{
	int result = hosts_begin(vault);

	if (result != 0)
		snprintf(error, size, "taking over other hosts' lots: %s",
		    result == BANK_EFORK ? store_why(vault->books->store)
					 : bank_strerror(result));
	else
		vault_hosts_poll_in(vault, store_poll_ms(vault->books->store));
	return exit_code_of(result);
}

int
vault_setup(struct vault *vault, char *error, size_t size)
{
	int code;

	error[0] = '\0';
	vault_configure(vault);
	code = zone_use(config_string(vault->books->config, BANK_TIME_ZONE),
		   error, size) == 0
	    ? logins_new(&vault->logins,
		  config_string(vault->books->config, KEYS_KEY), error, size)
	    : EX_CONFIG;
	if (code == 0)
		code = enter_sandbox(vault, error, size);
	return explain(code, error, size);
}

int
vault_open(struct vault *vault, char *error, size_t size)
{
	int code;

	error[0] = '\0';
	code = open_store(vault, error, size);
	if (code == 0)
		code = start_threads(vault);
	if (code == 0)
		code = exit_code_of(store_serve(vault->books->store, true));
	if (code == 0)
		code = begin_hosts(vault, error, size);
	return explain(code, error, size);
}

int
vault_stop(struct vault *vault)
{
	int result;

	kiosks_save_visits(vault->books->kiosks, vault->books->store);
	result = files_sync(vault->files);
	if (result == 0)
		result = store_mark_stopped(vault->books->store);
	if (result == 0)
		return 0;
	log_event(LOG_ERR, "stop_failed", "why",
	    LOG_TEXT(bank_strerror(result)), NULL);
	return EX_SOFTWARE;
}

void
vault_teardown(struct vault *vault)
{
	for (size_t i = 0; i < VAULT_POOLS; i++)
		pool_free(vault->pools[i]);
	session_end_all(vault, "the vault ends");
	ipc_link_close(&vault->front);
	connection_free_all(vault);
	if (vault->statement_reader != NULL)
		store_reader_close(vault->statement_reader);
	if (vault->operator_reader != NULL)
		store_reader_close(vault->operator_reader);
	if (vault->files != NULL)
		files_close(vault->files);
	if (vault->books->store != NULL)
		store_close(vault->books->store);
	journal_courier_free(vault->couriers);
	state_dir_close(vault->dir);
	kiosks_free(vault->books->kiosks);
	batch_free(vault->batch);
	books_free(vault->books);
	rates_free(vault->books->rates);
	logins_free(vault->logins);
	hash_kinds_free(vault->books->hash_kinds);
}
