/* SPDX-License-Identifier: ISC */
/*
 * The journal that hosts share: a table of lots on a primary with a standby
 * that follows it.  Each of two hosts puts one transaction there, and is asked
 * about the other's.  Meanwhile the primary is started anew or a standby is
 * promoted in its place, links are cut, a wait is cancelled, and an operator
 * empties synchronous_standby_names.
 *
 * A lot is known by its number and its transaction.  The standby has the first
 * `standby` of the primary's `length` lots; who reads finds the first `seen`
 * of them, as PostgreSQL shows a commit only when its wait has ended.  A
 * primary that was replaced comes back as the standby of the new one.
 *
 * Each `#ifdef M_...` takes one safeguard away; README.md has the list.  With
 * TRACE, what happens is what simulated banks did (tests/model/trace).
 */
#define HOSTS 2
#define LOTS 3
#define NONE 0

byte lot[LOTS + 1];         /* of the primary; the transaction, or NONE */
byte length, standby, seen;
bool names = true;          /* synchronous_standby_names is not empty */
byte life;                  /* a link doesn't outlive it */
bool cancelled[HOSTS];

#ifdef TRACE
/* What a host did: the lot's number, and whose it is. */
mtype = { MINE, TOOK, DOUBT };
chan saw = [1] of { mtype, byte, byte, byte };
#define SEE(what, number, whose) saw!what, h, number, whose
byte done[HOSTS];           /* steps of a trace, where hosts have their own */
byte promotions = 3, restarts, cancels, cuts = 3, empties;
#else
#define SEE(what, number, whose) skip
byte promotions = 1, restarts = 1, cancels = 1, cuts = 1, empties = 1;
#endif

byte has[HOSTS * (LOTS + 1)];   /* the lots that a host has taken over */
byte head[HOSTS];               /* how many */
byte firm[HOSTS];               /* of these, on a standby too */
#define HAS(h, n) has[(h) * (LOTS + 1) + (n)]

/* What is promised. */
bool told[HOSTS + 1];       /* of a transaction: 200 */
bool told_not[HOSTS + 1];   /* that nothing was changed */
byte times[HOSTS + 1];      /* how often it is in the primary's lots */

inline promised()
{
	times[1] = (lot[1] == 1) + (lot[2] == 1) + (lot[3] == 1);
	times[2] = (lot[1] == 2) + (lot[2] == 2) + (lot[3] == 2);
	assert(times[1] <= 1 && times[2] <= 1);
	assert(!told[1] || times[1] == 1);
	assert(!told[2] || times[2] == 1);
	assert(!told_not[1] || times[1] == 0);
	assert(!told_not[2] || times[2] == 0);
	times[1] = 0; times[2] = 0
}

inline tell(transaction)
{
	told[transaction] = true;
	promised()
}

/* Every lot that it has is there, or this is not its history. */
#define MY_HEAD_IS_THERE (head[h] <= seen && \
	(head[h] == 0 || lot[head[h]] == HAS(h, head[h])))

#ifdef M_NO_GUARD
#define GUARD true
#define GUARD_AGAIN true
#else
#define GUARD names
#ifdef M_GUARD_BEFORE_THE_COMMIT_ALONE
#define GUARD_AGAIN true
#else
#define GUARD_AGAIN names
#endif
#endif

inline take_over()
{
	head[h]++;
	HAS(h, head[h]) = lot[head[h]]
}

#define KNOWN(t) (HAS(h, 1) == t || HAS(h, 2) == t || HAS(h, 3) == t)

/* Its own commit has a standby, and nobody said otherwise. */
#define ON_STANDBY(n) (mine == life && standby >= n)

proctype Host(byte h)
{
	byte mine, n, asked;
	bool doubt;

	asked = h + 1;
again:	atomic { mine = life; cancelled[h] = false;
		/* the rules: a transaction that is known is a repeat */
		if
		:: KNOWN(asked) -> goto found
		:: !KNOWN(asked)
		fi };

	/* PUT: one statement.  It waits for the number's own writer. */
put:	atomic { seen == length ->
		mine = life;
		if
#ifndef M_HEAD_NOT_LOOKED_AT
		:: !MY_HEAD_IS_THERE -> goto fork
#endif
		:: !GUARD -> goto out       /* held; not answered */
#ifndef M_HEAD_NOT_LOOKED_AT
		:: MY_HEAD_IS_THERE && GUARD && length > head[h] ->
#else
		:: GUARD && length > head[h] ->
#endif
			take_over();
			n = head[h];
			if
			:: doubt && lot[n] == asked -> goto found
			:: else -> doubt = false;
				SEE(TOOK, n, lot[n] - 1);
				goto again
			fi
		:: else ->
			length = head[h] + 1;
			n = length;
			lot[n] = asked;
			promised()
		fi };

	/* The commit waits for the standby. */
	if
	:: atomic { ON_STANDBY(n) && !cancelled[h] ->
		if
		:: seen < n -> seen = n
		:: else
		fi }
	:: atomic { mine == life && !names && !cancelled[h] ->
		if      /* let go without any warning */
		:: seen < n -> seen = n
		:: else
		fi }
	:: atomic { mine == life && cancelled[h] ->
		if
		:: seen < n -> seen = n
		:: else
		fi;
#ifndef M_WARNING_IS_SUCCESS
		goto in_doubt
#endif
		}
	:: atomic { mine == life && cuts > 0 -> cuts--; goto in_doubt }
	:: atomic { mine != life -> goto in_doubt }
	fi;

	/* Asked again, behind the commit. */
	atomic {
		if
		:: mine != life || !GUARD_AGAIN -> goto in_doubt
		:: else
		fi;
		take_over();
		assert(HAS(h, n) == asked);
		firm[h] = head[h];
		tell(asked);
		SEE(MINE, n, h);
		goto other };

in_doubt:
#ifdef M_DOUBT_IS_A_REFUSAL
	atomic { told_not[asked] = true; promised(); goto out };
#endif
	if
	:: !doubt -> SEE(DOUBT, 0, h)
	:: else
	fi;
	doubt = true;
	goto put;

	/* Nothing rests on a lot that may be on one disk alone. */
found:	
#ifndef M_FOUND_IS_FIRM
	if
	:: atomic { mine == life && names && standby == length ->
		firm[h] = head[h] }
	:: atomic { mine == life && !names && firm[h] < head[h] ->
		goto out }      /* held */
	:: atomic { mine != life && firm[h] < head[h] ->
		mine = life;
		if
		:: !MY_HEAD_IS_THERE -> goto fork
		:: else -> goto found
		fi }
	:: firm[h] == head[h]
	fi;
#endif
	atomic { tell(asked);
		if
		:: asked == h + 1 -> SEE(MINE, n, h); goto other
		:: else -> goto out
		fi };

	/* OUTCOME of what the other host did, where it is known. */
other:	atomic { asked = HOSTS - h; mine = life;
		if
		:: KNOWN(asked) -> goto found
		:: !KNOWN(asked) && MY_HEAD_IS_THERE && seen > head[h] ->
			take_over();
			SEE(TOOK, head[h], lot[head[h]] - 1);
			if
			:: KNOWN(asked) -> goto found
			:: else -> goto out
			fi
		:: else -> goto out
		fi };

fork:	skip;       /* loud; an operator has to choose */
out:	skip
}

/* A wait whose backend is left alone ends when the standby has the lot. */
proctype Server()
{
	byte n;

end:	do
	:: atomic { standby < length -> standby++;
		if
		:: seen < standby -> seen = standby
		:: else
		fi }
	:: atomic { promotions > 0 -> promotions--; life++;
		for (n : standby + 1 .. LOTS) {
			lot[n] = NONE
		}
		length = standby;
		seen = standby;
		promised() }
	:: atomic { restarts > 0 -> restarts--; life++; seen = length }
	:: atomic { cancels > 0 -> cancels--;
		if
		:: cancelled[0] = true
		:: cancelled[1] = true
		fi }
	:: atomic { names && empties > 0 -> empties--; names = false;
		seen = length }
#ifdef M_NAMES_SET_AGAIN_AT_ONCE
	:: atomic { !names -> names = true }
#endif
	od
}

#ifdef TRACE
#include "trace.h"
#endif

init {
	atomic {
		run Host(0);
		run Host(1);
		run Server();
#ifdef TRACE
		run Traces()
#endif
	}
}
