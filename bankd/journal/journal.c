/* SPDX-License-Identifier: ISC */
/*
 * The calls of the journal, each handed on to the engine.
 *
 * What an engine promises.  A journal is lots 1, 2, 3 ..., each of which names
 * the digest of the one before it (lot.c); a store has them up to its place.
 *
 *	           begin()          wait()
 *	IDLE ------------> PROPOSED ------> MINE, BEHIND, FULL --> IDLE
 *	  next(), firm(),     |  ^
 *	  release()           +--+ AWAY
 *
 * 1. A lot gets in only behind the lot that its head names: number - 1, with
 *    the digest `before`.  Of several proposed for one number one gets in.
 * 2. MINE: it is in, at that place, for ever, on as many disks as the engine
 *    stands for.  next() doesn't give it.
 * 3. BEHIND: it is not in, and never will be: another has its number, and
 *    next() gives at least that one.
 * 4. FULL: it is not in, and never will be.  Nothing else has changed.
 * 5. AWAY: whether it is in isn't known.  wait() asks again, by the same
 *    bytes, and ends in one of the others.  A process that ends meanwhile
 *    finds it at its next start, or not, like anybody else's.
 * 6. FORK: the journal hasn't the lot that this store stands on, or has
 *    another in its place.  From then on every call says so.
 * 7. next() gives lots in order, without gaps, each proven by lot_read(), and
 *    skips those that were MINE.  It gives a lot of an earlier start of this
 *    host like any other.  NONE means that the engine has asked, after the
 *    call began, and nothing was newer: a store that goes on from there has
 *    seen everything that anybody was answered before.  What it gives need
 *    not be firm.
 * 8. fresh(): NONE or MINE was said at most `stale` ago.  It costs nothing.
 * 9. firm(): all that next() has given, and all of MINE, survives the loss of
 *    a disk: known from a later answer of its own, or else by a barrier now.
 * 10. No call waits longer than a second or so (`patience`): then it says
 *    AWAY.  A call after AWAY begins by trying to reach the journal again.
 * 11. poll_ms, set by the open, is how often next() is called while nothing
 *    else is done; it is 0 where nobody else can propose.
 * 12. `why` says in words for an operator what is behind AWAY and FORK; of a
 *    FORK both heads: number and digest here and there.
 * 13. open(): BANK_EDAMAGED for another history that it can see, BANK_EBUSY
 *    where it is to be tried again in a second; but an engine that can't be
 *    reached opens, and says AWAY.
 *
 * An engine is used by one thread.  It may have threads of its own from
 * serve() on.
 */
#include "journal_engine.h"

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

bool
journal_fresh(const struct journal *journal)
{
	return journal->engine->fresh == NULL ||
	    journal->engine->fresh(journal);
}

int
journal_firm(struct journal *journal)
{
	return journal->engine->firm == NULL ? JOURNAL_NONE
					     : journal->engine->firm(journal);
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

unsigned
journal_poll_ms(const struct journal *journal)
{
	return journal->poll_ms;
}

const char *
journal_why(const struct journal *journal)
{
	return journal->why;
}

void
journal_close(struct journal *journal)
{
	if (journal != NULL)
		journal->engine->close(journal);
}
