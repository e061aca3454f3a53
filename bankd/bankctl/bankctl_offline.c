/* SPDX-License-Identifier: ISC */
/*
 * bankctl on a stopped bank.  It locks the state against bankd, and works as
 * the owner of the state, so that root leaves none of its own files there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_hosts.h"
#include "bankctl_note.h"
#include "bankctl_offline.h"
#include "bankctl_reason.h"
#include "../report/head.h"
#include "../report/listing.h"
#include "../base/options.h"
#include "../base/place.h"
#include "../base/state_dir.h"
#include "../store/kiosks.h"
#include "../store/store_copy.h"
#include "../store/store_files.h"
#include "../store/store_kiosks.h"
#include "../store/store_open.h"
#include "../store/store_reader.h"
#include "../store/store_serve.h"
#include "../store/store_verify.h"

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
	OFFLINE_WHOLE, /* the same; all lots of its own are in bank.db */
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
complain_not_ours(const char *directory)
{
	return bankctl_complain(EX_NOPERM,
	    "%s: %s; only root and the owner may read the state, which "
	    "contains password hashes",
	    directory, strerror(EACCES));
}

static int
open_store(
    struct offline *offline, const struct bankctl *bankctl, enum depth depth)
{
	const char *directory = config_string(bankctl->config, BANK_STATE);
	bool forced = config_number(bankctl->config, BANK_ANY_FILE_SYSTEM) != 0;
	char error[ERROR_SIZE];
	const struct store_options where = { .directory = directory };
	enum store_end end;
	int result, code;
	bool looks;

	if (access(directory, R_OK | X_OK | (only_reads[depth] ? 0 : W_OK)) ==
		-1 &&
	    errno == EACCES)
		return complain_not_ours(directory);
	if (state_dir_open(
		&offline->dir, directory, forced, error, sizeof(error)) != 0)
		return bankctl_complain(EX_CONFIG, "%s", error);
	if ((code = become_owner(offline)) != 0)
		return code;
	result = take_lock(offline, depth, error, sizeof(error));
	if (result == BANK_EBUSY && depth == OFFLINE_READER)
		return 0;
	if (result == BANK_ESYS && errno == EACCES)
		return complain_not_ours(directory);
	if (result != 0)
		return bankctl_complain(
		    result == BANK_EBUSY ? EX_UNAVAILABLE : EX_NOPERM, "%s",
		    error);
	if (depth == OFFLINE_LOCK || depth == OFFLINE_PROOF)
		return 0;
	if (depth == OFFLINE_STORE && bankctl_hosts_are(bankctl))
		return bankctl_complain(EX_UNAVAILABLE,
		    "this bank has many hosts: it is changed through one that "
		    "runs; start bankd");
	looks =
	    offline->still || (only_reads[depth] && bankctl_hosts_are(bankctl));
	result = (looks ? store_look : store_open)(
	    &offline->store, &where, &end, error, sizeof(error));
	if (result == BANK_EINVAL && depth == OFFLINE_WHOLE)
		result = store_look(
		    &offline->store, &where, &end, error, sizeof(error));
	else if (result == 0 && depth == OFFLINE_WHOLE)
		result = store_publish(offline->store);
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
bankctl_offline_open_whole(
    struct offline **offline, const struct bankctl *bankctl)
{
	return open_to(offline, bankctl, OFFLINE_WHOLE);
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

/* The newest lot of many hosts that is known here, if bankd runs, or 0. */
static uint64_t
newest_of_hosts(const struct bankctl *bankctl)
{
	static const char *const words[] = { "status" };
	uint64_t lot = 0;
	char *answer = NULL;

	if (bankctl_hosts_are(bankctl) &&
	    bankctl_client_ask(bankctl, 1, words, &answer) == 0)
		(void)control_get_number(answer, "vault-lot", &lot);
	free(answer);
	return lot;
}

/* Where bankd has the lock it serves, and bank.db is yet to follow. */
static int
open_caught_up(const struct offline *offline, const char *directory,
    uint64_t newest, struct store_reader **reader, char *error, size_t size)
{
	int result = open_reader(offline, directory, reader, error, size);

	if (result != 0 || offline->store != NULL)
		return result;
	result = store_reader_catch_up(*reader, newest);
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
	const uint64_t newest = newest_of_hosts(bankctl);
	char error[ERROR_SIZE];
	int code;

	*reader = NULL;
	if ((code = open_to(offline, bankctl, OFFLINE_READER)) != 0)
		return code;
	if (open_caught_up(
		*offline, directory, newest, reader, error, sizeof(error)) == 0)
		return 0;
	bankctl_offline_close(*offline);
	*offline = NULL;
	return bankctl_complain(EX_DATAERR, "%s", error);
}

bool
bankctl_offline_is_closed(const struct bankctl *bankctl)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" STORE_FILE,
	    config_string(bankctl->config, BANK_STATE));
	return access(path, R_OK) == -1 && errno == EACCES;
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
bankctl_offline_kiosk_put(struct offline *offline,
    const struct bankctl *bankctl, const struct store_kiosk *kiosk,
    const char *verb)
{
	struct ledger_account *none[1];
	struct audit audit = { 0 };
	int result, code = bankctl_reason_check(bankctl, verb);

	if (code != 0)
		return code;
	string_copy(audit.verb, verb, sizeof(audit.verb));
	string_copy(audit.about, kiosk->name, sizeof(audit.about));
	kiosks_tell(kiosk, audit.detail, sizeof(audit.detail));
	result = store_begin(offline->store, NULL, 0, none);
	if (result == 0)
		result = store_kiosk_put(offline->store, kiosk);
	if (result == 0)
		result = bankctl_note_audit(bankctl, offline->store, &audit);
	if (result == 0)
		result = store_commit(offline->store);
	if (result == 0) {
		bankctl_note_log(bankctl, verb, kiosk->name);
		return 0;
	}
	store_abort(offline->store);
	return bankctl_complain(
	    EX_IOERR, "kiosk %s: %s", kiosk->name, bank_strerror(result));
}

static bool
put_row(void *context, int kind, size_t count, const char *const fields[])
{
	struct control_text *answer = context;

	control_put_row(answer, kind, count, fields);
	return !answer->failed;
}

/* What the vault knows of an account by heart. */
static int
find_account(const struct offline *offline, struct search *search)
{
	const struct ledger_account *account;

	if (search->account == NULL)
		return 0;
	account = store_account(offline->store, search->account);
	if (account == NULL)
		return bankctl_complain(
		    EX_DATAERR, "no account %s", search->account);
	search->number = account->number;
	search->newest_seq = account->last_seq;
	return 0;
}

/* A reader supplies the rows; the lock keeps bankd away. */
static int
put_rows(const struct offline *offline, const char *directory,
    int (*list)(struct listing *listing), struct listing *listing)
{
	char error[ERROR_SIZE];
	int result;

	if (open_reader(offline, directory, &listing->reader, error,
		sizeof(error)) != 0)
		return bankctl_complain(EX_DATAERR, "%s", error);
	result = list(listing);
	store_reader_close(listing->reader);
	if (result == 0)
		return 0;
	return bankctl_complain(
	    EX_DATAERR, "%s: %s", directory, bank_strerror(result));
}

int
bankctl_offline_list(const struct bankctl *bankctl, struct search *search,
    int (*list)(struct listing *listing), struct control_text *answer)
{
	const char *directory = config_string(bankctl->config, BANK_STATE);
	struct listing listing = {
		.search = search, .row = put_row, .context = answer
	};
	struct offline *offline;
	char more[128] = "";
	int code;

	if ((code = bankctl_offline_open_to_read(&offline, bankctl)) != 0)
		return code;
	code = find_account(offline, search);
	if (code == 0)
		code = put_rows(offline, directory, list, &listing);
	bankctl_offline_close(offline);
	if (listing.more)
		listing_say_more(&listing, more, sizeof(more));
	if (code == 0)
		control_put_end(answer, 0, more);
	return code;
}

/* The facts that a verify of a running bank shows too. */
static void
head_facts(struct control_text *answer, const struct store_heads *heads)
{
	char hex[2 * CHAIN_SIZE + 1];

	hex_encode(heads->chain, CHAIN_SIZE, hex);
	control_put_fact(answer, "seq", "%" PRIu64, heads->seq);
	control_put_fact(answer, "chain", "%s", hex);
	hex_encode(heads->audit_chain, CHAIN_SIZE, hex);
	control_put_fact(answer, "audits", "%" PRIu64, heads->audits);
	control_put_fact(answer, "audit-chain", "%s", hex);
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
	struct store_heads heads = { 0 };
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
		result =
		    store_reader_verify(reader, &heads, error, sizeof(error));
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
	head_facts(&answer, &heads);
	head_say_proven(&heads, error, sizeof(error));
	return bankctl_client_print_made(&answer, 0, error, bankctl->json);
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
		control_put_row(&answer, '+', TEXTS(facts[i][0], facts[i][1]));
	return bankctl_client_print_made(
	    &answer, EX_UNAVAILABLE, "the bank does not run", bankctl->json);
}
