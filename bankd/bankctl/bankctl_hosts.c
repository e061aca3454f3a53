/* SPDX-License-Identifier: ISC */
/*
 * bankctl hosts: the journal that many hosts share, and the table of these
 * hosts.  bankctl knows no database: it starts a courier of its own, before
 * it takes the rights of the state's owner, and asks that.
 */
#include "bankctl_hosts.h"
#include "bankctl_note.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../base/courier_program.h"
#include "../base/options.h"
#include "../journal/journal_courier.h"
#include "../store/store_attempts.h"
#include "../store/store_files.h"
#include "../store/store_hosts.h"
#include "../store/store_serve.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_offline.h"

#define ANSWER_MS 1000 /* besides `patience` */
#define ERROR_SIZE 1024

bool
bankctl_hosts_are(const struct bankctl *bankctl)
{
	return config_number(bankctl->config, STORE_JOURNAL_KIND) ==
	    OPTIONS_JOURNAL_POSTGRES;
}

/* -- a courier of ours -- */

/* Until when a question that is asked now is worth asking again. */
static uint64_t
answer_by_ms(const struct bankctl *bankctl)
{
	return clock_steady_ms() + ANSWER_MS +
	    1000 * (uint64_t)config_number(bankctl->config, STORE_PATIENCE);
}

int
bankctl_hosts_open(struct hosts *hosts, const struct bankctl *bankctl)
{
	struct journal_link_options options = { 0 };
	char error[ERROR_SIZE];
	int result;

	*hosts =
	    (struct hosts) { .bankctl = bankctl, .program = { 0, -1, -1 } };
	if (!bankctl_hosts_are(bankctl))
		return bankctl_complain(EX_CONFIG,
		    "the journal of this bank is a file; bankd.ini: [store] "
		    "journal");
	result = courier_program_start(
	    &hosts->program, bankctl->config, error, sizeof(error));
	if (result != 0)
		return bankctl_complain(
		    result == BANK_ENOTFOUND ? EX_CONFIG : EX_OSERR, "%s",
		    error);
	options.fd = hosts->program.link_fd;
	hosts->link = journal_courier_link(&options);
	if (hosts->link == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	hosts->by_ms = answer_by_ms(bankctl);
	return 0;
}

/* The bank's place and secret; without a store it is anybody's. */
static int
open_journal(struct hosts *hosts, const struct store *store)
{
	struct journal_options options = { .engine = hosts->link,
		.looking = true };
	char error[ERROR_SIZE];
	int result;

	if (store != NULL) {
		store_place(store, &options.place);
		options.secret = store_attempt_secret(store);
	}
	options.host =
	    (uint32_t)config_number(hosts->bankctl->config, STORE_HOST);
	result = journal_courier_open(
	    &hosts->journal, &options, error, sizeof(error));
	return result == 0 ? 0 : bankctl_complain(EX_SOFTWARE, "%s", error);
}

void
bankctl_hosts_close(struct hosts *hosts)
{
	char reason[ERROR_SIZE];

	journal_close(hosts->journal);
	journal_courier_free(hosts->link);
	hosts->journal = NULL;
	hosts->link = NULL;
	courier_program_end(&hosts->program, reason, sizeof(reason));
}

/* An answer of AWAY or FORK, in words; what the courier died of comes first.
 */
static int
complain_of(struct hosts *hosts, int answer, const char *why)
{
	char reason[ERROR_SIZE];

	courier_program_end(&hosts->program, reason, sizeof(reason));
	if (reason[0] != '\0')
		return bankctl_complain(EX_CONFIG, "%s", reason);
	return bankctl_complain(
	    answer == JOURNAL_FORK ? EX_CONFIG : EX_UNAVAILABLE,
	    "the database: %s", why[0] != '\0' ? why : "no answer");
}

static int
ask(struct hosts *hosts, struct journal_question *question)
{
	char why[JOURNAL_WHY] = "";
	int answer;

	question->by_ms = hosts->by_ms;
	answer = journal_courier_ask(hosts->journal, question, why);
	if (answer == JOURNAL_BEHIND)
		return bankctl_complain(EX_DATAERR, "%s", why);
	return answer == JOURNAL_NONE ? 0 : complain_of(hosts, answer, why);
}

int
bankctl_hosts_next(const struct bankctl *bankctl, struct journal *journal,
    struct lot_view *view)
{
	uint64_t by_ms = answer_by_ms(bankctl);
	int answer;

	do
		answer = journal_next(journal, view);
	while (answer == JOURNAL_AWAY && clock_steady_ms() < by_ms);
	return answer;
}

int
bankctl_hosts_prove(struct hosts *hosts, const struct store *store)
{
	struct lot_view view;
	int answer, code = open_journal(hosts, store);

	if (code != 0)
		return code;
	answer = bankctl_hosts_next(hosts->bankctl, hosts->journal, &view);
	if (answer == JOURNAL_NONE || answer == JOURNAL_LOT)
		return 0;
	return complain_of(hosts, answer, journal_why(hosts->journal));
}

/* -- list, forget -- */

struct listing {
	struct control_text answer;
	char *ours; /* lines of our configuration */
};

/* `keys`: those of the host's settings that we have otherwise. */
static void
compare(const char *ours, char *settings, char *keys, size_t size)
{
	char *line, *rest = settings, name[128];
	size_t length = 0;
	const char *found;

	keys[0] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		found = strstr(ours, line);
		if (line[0] == '\0' || strchr(line, '=') == NULL ||
		    (found != NULL && found[strlen(line)] == '\n'))
			continue;
		string_copy(name, line, sizeof(name));
		name[strcspn(name, "=")] = '\0';
		if (length < size)
			length += (size_t)snprintf(keys + length, size - length,
			    "%s%s", length > 0 ? " " : "", name);
	}
	if (keys[0] == '\0')
		string_copy(keys, "same", size);
}

static void
list_row(void *context, const char *text, size_t length)
{
	struct listing *listing = context;
	char *copy = strndup(text, length), *rest = copy, *fields[7];
	char behind[32], seen[32], keys[ERROR_SIZE];
	uint64_t lot, newest, ms;
	size_t count = 0;

	while (copy != NULL && count < NELEM(fields) &&
	    (fields[count] = count + 1 < NELEM(fields) ? strsep(&rest, "\t")
						       : rest) != NULL)
		count++;
	if (count == NELEM(fields) &&
	    number_parse(fields[2], 0, UINT64_MAX, &lot) == 0 &&
	    number_parse(fields[3], 0, UINT64_MAX, &newest) == 0 &&
	    number_parse(fields[4], 0, UINT64_MAX, &ms) == 0) {
		snprintf(behind, sizeof(behind), "%" PRIu64,
		    newest > lot ? newest - lot : 0);
		snprintf(seen, sizeof(seen), "%" PRIu64, ms / 1000);
		compare(listing->ours, fields[6], keys, sizeof(keys));
		control_put_row(&listing->answer, '+',
		    TEXTS(fields[0], fields[1], fields[2], behind, seen,
			fields[5], keys));
	}
	free(copy);
}

static int
list(struct hosts *hosts)
{
	struct listing listing = { .ours =
				       config_dump(hosts->bankctl->config) };
	struct journal_question question = {
		.type = IPC_HOST_LIST, .each = list_row, .context = &listing
	};
	int code;

	if (listing.ours == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	control_put_row(&listing.answer, '=',
	    TEXTS("host", "name", "lot", "behind", "seen", "version",
		"settings"));
	code = ask(hosts, &question);
	free(listing.ours);
	if (code == 0)
		return bankctl_client_print_made(
		    &listing.answer, 0, "", hosts->bankctl->json);
	control_text_free(&listing.answer);
	return code;
}

/* The logins that it had in hand count as failed until a vault knows. */
static int
take_back(const struct bankctl *bankctl, char *number)
{
	static char name[] = "hosts", verb[] = "forget";
	char *words[] = { name, verb, number };
	struct control_text answer = { 0 };
	int code = bankctl_client_run(bankctl, NELEM(words), words, NULL);

	if (code != CLIENT_NOBODY)
		return code;
	bankctl_complain(0,
	    "host %s is off the list, but logins that it had in hand count as "
	    "failed until this is run on a host that serves",
	    number);
	return bankctl_client_print_made(&answer, 0, "", bankctl->json);
}

static int
forget(struct hosts *hosts, char *word)
{
	struct journal_question question = { .type = IPC_HOST_FORGET,
		.length = 4 };
	uint64_t number;
	uint8_t body[4];
	int code;

	if (number_parse(word, 1, UINT32_MAX, &number) != 0)
		return bankctl_complain(
		    EX_USAGE, "%s: a host is a number from 1", word);
	put_u32(body, (uint32_t)number);
	question.body = body;
	code = ask(hosts, &question);
	return code == 0 ? take_back(hosts->bankctl, word) : code;
}

/* -- init -- */

static int
confirm(const struct bankctl *bankctl)
{
	if (bankctl->yes)
		return 0;
	return bankctl_complain(EX_USAGE,
	    "hosts init begins the journal of all hosts with what this host "
	    "has, and replaces one of another history: confirm with bankctl "
	    "-y");
}

/* bank.db has all of it, and the next lot is the database's. */
static void
set_journal_aside(const char *state)
{
	char from[ERROR_SIZE], to[ERROR_SIZE + 64], name[64];
	time_t now = time(NULL);
	struct tm tm;

	strftime(name, sizeof(name), STORE_JOURNAL ".replaced.%Y%m%dT%H%M%SZ",
	    gmtime_r(&now, &tm));
	snprintf(from, sizeof(from), "%s/" STORE_JOURNAL, state);
	snprintf(to, sizeof(to), "%s/%s", state, name);
	if (rename(from, to) == -1 && errno != ENOENT)
		(void)bankctl_complain(
		    0, "%s: %s; take it away", from, strerror(errno));
}

static int
tell_begun(
    const struct bankctl *bankctl, const struct store *store, const char *what)
{
	struct control_text answer = { 0 };
	struct journal_place place;

	store_place(store, &place);
	control_put_fact(&answer, "journal", "%s", what);
	control_put_fact(&answer, "lot", "%" PRIu64, place.number);
	control_put_fact(&answer, "seq", "%" PRIu64, store_last_seq(store));
	return bankctl_client_print_made(&answer, 0, "", bankctl->json);
}

static int
begin(struct hosts *hosts, struct store *store)
{
	const struct journal_beginning beginning = {
		.seq = store_last_seq(store),
		.chain = store_chain(store),
		.by_ms = hosts->by_ms,
	};
	char why[JOURNAL_WHY] = "";
	int answer, code;

	if (store_last_seq(store) == 0)
		return bankctl_complain(EX_DATAERR,
		    "this bank has no entries yet: start it once with [store] "
		    "journal = file, and stop it");
	if ((code = open_journal(hosts, store)) != 0)
		return code;
	answer = journal_courier_begin(hosts->journal, &beginning, why);
	if (answer == JOURNAL_MINE || answer == JOURNAL_NONE) {
		if (store_share(store) != 0)
			return bankctl_complain(EX_IOERR,
			    "the journal is begun, but bank.db can't be "
			    "written; run it again");
		set_journal_aside(
		    config_string(hosts->bankctl->config, BANK_STATE));
		return tell_begun(hosts->bankctl, store,
		    answer == JOURNAL_NONE ? "there already"
			: why[0] != '\0'   ? why
					   : "begun");
	}
	if (answer == JOURNAL_BEHIND)
		return bankctl_complain(EX_DATAERR, "%s", why);
	return complain_of(hosts, answer, why);
}

static int
init(struct hosts *hosts)
{
	struct offline *offline;
	int code;

	code = confirm(hosts->bankctl);
	if (code == 0)
		code = bankctl_offline_open_whole(&offline, hosts->bankctl);
	if (code != 0)
		return code;
	code = begin(hosts, bankctl_offline_store(offline));
	/* Its secret is the store's. */
	journal_close(hosts->journal);
	hosts->journal = NULL;
	bankctl_offline_close(offline);
	if (code == 0)
		bankctl_note_log(hosts->bankctl, "hosts init", NULL);
	return code;
}

static int
list_or_forget(struct hosts *hosts, char *number)
{
	int code = open_journal(hosts, NULL);

	if (code != 0)
		return code;
	return number == NULL ? list(hosts) : forget(hosts, number);
}

int
bankctl_hosts_run(struct bankctl *bankctl, int argc, char *argv[])
{
	char *number = argc == 3 ? argv[2] : NULL;
	bool inits = strcmp(argv[1], "init") == 0;
	struct hosts hosts;
	int code;

	if (number != NULL ? strcmp(argv[1], "forget") != 0
			   : !inits && strcmp(argv[1], "list") != 0)
		return bankctl_complain(EX_USAGE,
		    "usage: bankctl hosts list | init | forget number");
	code = bankctl_hosts_open(&hosts, bankctl);
	if (code == 0)
		code = inits ? init(&hosts) : list_or_forget(&hosts, number);
	bankctl_hosts_close(&hosts);
	return code;
}
