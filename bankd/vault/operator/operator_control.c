/* SPDX-License-Identifier: ISC */
/*
 * The way of an operator's command through the vault: read, looked up, its
 * password hashed by a worker, applied in a batch, asked and answered on the
 * operator's thread.
 */
#include "operator_control.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../../files/hash_form.h"
#include "../guard/hashing.h"
#include "operator.h"
#include "../guard/password_rules.h"
#include "../core/vault_state.h"

/* How many words the row's name has if the request begins with it, or 0. */
static int
words_of(const struct operator_row *row, const struct operator_command *command)
{
	const char *space = strchr(row->name, ' ');
	size_t length = strlen(command->words[0]);

	if (space == NULL)
		return strcmp(row->name, command->words[0]) == 0;
	return command->count > 1 && (size_t)(space - row->name) == length &&
		strncmp(row->name, command->words[0], length) == 0 &&
		strcmp(space + 1, command->words[1]) == 0
	    ? 2
	    : 0;
}

static int
find_row(struct operator_command *command)
{
	static const struct operator_row *const tables[] = { operator_accounts,
		operator_money, operator_kiosks, operator_questions };
	const struct operator_row *row;
	int words;

	for (size_t i = 0; i < NELEM(tables); i++) {
		for (row = tables[i]; row->name != NULL; row++) {
			if ((words = words_of(row, command)) == 0)
				continue;
			command->row = row;
			command->args = command->words + words;
			command->arg_count = command->count - words;
			return command->arg_count >= row->least &&
				command->arg_count <= row->most
			    ? 0
			    : EX_USAGE;
		}
	}
	return EX_USAGE;
}

static void
ended(struct job *job, void *context)
{
	struct operator_command *command =
	    container_of(job, struct operator_command, job);

	(void)context;
	close(command->fd);
	OPENSSL_cleanse(command->request, command->request_length);
	free(command->request);
	control_text_free(&command->answer);
	OPENSSL_cleanse(command, sizeof(*command));
	free(command);
}

static void
ask_and_answer(struct job *job, void *thread)
{
	struct operator_command *command =
	    container_of(job, struct operator_command, job);

	if (command->code == 0 && command->row != NULL &&
	    command->row->ask != NULL)
		command->row->ask(command, thread);
	operator_end(command);
}

static void
answer(struct vault *vault, struct operator_command *command)
{
	command->job.run = ask_and_answer;
	command->job.done = ended;
	vault_submit(vault, VAULT_OPERATOR, &command->job);
}

static void
apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;

	command->code = 0;
	command->repeated = false;
	command->row->apply(books, step);
}

static void
finish(struct vault *vault, struct step *step)
{
	struct operator_command *command = step->subject;

	if (command->code == 0)
		log_event(LOG_NOTICE,
		    command->repeated ? "operator_repeat" : "operator",
		    "command", LOG_TEXT(command->row->name), "on",
		    LOG_TEXT(command->arg_count > 0 ? command->args[0] : "-"),
		    NULL);
	if (command->code == 0 && command->row->after != NULL)
		command->row->after(vault, command);
	answer(vault, command);
}

static const struct step_kind command_step = { apply, finish };

static void
go_on(struct vault *vault, struct operator_command *command)
{
	struct step *step;

	if (command->code != 0 || command->row->apply == NULL) {
		answer(vault, command);
		return;
	}
	step = batch_add(vault, &command_step, NULL);
	step->subject = command;
	step->ids[STEP_CUSTOMER] =
	    command->arg_count > 0 ? command->args[0] : NULL;
	step->writes = step->last = true;
}

static void
make_hash(struct job *job, void *thread)
{
	struct operator_command *command =
	    container_of(job, struct operator_command, job);

	(void)thread;
	if (hashing_make(command->secret, command->cost, command->hash) != 0)
		operator_fail(
		    command, EX_SOFTWARE, "the password can't be hashed");
}

static void
hashed(struct job *job, void *context)
{
	go_on(context, container_of(job, struct operator_command, job));
}

/* A secret of a hash's form is refused: it was hardly meant as a password. */
static void
check_secret(struct operator_command *command)
{
	const char *secret = command->secret;
	const struct password_rule *broken;

	if (secret == NULL || !wire_is_password(secret, strlen(secret)))
		operator_fail(command, EX_DATAERR,
		    "a password has 1 to 64 bytes of UTF-8, no control "
		    "characters");
	else if (hash_form_of(secret) != HASH_FORM_PLAIN)
		operator_fail(command, EX_DATAERR,
		    "that is the form of a hash, which would become the "
		    "password: enter the password itself");
	else if ((broken = password_rule_broken(
		      secret, command->args[0], NULL)) != NULL)
		operator_fail(command, EX_DATAERR,
		    "the bank's rules refuse this password: %s",
		    broken->reason);
}

static void
start(struct vault *vault, struct operator_command *command)
{
	const struct operator_row *row = command->row;

	if (row->has_secret)
		check_secret(command);
	if (command->code == 0 && row->start != NULL)
		row->start(vault, command);
}

static int
read_request(struct operator_command *command, const char *text, size_t length)
{
	command->request = calloc(1, length + 1);
	if (command->request == NULL)
		return EX_OSERR;
	memcpy(command->request, text, length);
	command->request_length = length;
	command->count = control_get_request(
	    command->request, command->words, OPERATOR_WORDS, &command->secret);
	if (memchr(text, '\0', length) != NULL || command->count < 0)
		return EX_USAGE;
	return find_row(command);
}

void
operator_control_take(
    struct vault *vault, int fd, const char *text, size_t length)
{
	struct operator_command *command;
	int code;

	if ((command = calloc(1, sizeof(*command))) == NULL) {
		close(fd);
		return;
	}
	command->vault = vault;
	command->fd = fd;
	command->cost = (unsigned long)vault_option(vault, LOGIN_HASH_COST);
	code = read_request(command, text, length);
	if (code != 0)
		operator_fail(command, code,
		    "unknown command, or wrong arguments: see bankctl(8)");
	else
		start(vault, command);
	if (command->code == 0 && command->row->has_secret) {
		command->job.run = make_hash;
		command->job.done = hashed;
		vault_submit(vault, VAULT_WORKERS, &command->job);
		return;
	}
	go_on(vault, command);
}
