/* SPDX-License-Identifier: ISC */
/*
 * Checks the state as a start would.  Runs in `bankd -t` alone.
 */
#include "vault_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../files/files.h"
#include "../journal/journal_courier.h"
#include "../base/courier_program.h"
#include "../base/options.h"
#include "../base/state_dir.h"
#include "../store/store_attempts.h"
#include "../store/store_serve.h"

#define ANSWER_MS 1000 /* besides `patience` */
#define REASON_SIZE 1024

static int
check_rights(
    const struct state_dir *dir, const char *path, char *error, size_t size)
{
	static const char *const names[] = { "password", "balance", "bank.db",
		"bank.db-wal" };

	for (size_t i = 0; i < NELEM(names); i++) {
		if (faccessat(dir->fd, names[i], R_OK, AT_SYMLINK_NOFOLLOW) ==
			0 ||
		    errno == ENOENT)
			continue;
		snprintf(
		    error, size, "%s/%s: %s", path, names[i], strerror(errno));
		return EX_NOPERM;
	}
	return 0;
}

/* The journal of the hosts has the lot that this one stands on. */
static int
check_head(const struct store *store, const struct store_options *where,
    char *error, size_t size)
{
	struct journal_options options = { .engine = where->engine,
		.secret = store_attempt_secret(store),
		.host = where->host,
		.looking = true };
	struct journal *journal;
	struct lot_view view;
	int answer, result;

	if (where->journal == NULL)
		return 0;
	store_place(store, &options.place);
	result = where->journal(&journal, &options, error, size);
	if (result != 0)
		return result;
	answer = journal_next(journal, &view);
	snprintf(error, size, "the database: %s", journal_why(journal));
	journal_close(journal);
	if (answer == JOURNAL_FORK)
		return BANK_EFORK;
	return answer == JOURNAL_AWAY ? BANK_EAWAY : 0;
}

/* Reads all that a start reads, by the same code. */
static int
check_books(const struct config *config, const struct store_options *where,
    char *error, size_t size)
{
	enum { HAND_EDITS_ACCEPT, HAND_EDITS_REFUSE };
	const struct files_options options = {
		.directory = where->directory,
		.many_hosts = where->journal != NULL,
		.refuse_edits =
		    config_number(config, BANK_HAND_EDITS) == HAND_EDITS_REFUSE,
	};
	struct store *store;
	enum store_end end;
	int result;

	result = store_look(&store, where, &end, error, size);
	if (result == 0) {
		result = check_head(store, where, error, size);
		if (result == 0)
			result = files_check(store, end, &options, error, size);
		store_close(store);
	}
	if (result == BANK_EINVAL || result == BANK_EDAMAGED)
		return EX_DATAERR;
	if (result == BANK_EFORK)
		return EX_CONFIG;
	if (result == BANK_ECRYPTO)
		return EX_SOFTWARE;
	return result == 0 ? 0 : EX_IOERR;
}

static void
print_warning(void *context, const char *text, size_t length)
{
	(void)context;
	fprintf(stderr, "bankd: warning: %.*s\n", (int)length, text);
}

/* The database alone, whosever lots are there. */
static int
ask_courier(const struct config *config, struct journal_link *link, char *error,
    size_t size)
{
	const struct journal_options options = { .engine = link,
		.looking = true };
	struct journal_question question = { .type = IPC_HOST_CHECK,
		.each = print_warning,
		.by_ms = clock_steady_ms() + ANSWER_MS +
		    1000 * (uint64_t)config_number(config, STORE_PATIENCE) };
	char why[JOURNAL_WHY] = "";
	struct journal *journal;
	int answer;

	if (journal_courier_open(&journal, &options, error, size) != 0)
		return EX_SOFTWARE;
	answer = journal_courier_ask(journal, &question, why);
	journal_close(journal);
	if (answer == JOURNAL_NONE)
		return 0;
	snprintf(error, size, "the database: %s",
	    why[0] != '\0' ? why : "no answer");
	return EX_UNAVAILABLE;
}

static int
check_hosts(const struct config *config, struct store_options *where,
    char *error, size_t size)
{
	struct journal_link_options options = { 0 };
	struct courier_program program;
	char reason[REASON_SIZE];
	int code = EX_OSERR;

	if (courier_program_start(&program, config, error, size) != 0)
		return EX_CONFIG;
	options.fd = program.link_fd;
	where->journal = journal_courier_open;
	where->engine = journal_courier_link(&options);
	where->host = (uint32_t)config_number(config, STORE_HOST);
	if (where->engine != NULL)
		code = ask_courier(config, where->engine, error, size);
	if (code == 0 && where->directory != NULL)
		code = check_books(config, where, error, size);
	journal_courier_free(where->engine);
	courier_program_end(&program, reason, sizeof(reason));
	if (reason[0] == '\0')
		return code;
	snprintf(error, size, "%s", reason);
	return EX_CONFIG;
}

/* The books of a bank that runs are not read: they change meanwhile. */
int
vault_check(const struct config *config, char *error, size_t size)
{
	const char *path = config_string(config, BANK_STATE);
	struct store_options where = { 0 };
	struct state_dir dir;
	int code;

	if (state_dir_open(&dir, path,
		config_number(config, BANK_ANY_FILE_SYSTEM) != 0, error,
		size) != 0)
		return EX_CONFIG;
	code = check_rights(&dir, path, error, size);
	if (!state_dir_is_held(&dir))
		where.directory = path;
	if (code == 0 &&
	    config_number(config, STORE_JOURNAL_KIND) ==
		OPTIONS_JOURNAL_POSTGRES)
		code = check_hosts(config, &where, error, size);
	else if (code == 0 && where.directory != NULL)
		code = check_books(config, &where, error, size);
	state_dir_close(&dir);
	return code;
}
