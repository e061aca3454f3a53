/* SPDX-License-Identifier: ISC */
/*
 * Checkpoints of the SQLite store: the WAL's pages go into bank.db, synced,
 * and what the journal holds up to there is released.
 *
 * wal_autocheckpoint is off, for it would run inside COMMIT and mix its
 * errors with the commit's.  Ours is PASSIVE: it waits for no reader, and a
 * full disk only puts it off.  The WAL then begins anew, in blocks that it
 * has; it grows on only while a reader holds an old moment, which readers do
 * for short (sqlite_reader.c), and is cut when it was large.
 *
 * While the bank serves, a thread with a connection of its own does most of
 * it.  By its end the vault has committed more, and a WAL begins anew only
 * once all of it is in bank.db: the little that is left is done by the vault.
 *
 *	IDLE --> WANTED --> DONE --> the rest, by the vault --> IDLE
 */
#include "sqlite_checkpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "../../../shared/base/error.h"
#include "../store_serve.h"
#include "sqlite_lock.h"
#include "sqlite_recover.h"
#include "sqlite_state.h"

#define LOG_PAGES 2000
#define LOG_PAGE_BYTES (4096 + 24) /* with its frame's header */

enum checkpointer_state { CHECKPOINT_IDLE, CHECKPOINT_WANTED, CHECKPOINT_DONE };

struct store_checkpointer {
	struct store_connection connection;
	struct store_locks *locks;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum checkpointer_state state;
	bool ending;
	int error;
};

static bool
is_busy(int code)
{
	return (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
}

static void *
checkpointer_run(void *context)
{
	struct store_checkpointer *self = context;
	struct store_connection *connection = &self->connection;
	int code;

	pthread_mutex_lock(&self->lock);
	while (!self->ending) {
		if (self->state != CHECKPOINT_WANTED) {
			pthread_cond_wait(&self->changed, &self->lock);
			continue;
		}
		pthread_mutex_unlock(&self->lock);
		code = sqlite3_wal_checkpoint_v2(connection->db, "main",
		    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		pthread_mutex_lock(&self->lock);
		self->error = is_busy(code)
		    ? 0
		    : sqlite_connection_checkpoint_error(connection, code);
		self->state = CHECKPOINT_DONE;
		pthread_cond_broadcast(&self->changed);
	}
	pthread_mutex_unlock(&self->lock);
	return NULL;
}

static void
checkpointer_free(struct store_checkpointer *self)
{
	sqlite_locks_give_back(self->locks);
	sqlite_connection_close(&self->connection);
	pthread_mutex_destroy(&self->lock);
	pthread_cond_destroy(&self->changed);
	free(self);
}

/* No signal is for it. */
static int
start_thread(struct store_checkpointer *self)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&self->thread, NULL, checkpointer_run, self);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0 ? SQLITE_OK : SQLITE_NOMEM;
}

/* The lock of checkpoints is this process's, by the store's connection. */
int
sqlite_checkpointer_start(struct store *store)
{
	struct store_checkpointer *self = calloc(1, sizeof(*self));
	int code;

	if (self == NULL)
		return BANK_ENOMEM;
	pthread_mutex_init(&self->lock, NULL);
	pthread_cond_init(&self->changed, NULL);
	code = sqlite_connection_open(&self->connection, store->directory);
	if (code == SQLITE_OK)
		code = sqlite3_exec(self->connection.db,
		    "PRAGMA cache_size = -256", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite_locks_share(&self->locks, self->connection.db);
	if (code == SQLITE_OK)
		code = start_thread(self);
	if (code == SQLITE_OK) {
		store->checkpointer = self;
		return 0;
	}
	code = sqlite_connection_error(&self->connection, code);
	checkpointer_free(self);
	return code;
}

void
sqlite_checkpointer_stop(struct store *store)
{
	struct store_checkpointer *self = store->checkpointer;

	if (self == NULL)
		return;
	pthread_mutex_lock(&self->lock);
	self->ending = true;
	pthread_cond_broadcast(&self->changed);
	pthread_mutex_unlock(&self->lock);
	pthread_join(self->thread, NULL);
	checkpointer_free(self);
	store->checkpointer = NULL;
}

/* What a reader's moment holds back stays in the WAL, which is as safe. */
int
sqlite_checkpoint(struct store *store, int mode)
{
	sqlite3 *db = store->connection.db;
	int code, pages = 0, copied = -1;

	code = sqlite3_wal_checkpoint_v2(db, "main", mode, &pages, &copied);
	if (is_busy(code))
		return 0;
	if (code != SQLITE_OK)
		return sqlite_fail_checkpoint(store, code);
	if (pages != copied)
		return 0;
	store->wal_pages = 0; /* the next page begins it anew */
	if (store->journal != NULL &&
	    journal_release(store->journal, store->committed_lot) != 0) {
		store->failed = true;
		return BANK_EIO;
	}
	return 0;
}

/* Whether the thread has been asked, and hasn't ended what it was asked. */
static bool
ask_thread(struct store *store, int *error)
{
	struct store_checkpointer *self = store->checkpointer;
	bool waits;

	if (self == NULL)
		return false;
	pthread_mutex_lock(&self->lock);
	if (self->state == CHECKPOINT_IDLE) {
		self->state = CHECKPOINT_WANTED;
		pthread_cond_broadcast(&self->changed);
	}
	waits = self->state != CHECKPOINT_DONE;
	if (!waits) {
		self->state = CHECKPOINT_IDLE;
		*error = self->error;
	}
	pthread_mutex_unlock(&self->lock);
	return waits;
}

/* What is committed is committed: a full disk is no error here. */
int
sqlite_after_commit(struct store *store)
{
	int most = store->options.log_pages;
	int error = 0;

	if (most == 0)
		most = LOG_PAGES;
	if (store->wal_pages < most)
		store->checkpoint_at = most;
	if (store->wal_pages < store->checkpoint_at ||
	    ask_thread(store, &error))
		return 0;
	store->checkpoint_at = store->wal_pages + most;
	if (error == 0)
		error = sqlite_checkpoint(store, SQLITE_CHECKPOINT_PASSIVE);
	if (error == BANK_ENOSPC)
		error = 0;
	if (error != 0)
		store->failed = true;
	else if (!store->reserve)
		sqlite_make_reserve(store);
	return error == 0 ? 0 : BANK_EIO;
}

uint64_t
store_log_bytes(const struct store *store)
{
	return (uint64_t)store->wal_pages * LOG_PAGE_BYTES;
}
