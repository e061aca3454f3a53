/* SPDX-License-Identifier: ISC */
/*
 * The script of script.h.
 */
#include "script.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../bankd/store/store_attempts.h"
#include "../../bankd/store/store_find.h"
#include "../../bankd/store/store_reader.h"
#include "../../bankd/store/store_serve.h"
#include "../../bankd/store/store_verify.h"
#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "store_fixture.h"

#define NOW FIXTURE_NOW
#define BLOCK 4096
#define OPENING 1000000 /* cents of each account at first */

static const char *const ids[SCRIPT_CUSTOMERS] = { "chris", "fey", "joe" };
static const struct store_attempt no_attempt = { .owner = 1, .key = { 7 } };

/* What is a hole, or nothing but zeros, becomes a hole. */
static void
copy_file(const char *from, const char *to, const char *name)
{
	static const char zeros[BLOCK];
	static char block[BLOCK];
	struct stat status;
	int in = open(fixture_path(from, name), O_RDONLY);
	int out =
	    open(fixture_path(to, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	off_t at = 0;
	ssize_t n;

	if (in == -1 || out == -1 || fstat(in, &status) == -1 ||
	    ftruncate(out, status.st_size) == -1)
		abort();
	while ((at = lseek(in, at, SEEK_DATA)) != -1 &&
	    (n = pread(in, block, BLOCK, at -= at % BLOCK)) > 0) {
		if (memcmp(block, zeros, (size_t)n) != 0 &&
		    pwrite(out, block, (size_t)n, at) != n)
			abort();
		at += n;
	}
	close(in);
	close(out);
}

void
script_copy(const char *from, const char *to)
{
	DIR *dir = opendir(from);
	char below[2][512];
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, "bank.db-shm") == 0)
			continue;
		if (entry->d_type != DT_DIR) {
			copy_file(from, to, entry->d_name);
			continue;
		}
		snprintf(
		    below[0], sizeof(below[0]), "%s/%s", from, entry->d_name);
		snprintf(
		    below[1], sizeof(below[1]), "%s/%s", to, entry->d_name);
		(void)mkdir(below[1], 0700);
		script_copy(below[0], below[1]);
	}
	if (dir != NULL)
		closedir(dir);
}

void
script_seed(const char *directory)
{
	fixture_write(
	    directory, "password", "chris 1234\nfey 5678\njoe 9012\n");
	fixture_write(directory, "balance",
	    "chris 10000 10000\nfey 10000 10000\njoe 10000 10000\n");
}

/* Below `below`: what seed and seq alone decide. */
static unsigned
drawn(uint64_t seq, unsigned which, unsigned below)
{
	const char *seed = getenv("SEED");
	uint64_t mixed = seq * 31 + which +
	    (seed != NULL ? strtoul(seed, NULL, 10) * 1000003 : 0);

	mixed *= UINT64_C(0x9e3779b97f4a7c15);
	return (unsigned)(mixed >> 33) % below;
}

/* The rest of a full disk is that it was no batch at all. */
static int
append(struct store *store, uint64_t seq)
{
	const char *from = ids[drawn(seq, 0, 3)], *to = ids[drawn(seq, 1, 3)];
	uint8_t txid[16] = { (uint8_t)seq, (uint8_t)(seq >> 8), 1 };

	return fixture_transfer(store, from, to,
	    (int64_t)drawn(seq, 2, 1300) + 1, NOW + seq, txid, NULL);
}

/* An attempt at a login: counted on disk before anything is compared. */
static int
attempt(struct store *store, struct script_promise *promise)
{
	struct store_attempt record = no_attempt;
	int error = store_attempt_get(store, &record);

	record.count++;
	record.time_ms = NOW;
	if (error == 0)
		error = store_attempt_put(store, &record);
	if (error == 0)
		error = store_commit(store);
	else
		store_abort(store);
	if (error == 0) {
		promise->broken = promise->broken || promise->sync_failed;
		promise->attempts++;
	}
	return error;
}

static int
update_files(struct store *store, struct files *files)
{
	int error = 0;

	for (int i = 0; error == 0 && i < SCRIPT_CUSTOMERS; i++)
		error = files_update(files, store_account(store, ids[i]), NULL);
	return error == 0 ? files_flush(files) : error;
}

static int
batch(struct store *store, struct files *files, uint64_t until,
    struct script_promise *promise)
{
	uint64_t seq = store_last_seq(store);
	uint64_t size = 1 + drawn(seq, 3, 5);
	int error = 0;

	if (seq + size > until)
		size = until - seq;
	for (uint64_t i = 1; error == 0 && i <= size; i++)
		error = append(store, seq + i);
	if (error != 0) {
		store_abort(store);
		return error;
	}
	if (promise->begun < seq + size)
		promise->begun = seq + size;
	if ((error = store_commit(store)) == 0)
		error = update_files(store, files);
	if (error != 0)
		return error;
	promise->broken = promise->broken || promise->sync_failed;
	promise->acknowledged = seq + size;
	return 0;
}

static int
serve(struct store *store, struct files *files, int life, int *retries,
    struct script_promise *promise)
{
	uint64_t until = SCRIPT_OPENING + (uint64_t)(life + 1) * SCRIPT_ENTRIES;
	int error = 0;

	while (error == 0 && store_last_seq(store) < until) {
		error = batch(store, files, until, promise);
		if (error == 0 && drawn(store_last_seq(store), 4, 3) == 0)
			error = store_publish(store);
		if (error == 0 && store_last_seq(store) % 4 == 0)
			error = attempt(store, promise);
		if (error == BANK_ENOSPC && (*retries)-- > 0)
			error = 0;
	}
	return error;
}

static int
stop(struct store *store, struct files *files, struct script_promise *promise)
{
	int error = files_sync(files);

	if (error == 0)
		error = store_mark_stopped(store);
	if (error == 0) {
		promise->broken = promise->broken || promise->sync_failed;
		promise->stopped = true;
	}
	return error;
}

static int
begin(struct store **store, struct files **files, const char *directory)
{
	const struct files_options options = { .now_ms = NOW,
		.directory = directory,
		.hash_prefix = "$y$",
		.hash_cost = 1 };
	enum store_end end;
	char text[512];
	int error;

	*files = NULL;
	error = store_open(store,
	    &(struct store_options) { .directory = directory }, &end, text,
	    sizeof(text));
	if (error != 0)
		return error;
	error = files_start(files, *store, end, &options, text, sizeof(text));
	if (error == 0 && (error = store_serve(*store, false)) != 0)
		files_close(*files);
	if (error != 0)
		store_close(*store);
	if (error == BANK_EINVAL)
		fprintf(stderr, "%s\n", text);
	return error;
}

int
script_live(const char *directory, int life, int retries,
    struct script_promise *promise)
{
	struct store *store;
	struct files *files;
	int error;

	if (promise->begun < SCRIPT_OPENING)
		promise->begun = SCRIPT_OPENING;
	promise->stopped = false;
	if ((error = begin(&store, &files, directory)) != 0)
		return error;
	if (promise->acknowledged < store_last_seq(store))
		promise->acknowledged = store_last_seq(store);
	promise->broken = promise->broken || promise->sync_failed;
	error = serve(store, files, life, &retries, promise);
	if (error == 0 && life % 2 == 0)
		error = stop(store, files, promise);
	files_close(files);
	store_close(store);
	return error;
}

static void
drop_line(void *context, int priority, const char *line)
{
	(void)context;
	(void)priority;
	(void)line;
}

/* The truth is the model's too; without the tests' directory, unasked. */
static bool
model_agrees(const char *directory)
{
	const char *tests = getenv("TESTS");
	char command[2048];

	if (tests == NULL)
		return true;
	snprintf(command, sizeof(command),
	    "cd %s && /usr/bin/python3 -B -m lib.model %s", tests, directory);
	return system(command) == 0;
}

void
script_learn(const char *directory, struct script_truth *truth)
{
	struct script_promise promise = { 0 };
	struct store_reader *reader;
	struct ledger_entry entry;
	struct store *store;
	char text[512];
	uint64_t seq;

	log_open(drop_line, NULL, LOG_ERR);
	for (int life = 0; life < SCRIPT_LIVES; life++)
		if (script_live(directory, life, 0, &promise) != 0)
			abort();
	if (store_reader_open(&reader, directory, text, sizeof(text)) != 0 ||
	    !model_agrees(directory))
		abort();
	store_reader_close(reader);
	store = fixture_open(directory, NULL);
	memset(truth, 0, sizeof(*truth));
	for (seq = 1; seq <= SCRIPT_MAX; seq++) {
		if (store_find_seq(store, seq, &entry) != 0)
			abort();
		memcpy(truth->chain[seq], entry.chain, 32);
		memcpy(truth->cents[seq], truth->cents[seq - 1],
		    sizeof(truth->cents[seq]));
		for (int i = 0; i < SCRIPT_CUSTOMERS; i++) {
			if (strcmp(entry.debit.id, ids[i]) == 0)
				memcpy(truth->cents[seq][i], entry.debit.cents,
				    16);
			if (strcmp(entry.credit.id, ids[i]) == 0)
				memcpy(truth->cents[seq][i], entry.credit.cents,
				    16);
		}
	}
	store_close(store);
}

static bool
files_are_right(const char *directory, const int64_t cents[][2])
{
	char *data = fixture_read(directory, "balance", NULL), *line;
	double savings, checking;
	char id[16];
	bool right = data != NULL;

	for (int i = 0; right && i < SCRIPT_CUSTOMERS; i++) {
		line = data + i * FILES_BALANCE_WIDTH;
		right = strlen(data) ==
			(size_t)SCRIPT_CUSTOMERS * FILES_BALANCE_WIDTH &&
		    sscanf(line, "%15s %lf %lf", id, &savings, &checking) ==
			3 &&
		    strcmp(id, ids[i]) == 0 &&
		    (int64_t)(savings * 100 + 0.5) == cents[i][0] &&
		    (int64_t)(checking * 100 + 0.5) == cents[i][1];
	}
	free(data);
	return right;
}

static const char *
judge_open(struct store *store, const char *directory,
    const struct script_truth *truth, const struct script_promise *promise)
{
	static char text[160];
	struct store_attempt record = no_attempt;
	uint64_t seq = store_last_seq(store);

	if (promise->broken)
		return "promised after a failed sync";
	if (seq < promise->acknowledged || seq > promise->begun) {
		snprintf(text, sizeof(text), "seq %llu, not %llu to %llu",
		    (unsigned long long)seq,
		    (unsigned long long)promise->acknowledged,
		    (unsigned long long)promise->begun);
		return text;
	}
	if (memcmp(store_chain(store), truth->chain[seq], 32) != 0)
		return "another chain";
	if (store_attempt_get(store, &record) != 0 ||
	    record.count < promise->attempts)
		return "an attempt is forgotten";
	for (int i = 0; i < SCRIPT_CUSTOMERS; i++)
		if (memcmp(store_account(store, ids[i])->cents,
			truth->cents[seq][i], 16) != 0)
			return "another balance";
	return files_are_right(directory, truth->cents[seq])
	    ? NULL
	    : "balance isn't the truth";
}

static const char *
prove(const char *directory)
{
	static char text[512];
	struct store_reader *reader;
	struct store_heads heads;
	int error = store_reader_open(&reader, directory, text, sizeof(text));

	if (error != 0)
		return text;
	error = store_reader_verify(reader, &heads, text, sizeof(text));
	store_reader_close(reader);
	return error == 0 ? NULL : text;
}

const char *
script_judge(const char *directory, const struct script_truth *truth,
    const struct script_promise *promise)
{
	static char text[64];
	const char *wrong;
	struct store *store;
	struct files *files;
	int error = begin(&store, &files, directory);

	if (error != 0) {
		snprintf(text, sizeof(text), "doesn't open: %s",
		    bank_strerror(error));
		return text;
	}
	wrong = judge_open(store, directory, truth, promise);
	files_close(files);
	store_close(store);
	return wrong != NULL ? wrong : prove(directory);
}
