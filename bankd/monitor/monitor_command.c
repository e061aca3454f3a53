/* SPDX-License-Identifier: ISC */
/*
 * What operators ask through the control socket: status, reload, stop, log
 * and monitor are the monitor's own; everything else is passed to the vault
 * together with the connection, unread.
 */
#include "monitor_command.h"

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../control/control_codec.h"
#include "../control/control_reason.h"
#include "../control/control_who.h"
#include "monitor_child.h"
#include "monitor_follow.h"
#include "monitor_operator.h"
#include "monitor_reload.h"
#include "monitor_status.h"

#define NOTE_SIZE 1024
#define WORDS_MAX 4  /* of a command of its own */
#define WORD_SIZE 32 /* of the command in the log */

/*
 * A command of the monitor's own that is done is told to the vault as a
 * request, for its record in the audit; nobody reads the answer.
 */
static void
put_note(struct monitor *monitor, const char *note)
{
	struct child *vault = monitor->vault;
	const struct ipc_part whole = { note, strlen(note) };
	int ends[2];

	if (vault->link.ipc == NULL || !vault->ready ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
		return;
	(void)ipc_send2_fd(vault->link.ipc, IPC_CONTROL, whole,
	    (struct ipc_part) { "", 0 }, ends[0]);
	monitor_child_flush(vault);
	close(ends[0]);
	close(ends[1]);
}

bool
monitor_command_wait(
    struct waiting *waiting, struct control_client *client, const char *note)
{
	struct asker *asker = &waiting->askers[waiting->count];
	char *copy = NULL;

	if (waiting->count == MONITOR_CLIENTS ||
	    (note != NULL && (copy = strdup(note)) == NULL)) {
		control_end(
		    client, EX_UNAVAILABLE, "too many requests at once");
		return false;
	}
	asker->client = client;
	asker->note = copy;
	waiting->count++;
	return true;
}

void
monitor_command_answer(struct monitor *monitor, struct waiting *waiting,
    int code, const char *message)
{
	struct asker *asker;

	while (waiting->count > 0) {
		asker = &waiting->askers[--waiting->count];
		if (code == 0 && asker->note != NULL)
			put_note(monitor, asker->note);
		free(asker->note);
		control_end(asker->client, code, message);
	}
}

/* The vault writes the note down before it stops, not after. */
static void
on_stop(
    struct monitor *monitor, struct control_client *client, const char *note)
{
	if (!monitor_command_wait(&monitor->command->stop, client, NULL))
		return;
	put_note(monitor, note);
	monitor_stop(monitor);
}

void
monitor_command_stopped(struct monitor *monitor)
{
	monitor_status_answer(monitor);
	monitor_follow_end(monitor->follow);
	monitor_command_answer(monitor, &monitor->command->stop,
	    monitor->exit_code,
	    monitor->exit_code == 0 ? "bankd has stopped"
				    : "bankd did not stop properly; see the "
				      "log");
}

/* Those that only look are asked for each second by some. */
static const struct command {
	const char *name;
	/* NULL: takes the request's words, or is the vault's. */
	void (*run)(struct monitor *, struct control_client *, const char *);
	int level;
	unsigned roles;
} commands[] = {
	{ "status", monitor_status_begin, LOG_DEBUG, CONTROL_ANY },
	{ "reload", monitor_reload_begin, LOG_INFO, CONTROL_ADMIN },
	{ "stop", on_stop, LOG_INFO, CONTROL_ADMIN },
	{ "monitor", monitor_follow_begin, LOG_DEBUG, CONTROL_ANY },
	{ "log", NULL, LOG_INFO, CONTROL_ADMIN },
	{ "pause", NULL, LOG_INFO, CONTROL_ADMIN },
	{ "resume", NULL, LOG_INFO, CONTROL_ADMIN },
};

/* A request of the monitor's own, taken apart. */
struct own {
	const struct command *command;
	char note[NOTE_SIZE]; /* who, and the request as it came */
	char text[NOTE_SIZE], *words[WORDS_MAX];
	int count;
	const char *reason; /* "" where there is none */
};

static int
read_own(struct own *own, const struct control_who *who,
    const struct ipc_part *request, char *error, size_t size)
{
	const char *text = request->data;
	size_t length = strcspn(text, "\n"), head;
	char *secret;

	head = control_put_who(who, own->note);
	if (head + length >= sizeof(own->note)) {
		snprintf(error, size, "the request is too long");
		return EX_DATAERR;
	}
	memcpy(own->note + head, text, length);
	own->note[head + length] = '\0';
	string_copy(own->text, own->note + head, sizeof(own->text));
	own->count =
	    control_get_request(own->text, own->words, WORDS_MAX, &secret);
	own->reason = control_reason_take(own->words, &own->count);
	if (own->reason == NULL)
		own->reason = "";
	return own->count > 0 ? 0 : EX_USAGE;
}

static int
check_reason(const struct monitor *monitor, const struct own *own, char *error,
    size_t size)
{
	bool is_required = own->command->roles == CONTROL_ADMIN &&
	    config_number(monitor->config, OPERATORS_REQUIRE_REASON) != 0;

	return control_reason_check(
	    own->reason, own->command->name, is_required, error, size);
}

static const struct command *
find_command(const char *request)
{
	for (size_t i = 0; i < NELEM(commands); i++)
		if (control_is_request(request, commands[i].name))
			return &commands[i];
	return NULL;
}

static void
pass_on(struct monitor *monitor, struct control_client *client,
    const struct control_who *who, struct ipc_part request)
{
	char line[CONTROL_WHO_SIZE];
	const struct ipc_part head = { line, control_put_who(who, line) };
	struct child *vault = monitor->vault;

	if (vault->link.ipc == NULL || !vault->ready) {
		control_end(client, EX_UNAVAILABLE,
		    "the vault is not ready; `bankctl status` shows when it "
		    "is");
		return;
	}
	if (ipc_send2_fd(vault->link.ipc, IPC_CONTROL, head, request,
		control_fd(client)) != 0) {
		control_end(client, EX_UNAVAILABLE, "the vault is too busy");
		return;
	}
	control_forget(client);
	monitor_child_flush(vault);
}

/* The user behind `--as`, before the command; *request goes on behind it. */
static bool
take_as(struct ipc_part *request, char as[CONTROL_BY_SIZE])
{
	static const char option[] = "--as ";
	const char *text = request->data;
	size_t length;

	if (strncmp(text, option, sizeof(option) - 1) != 0)
		return false;
	text += sizeof(option) - 1;
	length = strcspn(text, " \n");
	(void)snprintf(as, CONTROL_BY_SIZE, "%.*s", (int)length, text);
	text += length + (text[length] == ' ');
	request->length -= (size_t)(text - (const char *)request->data);
	request->data = text;
	return true;
}

/* What somebody tried that they may not is not forgotten. */
static void
refuse(struct control_client *client, const struct control_who *who,
    const char *command, const char *why)
{
	log_event(LOG_WARNING, "operator_refused", "command", LOG_TEXT(command),
	    "by", LOG_TEXT(who->by), "why", LOG_TEXT(why), NULL);
	control_end(client, EX_NOPERM, why);
}

static bool
is_allowed(struct control_client *client, const struct control_who *who,
    const struct command *command)
{
	char text[CONTROL_ROLES_SIZE], message[256];

	if ((who->roles & command->roles) != 0)
		return true;
	snprintf(message, sizeof(message),
	    "not allowed: %s needs the role %s of [operators] in bankd.ini",
	    command->name, control_roles_text(command->roles, text));
	refuse(client, who, command->name, message);
	return false;
}

static void
set_level(struct monitor *monitor, struct control_client *client,
    const struct own *own)
{
	const char *level = own->words[1];
	char done[80] = "the log's level is that of the configuration";

	if (own->count != 2 || !monitor_follow_set_level(monitor, level)) {
		control_end(client, EX_USAGE,
		    "a level is error, warning, notice, info, debug, or "
		    "default");
		return;
	}
	put_note(monitor, own->note);
	if (strcmp(level, "default") != 0)
		snprintf(done, sizeof(done),
		    "lines up to %s are logged until bankd stops", level);
	control_end(client, 0, done);
}

static void
run(struct monitor *monitor, struct control_client *client,
    const struct control_who *who, struct ipc_part request)
{
	struct own own = { .command = find_command(request.data) };
	char error[256] = "wrong arguments: see bankctl(8)";
	int code;

	if (own.command == NULL) {
		pass_on(monitor, client, who, request);
		return;
	}
	if (!is_allowed(client, who, own.command))
		return;
	code = read_own(&own, who, &request, error, sizeof(error));
	if (code == 0)
		code = check_reason(monitor, &own, error, sizeof(error));
	if (code != 0) {
		control_end(client, code, error);
		return;
	}
	log_event(own.command->level, "control", "command",
	    LOG_TEXT(own.command->name), "by", LOG_TEXT(who->by), "reason",
	    LOG_TEXT(own.reason), NULL);
	if (own.command->run != NULL)
		own.command->run(monitor, client, own.note);
	else if (strcmp(own.command->name, "log") == 0)
		set_level(monitor, client, &own);
	else {
		/* The vault answers; the next one is told as it starts. */
		if (monitor->vault->ready)
			monitor->paused = own.command->name[0] == 'p';
		pass_on(monitor, client, who, request);
	}
}

void
monitor_command_handle(void *context, struct control_client *client,
    const char *text, size_t length)
{
	struct monitor *monitor = context;
	struct ipc_part request = { text, length };
	struct control_who who = { 0 };
	char as[CONTROL_BY_SIZE], command[WORD_SIZE];
	const char *refusal;

	refusal = monitor_operator_find(
	    monitor, client, take_as(&request, as) ? as : NULL, &who);
	(void)snprintf(command, sizeof(command), "%.*s",
	    (int)strcspn(request.data, " \n"), (const char *)request.data);
	if (refusal != NULL)
		refuse(client, &who, command, refusal);
	else if (request.length == 0)
		control_end(client, EX_USAGE, "no command");
	else
		run(monitor, client, &who, request);
}
