/* SPDX-License-Identifier: ISC */
/*
 * bankctl on a stopped bank.  It locks the state against bankd, and works as
 * the owner of the state, so that root leaves none of its own files there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_offline.h"
#include "../report/head.h"
#include "../base/options.h"
#include "../base/place.h"
#include "../base/state_dir.h"
#include "../store/store_reader.h"

#define ERROR_SIZE 1024

struct offline {
	struct state_dir dir;
	struct store *store;
	bool still; /* nothing can be written there */
	uid_t uid;  /* before we became the owner */
	gid_t gid;
};

static int
become_owner(struct offline *offline)
{
	offline->uid = geteuid();
	offline->gid = getegid();
	umask(077);
	if (offline->uid != 0)
		return 0;
	if (place_become(offline->dir.uid, offline->dir.gid) != 0)
		return bankctl_complain(
		    EX_OSERR, "can't become the owner: %s", strerror(errno));
	return 0;
}

/* What of the state is opened, besides its directory. */
enum depth {
	OFFLINE_STORE, /* the lock and the store */
	OFFLINE_LOCK,  /* the lock alone */
	OFFLINE_READ,  /* the lock and the store, which may only be looked at */
	OFFLINE_PROOF, /* only the lock, for a command that only reads */
	OFFLINE_READER /* as OFFLINE_READ; nothing if bankd has the lock */
};

static const bool only_reads[] = {
	[OFFLINE_READ] = true, [OFFLINE_PROOF] = true, [OFFLINE_READER] = true
};

/*
 * Uses the rights that we have now.  A state that can't be written to can't be
 * locked as bankd locks it.
 */
static int
take_lock(struct offline *offline, enum depth depth, char *error, size_t size)
{
	offline->still = only_reads[depth] &&
	    faccessat(offline->dir.fd, ".", W_OK, AT_EACCESS) == -1;
	return offline->still
	    ? state_dir_lock_shared(&offline->dir, error, size)
	    : state_dir_lock(&offline->dir, error, size);
}

static int
open_store(
    struct offline *offline, const struct bankctl *bankctl, enum depth depth)
{
	const char *directory = config_string(bankctl->config, BANK_STATE);
	bool forced = config_number(bankctl->config, BANK_ANY_FILE_SYSTEM) != 0;
	char error[ERROR_SIZE];
	enum store_end end;
	int result, code;

	if (access(directory, R_OK | X_OK | (only_reads[depth] ? 0 : W_OK)) ==
		-1 &&
	    errno == EACCES)
		return bankctl_complain(EX_NOPERM,
		    "%s: %s; only root and the owner may read the state, which "
		    "contains password hashes",
		    directory, strerror(errno));
	if (state_dir_open(
		&offline->dir, directory, forced, error, sizeof(error)) != 0)
		return bankctl_complain(EX_CONFIG, "%s", error);
	if ((code = become_owner(offline)) != 0)
		return code;
	result = take_lock(offline, depth, error, sizeof(error));
	if (result == BANK_EBUSY && depth == OFFLINE_READER)
		return 0;
	if (result != 0)
		return bankctl_complain(
		    result == BANK_EBUSY ? EX_UNAVAILABLE : EX_NOPERM, "%s",
		    error);
	if (depth == OFFLINE_LOCK || depth == OFFLINE_PROOF)
		return 0;
	result = (offline->still ? store_look : store_open)(
	    &offline->store, directory, &end, error, sizeof(error));
	if (result == 0)
		return 0;
	return bankctl_complain(
	    result == BANK_EBUSY ? EX_UNAVAILABLE : EX_DATAERR, "%s", error);
}

static int
open_to(
    struct offline **offline, const struct bankctl *bankctl, enum depth depth)
{
	int code;

	if ((*offline = calloc(1, sizeof(**offline))) == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	(*offline)->dir.fd = (*offline)->dir.lock_fd = -1;
	(*offline)->uid = geteuid();
	(*offline)->gid = getegid();
	code = open_store(*offline, bankctl, depth);
	if (code == 0)
		return 0;
	bankctl_offline_close(*offline);
	*offline = NULL;
	return code;
}

int
bankctl_offline_open(struct offline **offline, const struct bankctl *bankctl)
{
	return open_to(offline, bankctl, OFFLINE_STORE);
}

int
bankctl_offline_lock(struct offline **offline, const struct bankctl *bankctl)
{
	return open_to(offline, bankctl, OFFLINE_LOCK);
}

int
bankctl_offline_open_to_read(
    struct offline **offline, const struct bankctl *bankctl)
{
	return open_to(offline, bankctl, OFFLINE_READ);
}

/* Reads what a log contains, and says so. */
static int
open_reader(const struct offline *offline, const char *directory,
    struct store_reader **reader, char *error, size_t size)
{
	bool has_log = false;
	int result;

	if (!offline->still)
		return store_reader_open(reader, directory, error, size);
	result =
	    store_reader_open_still(reader, directory, &has_log, error, size);
	if (has_log)
		fprintf(stderr,
		    "%s/bank.db-wal: the last run did not end properly; this "
		    "file is read together with bank.db\n",
		    directory);
	return result;
}

/* Where bankd has the lock it serves, and bank.db is yet to follow. */
static int
open_caught_up(const struct offline *offline, const char *directory,
    struct store_reader **reader, char *error, size_t size)
{
	int result = open_reader(offline, directory, reader, error, size);

	if (result != 0 || offline->store != NULL)
		return result;
	result = store_reader_catch_up(*reader);
	if (result == 0)
		return 0;
	snprintf(error, size, "%s",
	    result == BANK_ETIMEOUT
		? "bank.db does not follow the journal; see whether bankd "
		  "hangs (bankctl status)"
		: bank_strerror(result));
	store_reader_close(*reader);
	*reader = NULL;
	return result;
}

int
bankctl_offline_reader(struct offline **offline, struct store_reader **reader,
    const struct bankctl *bankctl)
{
	const char *directory = config_string(bankctl->config, BANK_STATE);
	char error[ERROR_SIZE];
	int code;

	*reader = NULL;
	if ((code = open_to(offline, bankctl, OFFLINE_READER)) != 0)
		return code;
	if (open_caught_up(*offline, directory, reader, error, sizeof(error)) ==
	    0)
		return 0;
	bankctl_offline_close(*offline);
	*offline = NULL;
	return bankctl_complain(EX_DATAERR, "%s", error);
}

int
bankctl_offline_regain(const struct offline *offline)
{
	if (seteuid(offline->uid) == -1 || setegid(offline->gid) == -1)
		return bankctl_complain(EX_OSERR, "%s", strerror(errno));
	return 0;
}

void
bankctl_offline_owner(const struct offline *offline, uid_t *uid, gid_t *gid)
{
	*uid = offline->dir.uid;
	*gid = offline->dir.gid;
}

void
bankctl_offline_close(struct offline *offline)
{
	store_close(offline->store);
	if (offline->dir.fd != -1)
		state_dir_close(&offline->dir);
	(void)bankctl_offline_regain(offline);
	free(offline);
}

struct store *
bankctl_offline_store(struct offline *offline)
{
	return offline->store;
}

int
bankctl_offline_kiosk_put(
    struct offline *offline, const struct store_kiosk *kiosk)
{
	struct ledger_account *none[1];
	int result;

	result = store_begin(offline->store, NULL, 0, none);
	if (result == 0)
		result = store_kiosk_put(offline->store, kiosk);
	if (result == 0)
		result = store_commit(offline->store);
	if (result == 0)
		return 0;
	store_abort(offline->store);
	return bankctl_complain(
	    EX_IOERR, "kiosk %s: %s", kiosk->name, bank_strerror(result));
}

struct account_rows {
	struct control_text answer;
	const char *id; /* NULL: all customers */
	bool found;
};

static const char *
time_text(uint64_t time_ms, char text[WIRE_TIME_TEXT])
{
	return time_ms == 0 ? "-" : wire_format_time(time_ms, text);
}

static bool
account_row(
    void *context, const struct ledger_account *account, const char *name)
{
	struct account_rows *rows = context;
	char savings[MONEY_TEXT_SIZE], checking[MONEY_TEXT_SIZE];
	char opened[WIRE_TIME_TEXT], last_login[WIRE_TIME_TEXT];

	if (rows->id != NULL && strcmp(rows->id, account->id) != 0)
		return true;
	rows->found = true;
	control_put_row(&rows->answer, '+', account->id, name,
	    money_format(account->cents[WIRE_SAVINGS], savings),
	    money_format(account->cents[WIRE_CHECKING], checking),
	    account->closed_ms != 0 ? "closed" : "open",
	    time_text(account->opened_ms, opened),
	    time_text(account->last_login_ms, last_login), NULL);
	return rows->id == NULL;
}

/* A reader supplies the rows; the lock keeps bankd away. */
static int
account_rows(const struct offline *offline, const char *directory,
    struct account_rows *rows)
{
	struct store_reader *reader;
	char error[ERROR_SIZE];
	int result;

	if (open_reader(offline, directory, &reader, error, sizeof(error)) != 0)
		return bankctl_complain(EX_DATAERR, "%s", error);
	control_put_row(&rows->answer, '=', "id", "name", "savings", "checking",
	    "state", "opened", "last-login", NULL);
	result = store_reader_accounts(reader, account_row, rows);
	store_reader_close(reader);
	if (result == 0)
		return 0;
	return bankctl_complain(
	    EX_DATAERR, "%s: %s", directory, bank_strerror(result));
}

int
bankctl_offline_accounts(const struct bankctl *bankctl, const char *id)
{
	const char *directory = config_string(bankctl->config, BANK_STATE);
	struct account_rows rows = { .id = id };
	struct offline *offline;
	int code;

	if ((code = bankctl_offline_open_to_read(&offline, bankctl)) != 0)
		return code;
	code = account_rows(offline, directory, &rows);
	bankctl_offline_close(offline);
	if (code == 0 && id != NULL && !rows.found)
		return bankctl_client_print_made(
		    &rows.answer, EX_DATAERR, "no such account", false);
	return bankctl_client_print_made(
	    &rows.answer, code, "can't be read", bankctl->json);
}

/* The two facts that a verify of a running bank shows too. */
static void
head_facts(struct control_text *answer, uint64_t seq, const uint8_t chain[32])
{
	char hex[2 * 32 + 1];

	hex_encode(chain, 32, hex);
	control_put_fact(answer, "seq", "%" PRIu64, seq);
	control_put_fact(answer, "chain", "%s", hex);
}

int
bankctl_offline_verify(const struct bankctl *bankctl, const char *head)
{
	const char *directory = config_string(bankctl->config, BANK_STATE);
	struct control_text answer = { 0 };
	struct store_reader *reader = NULL;
	struct offline *offline;
	struct head wanted;
	char error[ERROR_SIZE] = "";
	uint8_t chain[32] = { 0 };
	uint64_t seq = 0;
	int result, code, opened;

	if (head != NULL && head_parse(head, &wanted) != 0)
		return bankctl_complain(
		    EX_DATAERR, "a head has the form SEQ:HASH, as in the log");

	opened = code = bankctl_offline_open_to_read(&offline, bankctl);
	/*
	 * The vault would not start on it; the proof shows which row is wrong.
	 */
	if (code == EX_DATAERR)
		code = open_to(&offline, bankctl, OFFLINE_PROOF);
	if (code != 0)
		return code;
	result = open_reader(offline, directory, &reader, error, sizeof(error));
	if (result == 0) {
		result = store_reader_verify(
		    reader, &seq, chain, error, sizeof(error));
		if (result == 0 && head != NULL)
			result =
			    head_check(reader, &wanted, error, sizeof(error));
		store_reader_close(reader);
	}
	bankctl_offline_close(offline);
	if (result != 0)
		return bankctl_complain(EX_DATAERR, "%s: %s", directory,
		    error[0] != '\0' ? error : bank_strerror(result));
	if (opened != 0)
		return opened;
	head_facts(&answer, seq, chain);
	return bankctl_client_print_made(&answer, 0, "", bankctl->json);
}

int
bankctl_offline_status(const struct bankctl *bankctl)
{
	const char *const facts[][2] = {
		{ "bank", config_string(bankctl->config, BANK_NAME) },
		{ "state", "stopped" },
		{ "version", VERSION },
		{ "configuration", bankctl->config_path },
		{ "directory", config_string(bankctl->config, BANK_STATE) },
	};
	struct control_text answer = { 0 };

	for (size_t i = 0; i < NELEM(facts); i++)
		control_put_row(&answer, '+', facts[i][0], facts[i][1], NULL);
	return bankctl_client_print_made(
	    &answer, EX_UNAVAILABLE, "the bank does not run", bankctl->json);
}
