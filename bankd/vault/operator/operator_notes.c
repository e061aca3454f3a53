/* SPDX-License-Identifier: ISC */
/*
 * Commands of which the vault has the record alone: others have carried them
 * out, or start() has.  They are done even where there is no room for the
 * record, or no journal in reach; the log has them then.
 *
 *	stop, reload, log	the monitor's
 *	backup, renew		bankctl's own
 *	pause, resume		start()'s
 */
#include "operator_notes.h"

#include <string.h>

#include "../../../shared/base/log.h"
#include "../core/vault_state.h"
#include "operator.h"
#include "operator_checks.h"
#include "operator_row.h"

static void
pause_start(struct vault *vault, struct operator_command *command)
{
	bool paused = strcmp(command->row->name, "pause") == 0;

	if (vault->paused != paused)
		log_event(LOG_NOTICE, paused ? "paused" : "resumed",
		    "transactions", LOG_TEXT(paused ? "refused" : "taken"),
		    "by", LOG_TEXT(command->who.by), NULL);
	vault->paused = paused;
}

void
operator_note_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;

	if (operator_has_room(books, command))
		return;
	command->code = 0;
	command->unwritten = true;
}

#define NOTE                                                         \
	.roles = CONTROL_ADMIN, .is_audited = true, .is_note = true, \
	.apply = operator_note_apply

const struct operator_row operator_notes[] = {
	{ NOTE, .name = "backup", .most = 1, .details = 1 },
	{ NOTE, .name = "log", .most = 1, .details = 1, .wants_reason = true },
	{ NOTE, .name = "pause", .wants_reason = true, .start = pause_start },
	{ NOTE, .name = "reload", .wants_reason = true },
	{ NOTE, .name = "renew" },
	{ NOTE, .name = "resume", .wants_reason = true, .start = pause_start },
	{ NOTE, .name = "stop", .wants_reason = true },
	{ .name = NULL },
};
