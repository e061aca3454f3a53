/* SPDX-License-Identifier: ISC */
/*
 * Others' lots (the vault's): their records become lines of the two files,
 * ends of sessions, notices, kiosks and the bank's time; and what is done
 * while the journal doesn't answer.
 */
#include "hosts.h"

#include <poll.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/progress.h"
#include "../../../shared/base/util.h"
#include "../../store/kiosks.h"
#include "../../store/record.h"
#include "../../store/store_hosts.h"
#include "../../store/store_serve.h"
#include "bank_clock.h"
#include "lines.h"
#include "notice.h"
#include "rates.h"
#include "vault_state.h"

#define LOTS_AT_ONCE 64 /* between two looks at who else wants something */
#define ALIVE_MS UINT64_C(1000)
#define PAUSE_MS 5
#define TOLD_MS UINT64_C(10000) /* between two reasons of one absence */

/* -- what another host's record means here -- */

static void
touch(struct vault *vault, uint32_t number, const char *hash)
{
	struct books *books = vault->books;
	const struct ledger_account *account =
	    store_account_by_number(books->store, number);

	if (books->touched_count == books->touched_most)
		lines_update(vault);
	if (account != NULL)
		books_touch(books, account, hash);
	/* It is the record's, which is gone with the next. */
	if (hash != NULL)
		lines_update(vault);
}

/* What they asked for in this batch is dropped with them. */
static void
end_sessions(struct vault *vault, uint32_t number, const char *why)
{
	struct session *session;

	while ((session = session_of(vault->sessions, number)) != NULL) {
		vault->hosts->forget(vault, session);
		session_end(vault, session, why);
	}
}

/* A customer's minute has as many transactions on all hosts together. */
static void
count_rate(struct vault *vault, const struct ledger_entry *entry)
{
	uint32_t owner = ledger_owner(entry);

	if (entry->kind != LEDGER_REVERSAL && owner != LEDGER_OPERATORS &&
	    books_option(vault->books, LIMITS_RATE) != 0)
		(void)rates_add(vault->books->rates, owner);
}

static void
take_entry(struct vault *vault, const struct record *record)
{
	const struct store *store = vault->books->store;
	struct ledger_entry entry = record->entry;
	const struct ledger_account *debit, *credit;

	debit = store_account_by_number(store, entry.debit.number);
	credit = store_account_by_number(store, entry.credit.number);
	if (debit == NULL || credit == NULL)
		return;
	touch(vault, debit->number, NULL);
	touch(vault, credit->number, NULL);
	string_copy(entry.debit.id, debit->id, sizeof(entry.debit.id));
	string_copy(entry.credit.id, credit->id, sizeof(entry.credit.id));
	count_rate(vault, &entry);
	notice_of_entry(vault, &entry);
}

static void
take_account(struct vault *vault, const struct record *record)
{
	touch(vault, record->account.number, record->hash);
}

static void
take_hash(struct vault *vault, const struct record *record)
{
	touch(vault, record->account.number, record->hash);
	end_sessions(
	    vault, record->account.number, "password changed elsewhere");
}

static void
take_row(struct vault *vault, const struct record *record)
{
	touch(vault, record->account.number, NULL);
	if (record->account.closed_ms != 0)
		end_sessions(
		    vault, record->account.number, "account closed elsewhere");
}

static void
take_kiosk(struct vault *vault, const struct record *record)
{
	(void)record;
	vault->hosts->kiosks = true;
}

static void
take_tell(struct vault *vault, const struct record *record)
{
	notice_text(vault, record->account.number, record->text);
}

static void (*const takers[RECORD_KINDS])(
    struct vault *vault, const struct record *record) = {
	[RECORD_ENTRY] = take_entry,
	[RECORD_ENTRY_TEXTS] = take_entry,
	[RECORD_ACCOUNT] = take_account,
	[RECORD_HASH] = take_hash,
	[RECORD_ROW] = take_row,
	[RECORD_KIOSK] = take_kiosk,
	[RECORD_TELL] = take_tell,
};

static void
end_lot(struct vault *vault)
{
	struct books *books = vault->books;

	lines_update(vault);
	bank_clock_take_over(vault->clock, store_newest_ms(books->store));
	if (vault->hosts->kiosks &&
	    kiosks_load(books->kiosks, books->store) != 0)
		vault_fail(vault, EX_OSERR, "the kiosks can't be read");
	vault->hosts->kiosks = false;
	vault->hosts->lots++;
}

static void
taken(void *context, const struct record *record)
{
	struct vault *vault = context;

	vault->hosts->undo(vault);
	if (record == NULL)
		end_lot(vault);
	else if (takers[record->kind] != NULL)
		takers[record->kind](vault, record);
}

/* -- while the journal doesn't answer -- */

static uint64_t
give_up_ms(const struct vault *vault)
{
	return 1000 * (uint64_t)vault_option(vault, STORE_GIVE_UP);
}

static void
waits(void *context)
{
	struct vault *vault = context;
	struct hosts *hosts = vault->hosts;
	uint64_t now_ms = clock_steady_ms();

	if (hosts->doubt_ms == 0) {
		hosts->doubt_ms = now_ms;
		log_event(LOG_WARNING, "journal_silent", "why",
		    LOG_TEXT(store_why(vault->books->store)), NULL);
	}
	if (now_ms - hosts->alive_ms >= ALIVE_MS) {
		hosts->alive_ms = now_ms;
		(void)ipc_send(vault->monitor.ipc, IPC_ALIVE, 0, NULL, 0, -1);
		/* The next bankd waits for this vault's lock. */
		if (ipc_link_flush(&vault->monitor) != 0)
			vault_fail(vault, EX_TEMPFAIL, "the monitor is gone");
	}
	/* Nobody is answered: the next start finds it, or it isn't there. */
	if (now_ms - hosts->doubt_ms >= give_up_ms(vault))
		vault_fail(vault, EX_TEMPFAIL, store_why(vault->books->store));
	(void)poll(NULL, 0, PAUSE_MS);
}

void
hosts_fork(struct vault *vault)
{
	(void)store_publish(vault->books->store);
	vault_fail(vault, EX_CONFIG, store_why(vault->books->store));
}

void
hosts_answered(struct vault *vault)
{
	if (vault->hosts->doubt_ms == 0)
		return;
	vault->hosts->doubt_ms = 0;
	log_event(LOG_NOTICE, "journal_answers", NULL);
}

static void
say_away(struct vault *vault)
{
	struct hosts *hosts = vault->hosts;

	string_copy(
	    hosts->why, store_why(vault->books->store), sizeof(hosts->why));
	hosts->told_ms = clock_steady_ms();
	log_event(LOG_WARNING, "journal_away", "why", LOG_TEXT(hosts->why),
	    "sessions", LOG_NUMBER(vault->sessions->count), NULL);
}

/* The reason that an operator can mend may come after another. */
static void
stay_away(struct vault *vault)
{
	const struct hosts *hosts = vault->hosts;

	if (strcmp(hosts->why, store_why(vault->books->store)) != 0 &&
	    clock_steady_ms() - hosts->told_ms >= TOLD_MS)
		say_away(vault);
}

static void
go_away(struct vault *vault)
{
	say_away(vault);
	vault->hosts->away = true;
	session_end_all(vault, "the journal can't be reached");
	connection_turn_away_all(vault);
}

static int
come_back(struct vault *vault)
{
	int error = 0;

	if (!vault->hosts->ready)
		error = store_take_back(vault->books->store, vault->where.host);
	if (error == BANK_EAWAY || error == BANK_ENOSPC)
		return 0;
	if (error != 0)
		return error;
	vault->hosts->ready = true;
	vault->hosts->away = false;
	log_event(LOG_NOTICE, "journal_in_reach", NULL);
	return 0;
}

/* -- taking over -- */

int
hosts_poll(struct vault *vault, unsigned *next_ms)
{
	struct store *store = vault->books->store;
	int count = store_take_over(store, LOTS_AT_ONCE);

	*next_ms = count == LOTS_AT_ONCE ? 0 : store_poll_ms(store);
	if (count < 0 && count != BANK_EAWAY)
		return count;
	if (count == 0 && vault->hosts->away && store_fresh(store))
		return come_back(vault);
	if (!vault->hosts->away && !store_fresh(store))
		go_away(vault);
	else if (vault->hosts->away && count == BANK_EAWAY)
		stay_away(vault);
	return 0;
}

int
hosts_begin(struct vault *vault)
{
	const struct store_follower follower = { vault, taken, waits };
	struct store *store = vault->books->store;
	uint64_t lots = 0;
	int count;

	if (!store_is_shared(store))
		return 0;
	vault->hosts->away = true;
	store_follow(store, &follower);
	progress_step("taking over other hosts' lots", 0);
	while ((count = store_take_over(store, LOTS_AT_ONCE)) > 0)
		progress_done(lots += (uint64_t)count);
	if (count == BANK_EAWAY) {
		say_away(vault);
		return 0;
	}
	return count < 0 || !store_fresh(store) ? count : come_back(vault);
}

/* All of it, however long it takes to be told.  1: there was some; 0; error. */
static int
take_over_all(struct vault *vault)
{
	const uint64_t before = vault->hosts->lots;
	int count;

	while ((count = store_take_over(vault->books->store, UINT32_MAX)) ==
	    BANK_EAWAY)
		waits(vault);
	/* It may pass, and then the next start takes it over. */
	if (count == BANK_ENOSPC)
		vault_fail(
		    vault, EX_IOERR, store_room_reason(vault->books->store));
	return count < 0 ? count : vault->hosts->lots > before;
}

int
hosts_catch_up(struct vault *vault)
{
	int result = take_over_all(vault);

	return result < 0 ? result : 0;
}

int
hosts_confirm(struct vault *vault, bool again)
{
	int error;

	if (!store_is_shared(vault->books->store))
		return 0;
	error = again ? 0 : take_over_all(vault);
	if (error != 0)
		return error < 0 ? error : BANK_EAGAIN;
	while ((error = store_firm(vault->books->store)) == BANK_EAWAY)
		waits(vault);
	return error;
}
