/* SPDX-License-Identifier: ISC */
/*
 * What a command did, in a sentence for the operator who gave it.
 */
#include "operator_done.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../../shared/base/money.h"
#include "../../../shared/base/util.h"
#include "../../files/hash_form.h"
#include "operator_row.h"
#include "operator.h"

/* `%s`: the command's first words, as far as they go. */
static const struct {
	const char *command, *form;
} sentences[] = {
	{ "hosts forget", "host %s is off the list" },
	{ "kiosk add", "kiosk %s is enrolled" },
	{ "kiosk rekey", "kiosk %s has a new key, and the old one is refused" },
	{ "kiosk revoke", "kiosk %s is refused from now on" },
	{ "lock", "%s is locked out" },
	{ "open", "%s is open" },
	{ "passwd", "%s has a new password" },
	{ "passwd --one-time",
	    "%s has to choose another password at the next login" },
	{ "pause", "transactions are refused until `bankctl resume`" },
	{ "refuse", "request %s is refused" },
	{ "resume", "transactions are taken" },
	{ "settle", "case %s is settled" },
	{ "unlock", "%s may log in again" },
};

static void
say(struct operator_command *command, const char *form)
{
	size_t length, used = 0, word = 0;
	char *text = command->message;

	for (; *form != '\0' && used < sizeof(command->message) - 1;
	     form += length) {
		const char *piece = form;
		size_t piece_length;

		length = strcspn(form, "%");
		piece_length = length;
		if (length == 0) {
			length = 2;
			piece = word < (size_t)command->arg_count
			    ? command->args[word++]
			    : "";
			piece_length = strlen(piece);
		}
		used += (size_t)snprintf(text + used,
		    sizeof(command->message) - used, "%.*s", (int)piece_length,
		    piece);
	}
}

/* `deposit: entry 90, savings now 1,250.50` */
static void
say_entry(struct operator_command *command)
{
	const struct ledger_entry *entry = &command->entry;
	const struct ledger_posting *own =
	    ledger_is_own(entry->debit.id) ? &entry->credit : &entry->debit;
	char balance[MONEY_GROUPED_SIZE];
	size_t n;

	n = (size_t)snprintf(command->message, sizeof(command->message),
	    "%s: entry %" PRIu64 "%s", command->row->name, entry->seq,
	    command->repeated ? ", which was booked before" : "");
	if (command->repeated)
		return;
	if (entry->kind == LEDGER_CASH)
		snprintf(command->message + n, sizeof(command->message) - n,
		    ", %s should hold %s now", entry->kiosk,
		    money_format_grouped(command->cash_cents, balance));
	else if (!ledger_is_own(own->id))
		snprintf(command->message + n, sizeof(command->message) - n,
		    ", %s now %s", ledger_account_name(own->account),
		    money_format_grouped(own->cents[own->account], balance));
}

static void
say_still_locked(struct operator_command *command)
{
	const size_t length = strlen(command->message);

	snprintf(command->message + length, sizeof(command->message) - length,
	    ", and is locked out still: see unlock");
}

void
operator_done(struct operator_command *command)
{
	if (command->message[0] != '\0' || command->waits)
		return;
	if (command->entry.seq != 0) {
		say_entry(command);
		return;
	}
	for (size_t i = 0; i < NELEM(sentences); i++) {
		if (strcmp(sentences[i].command, command->row->name) == 0)
			say(command, sentences[i].form);
	}
	if (command->row->has_secret && command->hash[0] == HASH_FORM_LOCKED)
		say_still_locked(command);
}
