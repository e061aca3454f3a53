/* SPDX-License-Identifier: ISC */
/*
 * bankctl fake: gives a demonstration that has never been started a past.  It
 * works on the stopped bank by the store's own calls and the rules of money,
 * so that entries, chain and journal are what a bank would have written.  Only
 * a bank that has nothing but the demonstration's two files gets one.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <openssl/rand.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/money.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../base/options.h"
#include "../store/store_open.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_fake_plan.h"
#include "bankctl_file.h"
#include "bankctl_offline.h"
#include "bankctl_templates.h"

#define KIOSK "kiosk-1" /* has the cash; the others used another one */
#define OTHER_KIOSK "kiosk-2"
#define CASH LEDGER_CASH_PREFIX KIOSK
#define DAYS 60
#define DAYS_MAX 3650
#define BATCH 64                              /* entries */
#define VISIT_MS (UINT64_C(3) * 86400 * 1000) /* since the last login */
#define FILE_MAX 4096

static const struct ledger_limits no_limits = {
	.limit = { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, MONEY_MAX_CENTS }
};

struct fake {
	struct store *store;
	struct fake_plan plan;
	uint64_t seed;
	unsigned days;
	uint64_t end_ms;
};

static int
parse(struct fake *fake, int argc, char *argv[])
{
	uint64_t days = DAYS;
	int bad = argc % 2 == 0;

	for (int i = 1; i + 1 < argc && !bad; i += 2) {
		if (strcmp(argv[i], "--seed") == 0)
			bad = number_parse(
			    argv[i + 1], 0, UINT64_MAX, &fake->seed);
		else if (strcmp(argv[i], "--days") == 0)
			bad = number_parse(argv[i + 1], 1, DAYS_MAX, &days);
		else
			bad = 1;
	}
	fake->days = (unsigned)days;
	return !bad
	    ? 0
	    : bankctl_complain(EX_USAGE,
		  "fake takes --seed number and --days 1 to %d", DAYS_MAX);
}

/* Whether the state's file is the demonstration's, to the byte. */
static bool
is_demo_file(const char *state, const char *name, const char *text)
{
	char path[PATH_MAX], *data = NULL;
	size_t length = 0;
	bool is;

	snprintf(path, sizeof(path), "%s/%s", state, name);
	is = file_read(path, FILE_MAX, &data, &length) == 0 &&
	    length == strlen(text) && memcmp(data, text, length) == 0;
	free(data);
	return is;
}

static int
open_accounts(struct fake *fake)
{
	struct ledger_account *account;
	int error = 0;

	for (size_t i = 0; i < FAKE_PEOPLE && error == 0; i++)
		error = store_account_new(fake->store,
		    bankctl_fake_people[i].id, bankctl_fake_people[i].name, "",
		    fake->plan.begin_ms, &account);
	if (error == 0)
		error = store_account_new(fake->store, LEDGER_ADJUST_ID, "", "",
		    fake->plan.begin_ms, &account);
	if (error == 0)
		error = store_account_new(
		    fake->store, CASH, "", "", fake->plan.begin_ms, &account);
	return error != 0 ? error : store_commit(fake->store);
}

/* What each account begins with, as money that the bank brought in. */
static int
open_balance(struct fake *fake, unsigned who, enum wire_account which)
{
	const char *const ids[] = { bankctl_fake_people[who].id,
		LEDGER_ADJUST_ID };
	struct ledger_account *accounts[NELEM(ids)];
	struct ledger_entry entry = { 0 };
	int error = store_begin(fake->store, ids, NELEM(ids), accounts);

	if (error != 0 || fake->plan.opening[who][which] == 0)
		return error;
	if (ledger_adjust(&entry, accounts[1],
		(struct ledger_leg) { accounts[0], which },
		fake->plan.opening[who][which],
		fake->plan.begin_ms) != WIRE_DONE)
		return BANK_ERANGE;
	return store_append(fake->store, &entry, accounts[1], accounts[0]);
}

static int
open_balances(struct fake *fake)
{
	int error = 0;

	for (unsigned i = 0; i < FAKE_PEOPLE && error == 0; i++) {
		error = open_balance(fake, i, WIRE_SAVINGS);
		if (error == 0)
			error = open_balance(fake, i, WIRE_CHECKING);
	}
	store_note_time(fake->store, fake->plan.begin_ms);
	return error != 0 ? error : store_commit(fake->store);
}

static int
make_txid(uint8_t txid[WIRE_TXID_SIZE], uint64_t time_ms)
{
	put_u64(txid, time_ms << 16);
	return RAND_bytes(txid + 6, WIRE_TXID_SIZE - 6) == 1 ? 0 : BANK_ECRYPTO;
}

static const char *
id_of(unsigned who)
{
	return who == FAKE_MACHINE ? CASH : bankctl_fake_people[who].id;
}

static enum ledger_kind
kind_of(const struct fake_event *event)
{
	if (event->from == FAKE_MACHINE)
		return LEDGER_DEPOSIT;
	return event->to == FAKE_MACHINE ? LEDGER_WITHDRAW : LEDGER_TRANSFER;
}

static const char *
kiosk_of(const struct fake_event *event)
{
	return kind_of(event) != LEDGER_TRANSFER || event->from < FAKE_FILED
	    ? KIOSK
	    : OTHER_KIOSK;
}

static int
append(struct fake *fake, const struct fake_event *event)
{
	const char *const ids[] = { id_of(event->from), id_of(event->to) };
	struct ledger_account *accounts[NELEM(ids)];
	struct ledger_entry entry = { .kind = kind_of(event),
		.amount_cents = event->cents };
	struct ledger_rules rules = { .limits = &no_limits,
		.now_ms = event->time_ms };
	int error = store_begin(fake->store, ids, NELEM(ids), accounts);

	if (error == 0)
		error = make_txid(entry.txid, event->time_ms);
	if (error != 0)
		return error;
	string_copy(entry.kiosk, kiosk_of(event), sizeof(entry.kiosk));
	string_copy(entry.memo, event->memo, sizeof(entry.memo));
	if (event->from == FAKE_MACHINE || event->to == FAKE_MACHINE)
		entry.memo[0] = '\0';
	if (ledger_book(&entry,
		(struct ledger_leg) { accounts[0],
		    event->from == FAKE_MACHINE ? WIRE_SAVINGS
						: event->from_which },
		(struct ledger_leg) { accounts[1],
		    event->to == FAKE_MACHINE ? WIRE_SAVINGS
					      : event->to_which },
		&rules) != WIRE_DONE)
		return BANK_ERANGE;
	store_note_time(fake->store, event->time_ms);
	return store_append(fake->store, &entry, accounts[0], accounts[1]);
}

static int
append_all(struct fake *fake)
{
	int error = 0;

	for (size_t i = 0; i < fake->plan.count && error == 0; i++) {
		error = append(fake, &fake->plan.events[i]);
		if (error == 0 &&
		    ((i + 1) % BATCH == 0 || i + 1 == fake->plan.count))
			error = store_commit(fake->store);
	}
	return error;
}

/* So that a login tells what came since then. */
static int
note_visits(struct fake *fake)
{
	struct ledger_account *account;
	int error = 0;

	for (size_t i = 0; i < FAKE_FILED && error == 0; i++) {
		error = store_begin(
		    fake->store, &bankctl_fake_people[i].id, 1, &account);
		if (error != 0)
			break;
		account->last_login_ms = fake->end_ms - VISIT_MS;
		account->changed = true;
	}
	return error != 0 ? error : store_commit(fake->store);
}

/*
 * The demonstration's own lines stay; those of the others are added.  None of
 * these has a password: nobody can log in as they.
 */
static int
write_balance(const struct fake *fake, const char *state)
{
	char path[PATH_MAX], text[FILE_MAX], amounts[2][MONEY_TEXT_SIZE];
	size_t length = strlen(bankctl_text_balance);

	memcpy(text, bankctl_text_balance, length + 1);
	for (size_t i = FAKE_FILED; i < FAKE_PEOPLE; i++) {
		const struct ledger_account *account =
		    store_account(fake->store, bankctl_fake_people[i].id);

		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    "%s %s %s\n", account->id,
		    money_format(account->cents[0], amounts[0]),
		    money_format(account->cents[1], amounts[1]));
	}
	snprintf(path, sizeof(path), "%s/balance", state);
	return bankctl_write_file(path, text, length, 0600);
}

static int
fill(struct fake *fake, const char *state)
{
	int error = open_accounts(fake), code = 0;

	if (error == 0)
		error = open_balances(fake);
	if (error == 0)
		error = append_all(fake);
	if (error == 0)
		error = note_visits(fake);
	if (error != 0)
		store_abort(fake->store);
	/* Last the mark: without it the next start trusts no file. */
	if (error == 0)
		code = write_balance(fake, state);
	if (error == 0 && code == 0)
		error = store_mark_stopped(fake->store);
	if (error != 0)
		code = bankctl_complain(EX_IOERR,
		    "%s: %s; remove the state, and make it anew", state,
		    bank_strerror(error));
	return code;
}

static int
fill_if_new(struct fake *fake, const char *state, char *said, size_t size)
{
	int code;

	if (store_lines(fake->store) > 0 || store_last_seq(fake->store) > 0) {
		snprintf(said, size, "%s: its customers are kept", state);
		return 0;
	}
	if (!is_demo_file(state, "balance", bankctl_text_balance))
		return bankctl_complain(EX_DATAERR,
		    "%s: only a demonstration, made by `bankctl init --demo`, "
		    "gets a made-up past",
		    state);
	fake->end_ms = clock_real_ms();
	if (bankctl_fake_plan(
		&fake->plan, fake->seed, fake->days, fake->end_ms) != 0)
		return bankctl_complain(EX_OSERR, "no memory");
	code = fill(fake, state);
	snprintf(said, size, "%s: %zu transactions of %u days, seed %llu",
	    state, fake->plan.count, fake->days,
	    (unsigned long long)fake->seed);
	free(fake->plan.events);
	return code;
}

int
bankctl_fake_run(struct bankctl *bankctl, int argc, char *argv[])
{
	const char *state = config_string(bankctl->config, BANK_STATE);
	struct control_text answer = { 0 };
	struct fake fake = { .seed = 1 };
	struct offline *offline;
	char said[PATH_MAX + 128];
	int code;

	if ((code = parse(&fake, argc, argv)) != 0 ||
	    (code = bankctl_offline_open(&offline, bankctl)) != 0)
		return code;
	fake.store = bankctl_offline_store(offline);
	code = fill_if_new(&fake, state, said, sizeof(said));
	bankctl_offline_close(offline);
	return code == 0
	    ? bankctl_client_print_made(&answer, 0, said, bankctl->json)
	    : code;
}
