/* SPDX-License-Identifier: ISC */
/*
 * The second pair of eyes (the vault's): a request, as operator_requests.c
 * wrote it, is carried out or refused by somebody else.
 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/number.h"
#include "../../../shared/base/util.h"
#include "../../store/store_find.h"
#include "../core/notice.h"
#include "../core/vault_state.h"
#include "operator.h"
#include "operator_checks.h"
#include "operator_entry.h"
#include "operator_requests.h"
#include "operator_row.h"

#define WORDS_MAX 5

static void
number_start(struct vault *vault, struct operator_command *command)
{
	(void)vault;
	if (number_parse(command->args[0], 1, INT64_MAX, &command->of) != 0)
		operator_fail(command, EX_DATAERR,
		    "the number of a request is needed: bankctl requests "
		    "lists them");
}

/* The request that the command names, which waits; or a refusal. */
static bool
find_request(struct books *books, struct operator_command *command,
    struct audit *request)
{
	struct audit later;
	int error = store_find_audit(books->store, command->of, request);

	if (error == BANK_ENOTFOUND ||
	    (error == 0 && strcmp(request->verb, "request") != 0))
		operator_fail(command, EX_DATAERR,
		    "there is no request %" PRIu64
		    "; bankctl requests lists them, and settle settles a case",
		    command->of);
	else if (error != 0)
		books_failed(books, error);
	else if (store_find_settling(books->store, command->of, &later) == 0)
		operator_fail(command, EX_DATAERR,
		    "request %" PRIu64 " was settled: %s by %s", command->of,
		    later.verb, later.by);
	return command->code == 0 && books->error == 0 &&
	    operator_can_write(books, command);
}

/* The record of what settles it. */
static void
settle(struct operator_command *command, const struct audit *request)
{
	struct audit *audit = &command->audit;

	audit->of = request->number;
	string_copy(audit->about, request->about, sizeof(audit->about));
	string_copy(audit->detail, request->detail, sizeof(audit->detail));
}

/* The command that a request's text begins with, and the words behind it. */
static const struct operator_row *
find_row(char *text, char **words)
{
	static const struct operator_row *const tables[] = { operator_money,
		operator_cash };

	for (size_t i = 0; i < NELEM(tables); i++) {
		for (const struct operator_row *row = tables[i];
		     row->name != NULL; row++) {
			size_t length = strlen(row->name);

			if (row->waits == WAITS_NEVER ||
			    strncmp(row->name, text, length) != 0 ||
			    text[length] != ' ')
				continue;
			*words = text + length + 1;
			return row;
		}
	}
	return NULL;
}

/*
 * The words of a request as those of the command that made it, the last of
 * which is its ID.
 */
static const struct operator_row *
take_apart(
    struct audit *request, char *args[WORDS_MAX], uint8_t txid[WIRE_TXID_SIZE])
{
	char *words;
	const struct operator_row *row = find_row(request->detail, &words);
	int count = 0;

	if (row == NULL)
		return NULL;
	if (row->waits == WAITS_OF_ONE)
		args[count++] = request->about;
	while (words != NULL && count < WORDS_MAX)
		args[count++] = strsep(&words, " ");
	return wire_parse_txid(
		   args[count - 1], strlen(args[count - 1]), txid) == 0
	    ? row
	    : NULL;
}

/* As the one who asked for it, with their reason. */
static void
carry_out(struct books *books, struct step *step, struct audit *request)
{
	struct operator_command *command = step->subject, own = *command;
	const char *const ids[1] = { request->about };
	char *args[WORDS_MAX] = { NULL };
	const struct operator_row *row =
	    take_apart(request, args, command->txid);
	int error;

	if (row == NULL) {
		operator_fail(command, EX_SOFTWARE,
		    "request %" PRIu64 " can't be read", request->number);
		return;
	}
	error =
	    store_begin(books->store, ids, 1, &step->accounts[STEP_CUSTOMER]);
	if (error != 0) {
		books_failed(books, error);
		return;
	}
	string_copy(command->who.by, request->by, sizeof(command->who.by));
	command->reason = request->reason;
	command->row = row;
	command->args = args;
	command->approved = true;
	row->apply(books, step);
	command->approved = false;
	command->row = own.row;
	command->args = own.args;
	command->reason = own.reason;
	command->who = own.who;
}

static void
approve_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct audit request, mark = command->audit;

	if (!find_request(books, command, &request))
		return;
	if (control_who_shares(request.by, command->who.by)) {
		operator_fail(command, EX_NOPERM,
		    "request %" PRIu64 " was made by %s, which is you or one "
		    "whom you act as: somebody else has to approve it",
		    command->of, request.by);
		return;
	}
	settle(command, &request);
	mark = command->audit;
	if (books->now_ms >= operator_expires_ms(books, &request)) {
		command->expired = true;
		string_copy(
		    command->audit.verb, "expire", sizeof(command->audit.verb));
		return;
	}
	carry_out(books, step, &request);
	mark.seq = command->entry.seq;
	command->audit = mark;
}

static void
approve_after(struct vault *vault, struct operator_command *command)
{
	if (command->expired) {
		operator_fail(command, EX_DATAERR,
		    "request %" PRIu64 " had expired; it has to be made anew",
		    command->of);
		return;
	}
	operator_tell_entry(command);
	notice_of_entry(vault, &command->entry);
	log_event(LOG_NOTICE, "operator_approve", "request",
	    LOG_NUMBER(command->of), "about", LOG_TEXT(command->audit.about),
	    "what", LOG_TEXT(command->audit.detail), "seq",
	    LOG_NUMBER(command->entry.seq), "by", LOG_TEXT(command->who.by),
	    NULL);
}

static void
refuse_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct audit request;

	if (!find_request(books, command, &request))
		return;
	if ((command->who.roles & CONTROL_SUPERVISOR) == 0 &&
	    !control_who_same(request.by, command->who.by))
		operator_fail(command, EX_NOPERM,
		    "only a supervisor may refuse the request of somebody "
		    "else");
	else
		settle(command, &request);
}

const struct operator_row operator_approvals[] = {
	{ .name = "approve",
	    .least = 1,
	    .most = 1,
	    .roles = CONTROL_SUPERVISOR,
	    .wants_reason = true,
	    .is_audited = true,
	    .start = number_start,
	    .apply = approve_apply,
	    .after = approve_after },
	{ .name = "refuse",
	    .least = 1,
	    .most = 1,
	    .roles = CONTROL_TELLER | CONTROL_SUPERVISOR,
	    .wants_reason = true,
	    .is_audited = true,
	    .start = number_start,
	    .apply = refuse_apply },
	{ .name = NULL },
};
