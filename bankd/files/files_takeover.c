/* SPDX-License-Identifier: ISC */
/*
 * Takes over what people wrote into the two files while bankd was properly
 * stopped, or before its first start.  Runs in the vault, at a start.
 *
 * After a proper stop, or with a new store, hand edits become adjust entries,
 * new customers and new passwords, each logged; plain passwords are hashed.
 * After a broken end a file that differs from the store is set aside, unless
 * its lines are only a few entries behind.  At the first start one file
 * without the other is wrong; without both, the bank is empty.
 *
 * All of both files is read and checked before anything is changed.  The
 * changes are made in batches; if a crash follows one of them, the next start
 * finds the rest still to be done.
 */
#include "files_state.h"
#include "files_lines.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../store/id_index.h"
#include "../../shared/base/progress.h"

#define BATCH_ROWS 4096
#define HASH_ROWS 32 /* hashed between two checks of the clock */
#define PROGRESS_MS 5000

/* An ID in either file, or of an open account. */
struct row {
	char id[WIRE_ID_SIZE];
	bool closes, has_secret;
	unsigned line[FILES_COUNT]; /* 0: not in this file */
	int64_t cents[2];
	char *secret; /* malloc'd; NULL: none, or the account's own */
	bool is_hash;
	const struct ledger_account *account; /* NULL: a new one */
};

struct takeover {
	struct files *files;
	const struct files_options *options;
	enum store_end end;
	uint64_t now_ms, told_ms;
	struct row *rows;
	uint32_t count;
	size_t size;
	struct id_index index;
	char *error;
	size_t error_size;
};

/* Writes the error's text, which begins with file and line if it has one. */
static int
refuse(struct takeover *takeover, enum files_name name, unsigned line,
    const char *format, ...)
{
	char place[16] = "", reason[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	if (line != 0)
		snprintf(place, sizeof(place), ":%u", line);
	snprintf(takeover->error, takeover->error_size, "%s%s: %s",
	    takeover->files->file[name].path, place, reason);
	return BANK_EINVAL;
}

static const char *
row_id(const void *context, uint32_t number)
{
	const struct takeover *takeover = context;

	return takeover->rows[number - 1].id;
}

static int
add_row(struct takeover *takeover, const char *id, struct row **row)
{
	size_t count = (size_t)takeover->count + 1;

	if (array_room(takeover->rows, takeover->size, count) != 0)
		return BANK_ENOMEM;
	*row = &takeover->rows[takeover->count++];
	**row = (struct row) { 0 };
	string_copy((*row)->id, id, sizeof((*row)->id));
	(*row)->account = store_account(takeover->files->store, id);
	return id_index_add(&takeover->index, id, takeover->count);
}

static int
row_of(struct takeover *takeover, enum files_name name,
    const struct files_line *line, struct row **row)
{
	uint32_t number = id_index_find(&takeover->index, line->id);
	int error = 0;

	if (number != 0)
		*row = &takeover->rows[number - 1];
	else
		error = add_row(takeover, line->id, row);
	if (error != 0)
		return error;
	if ((*row)->line[name] != 0)
		return refuse(takeover, name, line->line,
		    "%s is already in line %u", line->id, (*row)->line[name]);
	if ((*row)->account != NULL && (*row)->account->closed_ms != 0)
		return refuse(takeover, name, line->line,
		    "the account %s was closed, and its ID remains taken",
		    line->id);
	(*row)->line[name] = line->line;
	return 0;
}

static int
take_balance(void *context, const struct files_line *line)
{
	struct row *row;
	int error = row_of(context, FILES_BALANCE, line, &row);

	if (error == 0)
		memcpy(row->cents, line->cents, sizeof(row->cents));
	return error;
}

/* The account's own hash is not taken over. */
static int
take_password(void *context, const struct files_line *line)
{
	struct takeover *takeover = context;
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE] = "";
	struct row *row;
	int error = row_of(takeover, FILES_PASSWORD, line, &row);

	if (error == 0 && row->account != NULL)
		error = store_account_texts(
		    takeover->files->store, row->account, name, hash);
	if (error == 0 &&
	    (row->account == NULL ||
		strcmp(files_shown_hash(row->account, hash), line->secret) !=
		    0)) {
		row->is_hash = line->is_hash;
		row->has_secret = true;
		row->secret = strdup(line->secret);
		if (row->secret == NULL)
			error = BANK_ENOMEM;
	}
	OPENSSL_cleanse(hash, sizeof(hash));
	return error;
}

static int
read_file(struct takeover *takeover, enum files_name name)
{
	static int (*const parsers[])(const struct files_reading *,
	    const char *,
	    size_t) = { files_parse_balance, files_parse_password };
	static int (*const takers[])(void *,
	    const struct files_line *) = { take_balance, take_password };
	const char *path = takeover->files->file[name].path;
	const struct files_reading reading = { .name = path,
		.each = takers[name],
		.context = takeover,
		.error = takeover->error,
		.error_size = takeover->error_size };
	char *data;
	size_t length;
	int error;

	error = file_read_by(path, O_NOFOLLOW, FILES_LARGEST, &data, &length);
	if (error != 0) {
		refuse(takeover, name, 0, "%s", file_strerror(error));
		return error;
	}
	error = parsers[name](&reading, data, length);
	OPENSSL_cleanse(data, length);
	free(data);
	return error;
}

/* Which file shows an edit of this row. */
static enum files_name
place_of(const struct row *row)
{
	return row->line[FILES_BALANCE] != 0 ? FILES_BALANCE : FILES_PASSWORD;
}

/*
 * Closes an account of which a line is missing, if it is empty.  An account
 * without a password has no line to miss in that file.
 */
static int
judge_missing(struct takeover *takeover, const struct ledger_account *account,
    struct row *row)
{
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE] = "";
	enum files_name missing = FILES_BALANCE;
	const int64_t *cents = account->cents;
	int error = 0;
	bool has_hash;

	if (row != NULL && row->line[FILES_BALANCE] != 0) {
		missing = FILES_PASSWORD;
		cents = row->cents;
		if (row->line[FILES_PASSWORD] != 0)
			return 0;
		error = store_account_texts(
		    takeover->files->store, account, name, hash);
		has_hash = hash[0] != '\0';
		OPENSSL_cleanse(hash, sizeof(hash));
		if (error != 0 || !has_hash)
			return error;
	}
	if (cents[0] != 0 || cents[1] != 0)
		return refuse(takeover, missing, 0,
		    "the line of %s was removed, but the account is not empty",
		    account->id);
	if (row == NULL)
		error = add_row(takeover, account->id, &row);
	if (error == 0)
		row->closes = true;
	return error;
}

static int
judge_accounts(struct takeover *takeover)
{
	const struct ledger_account *account;
	struct store *store = takeover->files->store;
	uint32_t line, number;
	int error = 0;

	for (line = 0; error == 0 && line < store_lines(store); line++) {
		account = store_account_by_line(store, line);
		if (account->closed_ms != 0)
			continue;
		number = id_index_find(&takeover->index, account->id);
		error = judge_missing(takeover, account,
		    number == 0 ? NULL : &takeover->rows[number - 1]);
	}
	return error;
}

static bool
changes(const struct row *row)
{
	return row->account == NULL || row->closes || row->has_secret ||
	    (row->line[FILES_BALANCE] != 0 &&
		memcmp(row->cents, row->account->cents, sizeof(row->cents)) !=
		    0);
}

/* No edits are taken, and the bytes differ from those that we wrote. */
static int
judge_refusal(struct takeover *takeover)
{
	const char *reason = takeover->options->many_hosts
	    ? "edited while bankd was stopped; a bank of many hosts takes no "
	      "edits"
	    : "edited while bankd was stopped, and hand_edits = refuse";
	const struct files_file *file = takeover->files->file;
	const struct row *row;
	enum files_name name;
	uint32_t i;

	if (takeover->end != STORE_STOPPED ||
	    !(takeover->options->refuse_edits || takeover->options->many_hosts))
		return 0;
	for (i = 0; i < takeover->count; i++) {
		row = &takeover->rows[i];
		name = place_of(row);
		if (changes(row))
			return refuse(takeover, name, row->line[name], "%s: %s",
			    row->id, reason);
	}
	name = file[FILES_BALANCE].same ? FILES_PASSWORD : FILES_BALANCE;
	return refuse(takeover, name, 0, "%s", reason);
}

/* Logs each edit, except at a first start, when the files are the bank. */
static void
log_edit(
    const struct takeover *takeover, const struct row *row, const char *what)
{
	if (takeover->end != STORE_NEW)
		log_event(LOG_NOTICE, "hand_edit", "id", LOG_TEXT(row->id),
		    "what", LOG_TEXT(what), NULL);
}

static int
adjust(struct takeover *takeover, const struct row *row,
    struct ledger_account *adjuster, struct ledger_account *account,
    enum wire_account which)
{
	struct ledger_entry entry = { 0 };
	int64_t old_cents = account->cents[which];
	enum wire_reply reply;

	reply = ledger_adjust(&entry, adjuster,
	    (struct ledger_leg) { account, which }, row->cents[which],
	    takeover->now_ms);
	if (reply == WIRE_INCORRECT)
		return 0;
	if (reply != WIRE_DONE)
		return refuse(takeover, FILES_BALANCE, row->line[FILES_BALANCE],
		    "the sum of all balances is too large");
	if (takeover->end != STORE_NEW)
		log_event(LOG_NOTICE, "hand_edit", "id", LOG_TEXT(row->id),
		    "what", LOG_TEXT(ledger_account_name(which)), "old",
		    LOG_MONEY(old_cents), "new", LOG_MONEY(row->cents[which]),
		    NULL);
	return entry.debit.number == adjuster->number
	    ? store_append(takeover->files->store, &entry, adjuster, account)
	    : store_append(takeover->files->store, &entry, account, adjuster);
}

static int
open_account(struct takeover *takeover, const struct row *row,
    struct ledger_account **account)
{
	if (row->secret == NULL)
		log_event(LOG_WARNING, "no_password", "id", LOG_TEXT(row->id),
		    "what", LOG_TEXT("nobody can log in to this account"),
		    NULL);
	log_edit(takeover, row, "opened");
	return store_account_new(takeover->files->store, row->id, "",
	    row->secret != NULL ? row->secret : "", takeover->now_ms, account);
}

static int
apply_row(struct takeover *takeover, const struct row *row,
    struct ledger_account *adjuster)
{
	struct store *store = takeover->files->store;
	const char *id = row->id;
	struct ledger_account *account = NULL;
	int error, which;

	if (row->account == NULL)
		error = open_account(takeover, row, &account);
	else
		error = store_begin(store, &id, 1, &account);
	if (error == 0 && row->account != NULL && row->secret != NULL) {
		log_edit(takeover, row, "password");
		error = store_set_hash(store, account, row->secret);
	}
	for (which = 0; which < 2 && row->line[FILES_BALANCE] != 0; which++)
		if (error == 0)
			error = adjust(takeover, row, adjuster, account,
			    (enum wire_account)which);
	if (error == 0 && row->closes) {
		log_edit(takeover, row, "closed");
		account->closed_ms = takeover->now_ms;
		account->changed = true;
	}
	return error;
}

static int
begin_batch(struct takeover *takeover, struct ledger_account **adjuster)
{
	struct store *store = takeover->files->store;
	const char *id = LEDGER_ADJUST_ID;
	int error = store_begin(store, &id, 1, adjuster);

	if (error == 0 && *adjuster == NULL)
		error = store_account_new(
		    store, id, "", "", takeover->now_ms, adjuster);
	return error;
}

static void
tell_progress(struct takeover *takeover, uint32_t done)
{
	if (clock_steady_ms() - takeover->told_ms < PROGRESS_MS)
		return;
	takeover->told_ms = clock_steady_ms();
	log_event(LOG_NOTICE, "taking_over", "done", LOG_NUMBER(done), "of",
	    LOG_NUMBER(takeover->count), NULL);
}

static int
hash_rows(struct takeover *takeover, uint32_t from, uint32_t to)
{
	char **secrets[HASH_ROWS];
	size_t count = 0;
	int error = 0;

	for (; error == 0 && from < to; from++) {
		if (takeover->rows[from].secret != NULL &&
		    !takeover->rows[from].is_hash)
			secrets[count++] = &takeover->rows[from].secret;
		if (count < HASH_ROWS && from + 1 < to)
			continue;
		error = files_hash(secrets, count, takeover->options);
		count = 0;
		progress_done(from);
		tell_progress(takeover, from);
	}
	return error;
}

static int
apply_rows(struct takeover *takeover, uint32_t from, uint32_t to)
{
	struct store *store = takeover->files->store;
	struct ledger_account *adjuster;
	int error;

	error = begin_batch(takeover, &adjuster);
	for (; error == 0 && from < to; from++) {
		if (changes(&takeover->rows[from]))
			error = apply_row(
			    takeover, &takeover->rows[from], adjuster);
		progress_done(from);
	}
	if (error == 0)
		return store_commit(store);
	store_abort(store);
	return error;
}

static int
apply(struct takeover *takeover)
{
	uint32_t from, to;
	int error = 0;

	takeover->told_ms = clock_steady_ms();
	progress_step("password, balance: taking over lines", takeover->count);
	for (from = 0; error == 0 && from < takeover->count; from = to) {
		to = from + BATCH_ROWS < takeover->count ? from + BATCH_ROWS
							 : takeover->count;
		error = hash_rows(takeover, from, to);
		if (error == 0)
			error = apply_rows(takeover, from, to);
	}
	if (error == 0 && takeover->end == STORE_NEW)
		log_event(LOG_NOTICE, "taken_over", "customers",
		    LOG_NUMBER(takeover->count), NULL);
	return error;
}

static void
forget(struct takeover *takeover)
{
	uint32_t i;

	for (i = 0; i < takeover->count; i++)
		if (takeover->rows[i].secret != NULL) {
			OPENSSL_cleanse(takeover->rows[i].secret,
			    strlen(takeover->rows[i].secret));
			free(takeover->rows[i].secret);
		}
	free(takeover->rows);
	id_index_free(&takeover->index);
}

static int
judge(struct takeover *takeover)
{
	int error = id_index_init(&takeover->index, row_id, takeover);

	if (error == 0)
		error = read_file(takeover, FILES_BALANCE);
	if (error == 0)
		error = read_file(takeover, FILES_PASSWORD);
	if (error == 0)
		error = judge_accounts(takeover);
	return error != 0 ? error : judge_refusal(takeover);
}

int
files_take_over(struct files *files, enum store_end end,
    const struct files_options *options, uint64_t now_ms, char *error_text,
    size_t size)
{
	struct takeover takeover = { .files = files,
		.options = options,
		.end = end,
		.now_ms = now_ms,
		.error = error_text,
		.error_size = size };
	int error = judge(&takeover);

	if (error == 0)
		error = apply(&takeover);
	forget(&takeover);
	return error;
}

int
files_judge(struct files *files, enum store_end end,
    const struct files_options *options, char *error_text, size_t size)
{
	struct takeover takeover = { .files = files,
		.options = options,
		.end = end,
		.error = error_text,
		.error_size = size };
	int error = judge(&takeover);

	forget(&takeover);
	return error;
}
