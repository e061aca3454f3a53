/* SPDX-License-Identifier: ISC */
/*
 * What the commands share that make an entry (the vault's): each is booked
 * once, by its transaction ID, with who and why.
 */
#include "operator_entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../../shared/base/zone.h"
#include "../../store/store_find.h"
#include "../core/books.h"

/*
 * The last word, 32 hex digits: what the entry is known by for ever, so that
 * a command asked again after a lost answer is not carried out again.  All
 * zeros would be none (bankd-files(5)).
 */
bool
operator_read_txid(struct operator_command *command)
{
	static const uint8_t none[WIRE_TXID_SIZE];
	const char *text = command->args[command->arg_count - 1];

	if (wire_parse_txid(text, strlen(text), command->txid) == 0 &&
	    memcmp(command->txid, none, sizeof(none)) != 0)
		return true;
	operator_fail(command, EX_DATAERR,
	    "a transaction ID has 32 digits, 0-9 and a-f, not all of them 0");
	return false;
}

/*
 * Whether the ID is known, which ends the command: with the first outcome
 * where `is_same` says that its entry is what the command asks for.  This
 * comes before anything that may have changed since is looked at.  An
 * operator's ID is never stale: the note of it may be asked about long after.
 */
bool
operator_is_known(struct books *books, struct operator_command *command,
    operator_same *is_same)
{
	struct ledger_entry *entry = &command->entry;
	bool settled;
	int error;

	error =
	    store_find_txid(books->store, NULL, command->txid, entry, &settled);
	if (error == BANK_ENOTFOUND)
		return false;
	if (error != 0)
		books_failed(books, error);
	else if (is_same(command, entry))
		command->repeated = true;
	else
		operator_fail(command, EX_DATAERR,
		    "this ID was used for something else, entry %" PRIu64,
		    entry->seq);
	return true;
}

/* Tells of the entry, a new one or one that was there before. */
void
operator_tell_entry(struct operator_command *command)
{
	char seq[24], time[ZONE_TIME_TEXT], txid[WIRE_TXID_TEXT];

	snprintf(seq, sizeof(seq), "%" PRIu64, command->entry.seq);
	wire_format_txid(command->txid, txid);
	operator_line(command, '+', TEXTS("entry", seq));
	operator_line(command, '+',
	    TEXTS("time", zone_text(command->entry.time_ms, time)));
	operator_line(command, '+', TEXTS("id", txid));
	operator_line(command, '+',
	    TEXTS("booked", command->repeated ? "before" : "now"));
}

/* Fills in the parts of an entry that are not the ledger's. */
void
operator_begin_entry(struct step *step)
{
	const struct operator_command *command = step->subject;
	struct ledger_entry *entry = &step->entry;

	memset(entry, 0, sizeof(*entry));
	memcpy(entry->txid, command->txid, WIRE_TXID_SIZE);
	string_copy(entry->by, command->who.by, sizeof(entry->by));
	string_copy(entry->reason, command->reason, sizeof(entry->reason));
}

void
operator_append(struct books *books, struct step *step,
    struct ledger_account *debit, struct ledger_account *credit)
{
	struct operator_command *command = step->subject;

	books_append(books, &step->entry, debit, credit);
	command->entry = step->entry;
	command->audit.seq = step->entry.seq;
}
