/* SPDX-License-Identifier: ISC */
/*
 * The operators of a simulated bank: commands, reloads of the configuration,
 * and hands on `balance` while the bank runs.  Each host has one operator,
 * who waits for an answer before asking for more.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../../bankd/base/options.h"
#include "../../bankd/control/control_codec.h"
#include "../../bankd/store/store_find.h"
#include "../../bankd/vault/core/vault_state.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../../shared/config/config.h"
#include "../lib/disk_calls.h"
#include "sim.h"

/* They may do all of it. */
static const char *const operators[SIM_OPERATORS] = { "15 1001:ann\n",
	"15 1001:anna\n", "15 1002:bob\n", "15 1002:rob\n" };

static void
send_command(const char *text)
{
	struct sim_command *command = &sim_host->command;
	char request[32 + 256];
	int link[2];

	snprintf(
	    request, sizeof(request), "%s%s", operators[command->who], text);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		link) == -1 ||
	    ipc_send(sim_monitor, IPC_CONTROL, 0, request, strlen(request),
		link[1]) != 0 ||
	    ipc_flush(sim_monitor) != 0)
		sim_wrong("the vault doesn't read its monitor");
	close(link[1]);
	command->fd = link[0];
	command->length = 0;
	sim_say("operator: %s", request);
}

/* -- what an operator wants ------------------------------------------------
 */

static void
lock(struct sim_command *command, struct sim_customer *customer, char text[256])
{
	bool locks = customer->locked == SIM_NO ||
	    (customer->locked == SIM_MAYBE && sim_one_in(2));

	command->kind = locks ? SIM_LOCK : SIM_UNLOCK;
	command->before = (int64_t)customer->locked;
	customer->locked = SIM_MAYBE;
	customer->changes++;
	sim_trace("%s %d\n", locks ? "bar" : "clear", command->customer);
	if (!locks) {
		for (int i = 0; i < SIM_KIOSKS; i++) {
			customer->guesses[i].unsure = true;
			customer->guesses[i].lost_step = world->step;
		}
	}
	snprintf(text, 256, "%s %s", locks ? "lock" : "unlock",
	    sim_ids[command->customer]);
}

/* The same again: its sessions end, and logins are compared with another hash.
 */
static void
set_password(struct sim_command *command, char text[256])
{
	command->kind = SIM_PASSWORD;
	command->before = (int64_t)clock_steady_ms();
	snprintf(text, 256, "passwd %s\n%s", sim_ids[command->customer],
	    sim_passwords[command->customer]);
}

/* Between the command and its answer both are in force. */
static void
set_limit(struct sim_command *command, char text[256])
{
	int64_t old = sim_limit_of(command->customer, UINT64_MAX);
	int64_t cents = 100 * (int64_t)(500 + sim_draw(2500));
	bool own = !sim_one_in(4);

	command->kind = SIM_LIMIT;
	command->before = old;
	command->after = own ? cents : SIM_WITHDRAW_DAY;
	sim_limit_put(
	    command->customer, command->after > old ? command->after : old);
	snprintf(text, 256,
	    own ? "limit %s withdraw-day %lld"
		: "limit %s withdraw-day default",
	    sim_ids[command->customer], (long long)cents / 100);
}

/* One whose answer was lost is asked for again. */
static int
find_doubt(void)
{
	for (int i = world->deed_count; i-- > 0;) {
		if (world->deeds[i].bank && world->deeds[i].seq == 0 &&
		    world->deeds[i].number == 0 && !world->deeds[i].told_not)
			return i;
	}
	return -1;
}

static void
deposit(struct sim_command *command, char text[256])
{
	struct sim_deed *deed;
	char txid[WIRE_TXID_TEXT];
	int doubt = find_doubt();

	command->kind = SIM_DEPOSIT;
	command->deed = doubt;
	if (doubt < 0) {
		command->deed = world->deed_count++;
		deed = &world->deeds[command->deed];
		memset(deed, 0, sizeof(*deed));
		deed->bank = true;
		deed->customer = command->customer;
		(void)RAND_bytes(deed->txid, WIRE_TXID_SIZE);
		wire_format_txid(deed->txid, txid);
		snprintf(deed->request, sizeof(deed->request),
		    "deposit %s %u %u reason %s", sim_ids[command->customer],
		    (unsigned)sim_draw(2) + 1, (unsigned)sim_draw(900) + 1,
		    txid);
	}
	deed = &world->deeds[command->deed];
	command->customer = deed->customer;
	sim_eyes_asked(command);
	string_copy(text, deed->request, 256);
}

/*
 * Whatever else an operator may ask for: what it changes is judged by the
 * books, and otherwise that it is answered.
 */
static void
ask_for_other(struct sim_command *command, char text[256])
{
	static const char *const questions[] = { "accounts", "journal", "audit",
		"requests", "verify", "cash lobby", "settle 3" };
	const char *id = sim_ids[command->customer];
	unsigned amount = (unsigned)sim_draw(500) + 1;
	char txid[WIRE_TXID_TEXT];

	command->kind = SIM_OTHER;
	(void)RAND_bytes(command->txid, sizeof(command->txid));
	wire_format_txid(command->txid, txid);
	switch (sim_draw(8)) {
	case 0:
		snprintf(text, 256, "adjust %s %u %c%u reason %s", id,
		    (unsigned)sim_draw(2) + 1, sim_one_in(2) ? '-' : '+',
		    amount, txid);
		break;
	case 1:
		snprintf(text, 256, "cash load lobby %u %s", amount, txid);
		break;
	case 2:
		snprintf(text, 256, "cash count lobby %u %s", amount, txid);
		break;
	case 3:
		snprintf(text, 256, "history %s", id);
		break;
	case 4:
		snprintf(text, 256, "account %s", id);
		break;
	default:
		string_copy(text, questions[sim_draw(NELEM(questions))], 256);
		break;
	}
}

void
sim_operator_act(void)
{
	struct sim_command *command = &sim_host->command;
	char text[256] = "";

	if (command->kind != SIM_NO_COMMAND || sim_host->stopping ||
	    world->deed_count == SIM_DEEDS)
		return;
	command->customer = (int)sim_draw(SIM_CUSTOMERS);
	command->who = (int)sim_draw(SIM_OPERATORS);
	/* Two operators at once would leave no order to judge by. */
	for (unsigned i = 0; i < world->host_count; i++) {
		if (world->hosts[i].command.kind != SIM_NO_COMMAND)
			return;
	}
	switch (sim_draw(9)) {
	case 0:
	case 1:
		lock(command, &world->customers[command->customer], text);
		break;
	case 2:
		set_limit(command, text);
		break;
	case 3:
	case 4:
		ask_for_other(command, text);
		break;
	case 5:
	case 6:
		if (sim_eyes_choose(command, text, sizeof(text)))
			break;
		/* FALLTHROUGH */
	case 7:
		deposit(command, text);
		break;
	case 8:
		set_password(command, text);
		break;
	}
	send_command(text);
}

/* -- what an operator is told ----------------------------------------------
 */

static void
hear_lock(const struct sim_command *command, int code)
{
	struct sim_customer *customer = &world->customers[command->customer];

	customer->changes++;
	if (code != 0) {
		customer->locked = (enum sim_maybe)command->before;
		return;
	}
	customer->locked = command->kind == SIM_LOCK ? SIM_YES : SIM_NO;
	customer->locked_us = world->steady_us;
	if (command->kind == SIM_UNLOCK)
		sim_judge_unlocked(command->customer);
}

static void
hear_password(const struct sim_command *command, int code)
{
	struct sim_customer *customer = &world->customers[command->customer];

	if (code != 0)
		return;
	customer->password_ms = (uint64_t)command->before;
	customer->password_us = world->steady_us;
}

/* An entry that it is told of is its own. */
static void
hear_other(const struct sim_command *command, int code)
{
	struct ledger_entry entry;
	uint64_t seq;
	bool settled;

	if (code != 0 && code != EX_DATAERR && code != EX_UNAVAILABLE)
		sim_wrong("an operator is told %d: %s", code, command->answer);
	if (code == 0 && control_get_number(command->answer, "entry", &seq) &&
	    (store_find_txid(sim_vault->books->store, NULL, command->txid,
		 &entry, &settled) != 0 ||
		entry.seq != seq))
		sim_wrong("an operator is told of entry %llu, of another",
		    (unsigned long long)seq);
}

static void
hear_end(struct sim_command *command)
{
	int code = control_get_code(command->answer);

	sim_say("operator: told %d", code);
	if (code < 0)
		sim_wrong(
		    "an operator's answer is cut off: %s", command->answer);
	if (command->kind == SIM_LIMIT)
		sim_limit_put(command->customer,
		    code == 0 ? command->after : command->before);
	else if (command->kind == SIM_PASSWORD)
		hear_password(command, code);
	else if (command->kind == SIM_OTHER)
		hear_other(command, code);
	else if (command->kind >= SIM_DEPOSIT)
		sim_eyes_heard(command, code);
	else
		hear_lock(command, code);
	close(command->fd);
	command->kind = SIM_NO_COMMAND;
}

void
sim_operator_hear(void)
{
	struct sim_command *command = &sim_host->command;
	ssize_t n;

	if (command->kind == SIM_NO_COMMAND)
		return;
	while ((n = read(command->fd, command->answer + command->length,
		    sizeof(command->answer) - 1 - command->length)) > 0)
		command->length += (size_t)n;
	command->answer[command->length] = '\0';
	if (n == 0)
		hear_end(command);
	else if (n < 0 && errno != EAGAIN)
		abort();
}

/* What it asked for is done, or never will be. */
void
sim_operator_lost(struct sim_host *host)
{
	sim_eyes_lost(&host->command);
	host->command.kind = SIM_NO_COMMAND;
	host->edited = host->reloads = false;
}

/* -- the configuration -----------------------------------------------------
 */

char *
sim_config(const char *state, const char *key)
{
	static const char *const options[] = { "process.sandbox=off",
		"login.hash_cost=1", "bank.any_file_system=yes",
		"bank.min_free=0", "session.idle_timeout=86400",
		"limits.withdraw_day=1500", "limits.transfer_day=2500",
		"login.max_attempts_total=10000" };
	struct config *config = config_new(bankd_options, BANKD_OPTION_COUNT);
	char text[5][256], error[256], *dump;

	for (size_t i = 0; i < NELEM(options); i++) {
		if (config_set(config, options[i], error, sizeof(error)) != 0)
			abort();
	}
	snprintf(text[0], sizeof(text[0]), "bank.state=%s", state);
	snprintf(text[1], sizeof(text[1]), "keys.key=%s", key);
	snprintf(text[2], sizeof(text[2]), "limits.withdraw=%lld",
	    (long long)sim_host->withdraw_cents / 100);
	snprintf(text[3], sizeof(text[3]), "operators.four_eyes_over=%d",
	    SIM_FOUR_EYES / 100);
	snprintf(text[4], sizeof(text[4]), "operators.request_seconds=%d",
	    SIM_REQUEST_S);
	for (size_t i = 0; i < NELEM(text); i++) {
		if (config_set(config, text[i], error, sizeof(error)) != 0)
			abort();
	}
	dump = config_dump(config);
	config_free(config);
	return dump;
}

/* A wrong one changes nothing. */
void
sim_reload(void)
{
	static const char wrong[] = "limits.withdraw=nothing\n";
	int64_t before = sim_host->withdraw_cents;
	char *dump;

	if (sim_host->reloads)
		return;
	sim_host->reloads = true;
	sim_host->config_changes++;
	sim_host->bad_reload = sim_one_in(4);
	sim_host->withdraw_cents = 100 * (int64_t)(300 + sim_draw(700));
	dump = sim_config(sim_host->directory, world->key);
	if (sim_host->bad_reload)
		sim_host->withdraw_cents = before;
	sim_say("reload%s, a withdrawal is at most %lld cents",
	    sim_host->bad_reload ? " of what is wrong" : "",
	    (long long)sim_host->withdraw_cents);
	if (ipc_send(sim_monitor, IPC_CONFIG, 0,
		sim_host->bad_reload ? wrong : dump,
		sim_host->bad_reload ? strlen(wrong) : strlen(dump), -1) != 0 ||
	    ipc_flush(sim_monitor) != 0)
		sim_wrong("the vault doesn't read its monitor");
	free(dump);
}

void
sim_reloaded(int code)
{
	if ((code != 0) != sim_host->bad_reload)
		sim_wrong("a reload is answered with %d", code);
	sim_host->reloads = false;
	sim_host->config_changes++;
}

/* -- hands on the text files -----------------------------------------------
 */

/* Another program's: neither counted nor lost with the power. */
void
sim_edit(void)
{
	const char *directory = disk_calls.directory;
	char path[192], line[81];
	int fd;

	if (sim_host->power || sim_host->edited || sim_host->full)
		return;
	snprintf(path, sizeof(path), "%s/balance", sim_host->directory);
	snprintf(line, sizeof(line), "%s %u %u", sim_ids[0],
	    (unsigned)sim_draw(100000), (unsigned)sim_draw(1000));
	disk_calls.directory = NULL;
	if ((fd = open(path, O_WRONLY)) == -1 ||
	    pwrite(fd, line, strlen(line), 0) != (ssize_t)strlen(line))
		abort();
	close(fd);
	disk_calls.directory = directory;
	sim_host->edited = true;
	sim_host->edit_ticks = 0;
	sim_host->edit_ms = clock_steady_ms();
	sim_say("an edit of balance: %s", line);
}

/* While the bank is stopped: it is the truth at the next start. */
void
sim_edit_stopped(struct sim_host *host)
{
	char path[192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/balance", host->directory);
	if (world->host_count > 1 || !sim_one_in(2) ||
	    (file = fopen(path, "r+")) == NULL)
		return;
	host->expects = true;
	for (int i = 0; i < 2; i++)
		host->expected_cents[i] = 100 * (int64_t)sim_draw(20000);
	fprintf(file, "%s %lld %lld.00  #", sim_ids[0],
	    (long long)host->expected_cents[0] / 100,
	    (long long)host->expected_cents[1] / 100);
	if (fclose(file) != 0)
		abort();
}
