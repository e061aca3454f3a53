/* SPDX-License-Identifier: ISC */
/*
 * The calls of the journal, each handed on to the engine.
 */
#include "journal.h"

#include <stddef.h>

int
journal_begin(struct journal *journal, const struct lot *lot)
{
	return journal->engine->begin(journal, lot);
}

int
journal_wait(struct journal *journal)
{
	return journal->engine->wait(journal);
}

int
journal_next(struct journal *journal, struct lot_view *view)
{
	return journal->engine->next(journal, view);
}

int
journal_serve(struct journal *journal)
{
	return journal->engine->serve(journal);
}

int
journal_release(struct journal *journal, uint64_t number)
{
	return journal->engine->release(journal, number);
}

void
journal_status(struct journal *journal, struct journal_status *status)
{
	journal->engine->status(journal, status);
}

void
journal_close(struct journal *journal)
{
	if (journal != NULL)
		journal->engine->close(journal);
}
