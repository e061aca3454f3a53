/* SPDX-License-Identifier: ISC */
/*
 * The way of an operator's command through the vault: read, looked up, its
 * password hashed by a worker, applied in a batch, asked and answered on the
 * operator's thread.
 */
#include "operator_control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../../files/hash_form.h"
#include "../../store/store_hosts.h"
#include "../guard/hashing.h"
#include "operator.h"
#include "operator_done.h"
#include "operator_row.h"
#include "../guard/password_rules.h"
#include "../core/hosts.h"
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
		operator_money, operator_kiosks, operator_questions,
		operator_approvals, operator_cash, operator_notes };
	const struct operator_row *row;
	int words;

	for (size_t i = 0; i < NELEM(tables); i++) {
		for (row = tables[i]; row->name != NULL; row++) {
			if ((words = words_of(row, command)) == 0)
				continue;
			command->row = row;
			command->args = command->words + words;
			command->arg_count = command->count - words;
			if (row->reason_at > 0 &&
			    row->reason_at < command->arg_count)
				command->reason = command->args[row->reason_at];
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

static const char *
first_argument(const struct operator_command *command)
{
	return command->arg_count > 0 ? command->args[0] : "-";
}

/* What somebody tried that they may not is not forgotten. */
static void
answer(struct vault *vault, struct operator_command *command)
{
	if (command->code == EX_NOPERM)
		log_event(LOG_WARNING, "operator_refused", "command",
		    LOG_TEXT(command->row->name), "on",
		    LOG_TEXT(first_argument(command)), "by",
		    LOG_TEXT(command->who.by), "reason",
		    LOG_TEXT(command->reason), "why",
		    LOG_TEXT(command->message), NULL);
	command->job.run = ask_and_answer;
	command->job.done = ended;
	vault_submit(vault, VAULT_OPERATOR, &command->job);
}

/* What the record tells besides that which apply() adds to it. */
static void
begin_audit(const struct books *books, struct operator_command *command)
{
	struct audit *audit = &command->audit;
	int first = command->row->is_note ? 0 : 1;
	size_t length = 0;

	*audit = (struct audit) { .time_ms = books->now_ms };
	string_copy(audit->by, command->who.by, sizeof(audit->by));
	string_copy(audit->verb, command->row->name, sizeof(audit->verb));
	if (first == 1)
		string_copy(
		    audit->about, command->args[0], sizeof(audit->about));
	string_copy(audit->reason, command->reason, sizeof(audit->reason));
	for (int i = first; i < first + command->row->details &&
	     i < command->arg_count && length < sizeof(audit->detail);
	     i++)
		length += (size_t)snprintf(audit->detail + length,
		    sizeof(audit->detail) - length, "%s%s",
		    i > first ? " " : "", command->args[i]);
}

/* Maybe again, with other lots before it: nothing stays of a run before. */
static void
apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	int error = 0;

	command->code = 0;
	command->message[0] = '\0';
	command->entry = (struct ledger_entry) { 0 };
	command->repeated = command->waits = command->expired = false;
	command->unwritten = false;
	if (command->row->is_audited)
		begin_audit(books, command);
	command->row->apply(books, step);
	if (command->row->is_audited && command->code == 0 &&
	    !command->repeated && !command->unwritten && books->error == 0)
		error = store_audit(books->store, &command->audit);
	if (error != 0)
		books_failed(books, error);
}

static void
finish(struct vault *vault, struct step *step)
{
	struct operator_command *command = step->subject;

	if (command->code == 0)
		log_event(LOG_NOTICE,
		    command->repeated ? "operator_repeat" : "operator",
		    "command", LOG_TEXT(command->row->name), "on",
		    LOG_TEXT(first_argument(command)), "by",
		    LOG_TEXT(command->who.by), "reason",
		    LOG_TEXT(command->reason), NULL);
	if (command->code == 0 && command->row->after != NULL)
		command->row->after(vault, command);
	if (command->code == 0)
		operator_done(command);
	if (command->code == 0 && command->entry.seq != 0 && !command->repeated)
		figures_count_entry(&vault->counts->figures, &command->entry);
	answer(vault, command);
}

static const struct step_kind command_step = {
	.apply = apply,
	.finish = finish,
};

static void
go_on(struct vault *vault, struct operator_command *command)
{
	bool applies = command->code == 0 && command->row->apply != NULL;
	struct step *step;

	if (applies && vault->hosts->away) {
		applies = false;
		if (!command->row->is_note)
			operator_fail(command, EX_UNAVAILABLE,
			    "the journal of the hosts can't be reached: %s",
			    store_why(vault->books->store));
	}
	if (command->code == 0 && !applies && command->row->ask == NULL)
		operator_done(command);
	if (!applies) {
		answer(vault, command);
		return;
	}
	step = batch_add(vault, &command_step, NULL);
	step->subject = command;
	step->ids[STEP_CUSTOMER] =
	    command->arg_count > 0 && !command->row->is_note ? command->args[0]
							     : NULL;
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

/*
 * Three times four characters that nobody mixes up when they are read out or
 * copied: 59 bits.  A byte past the last whole round of letters is left out.
 */
static void
make_secret(struct operator_command *command)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	const size_t count = sizeof(letters) - 1;
	char *to = command->made;
	uint8_t byte;

	while (to - command->made < 14) {
		if (to - command->made == 4 || to - command->made == 9)
			*to++ = '-';
		if (RAND_bytes(&byte, 1) != 1) {
			operator_fail(
			    command, EX_SOFTWARE, "there are no random bytes");
			return;
		}
		if (byte < 256 / count * count)
			*to++ = letters[byte % count];
	}
	*to = '\0';
	OPENSSL_cleanse(&byte, sizeof(byte));
	command->secret = command->made;
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

static bool
is_allowed(struct operator_command *command)
{
	const struct operator_row *row = command->row;
	char roles[CONTROL_ROLES_SIZE];
	unsigned wanted = row->roles != 0 ? row->roles : CONTROL_ANY;

	if ((command->who.roles & wanted) != 0)
		return true;
	operator_fail(command, EX_NOPERM,
	    "not allowed: %s needs the role %s of [operators] in bankd.ini",
	    row->name, control_roles_text(wanted, roles));
	return false;
}

static void
check_reason(const struct vault *vault, struct operator_command *command)
{
	bool is_required = command->row->wants_reason &&
	    vault_option(vault, OPERATORS_REQUIRE_REASON) != 0;

	command->code =
	    control_reason_check(command->reason, command->row->name,
		is_required, command->message, sizeof(command->message));
}

static void
start(struct vault *vault, struct operator_command *command)
{
	const struct operator_row *row = command->row;

	if (!is_allowed(command))
		return;
	check_reason(vault, command);
	if (command->code == 0 && row->makes_secret)
		make_secret(command);
	if (command->code == 0 && row->has_secret)
		check_secret(command);
	if (command->code == 0 && row->start != NULL)
		row->start(vault, command);
}

static int
read_request(struct operator_command *command, const char *text, size_t length)
{
	const char *request = control_get_who(&command->who, text, length);
	const char *reason;

	command->reason = "";
	if (request == NULL)
		return EX_SOFTWARE;
	length -= (size_t)(request - text);
	text = request;
	command->request = calloc(1, length + 1);
	if (command->request == NULL)
		return EX_OSERR;
	memcpy(command->request, text, length);
	command->request_length = length;
	command->count = control_get_request(
	    command->request, command->words, OPERATOR_WORDS, &command->secret);
	if (memchr(text, '\0', length) != NULL || command->count < 0)
		return EX_USAGE;
	reason = control_reason_take(command->words, &command->count);
	if (reason != NULL)
		command->reason = reason;
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
	if (code != 0 && command->row != NULL)
		operator_fail(command, code,
		    "%s: an argument is missing, empty or one too many; see "
		    "bankctl help %s",
		    command->row->name, command->words[0]);
	else if (code != 0)
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
