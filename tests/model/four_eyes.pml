/* SPDX-License-Identifier: ISC */
/*
 * What one operator asks for and another approves, before it moves money.
 * Two operators, each under two names of one user, ask, look at what waits and
 * approve or refuse it by its number; requests expire; the vault is killed and
 * its disk is full at any moment.
 *
 * An operator is known by the number of the user that acts.  What is on
 * stable storage survives a kill, and one commit holds all that one command
 * changes.
 *
 * Each `#ifdef M_...` takes one safeguard away; README.md has the list.  With
 * TRACE, what happens is what simulated banks did (tests/model/trace).
 */
#define REQUESTS 3
#define PEOPLE 2
#define NONE 0

mtype = { WAITS, DONE, EXPIRED, REFUSED };

/* On stable storage. */
mtype state[REQUESTS];      /* of a request by its number */
byte asked_by[REQUESTS];    /* 1, 2 */
byte named[REQUESTS];       /* the name it was asked under: 1, 2 */
byte amount[REQUESTS];      /* 1, 2 */
byte next;                  /* number */
byte moved[REQUESTS];       /* how often it was carried out */

#ifdef TRACE
mtype = { ASK, APPROVE, REFUSE, OWN, NO, NOTHING };
mtype command[PEOPLE + 1];  /* of each operator; 0: none */
byte under[PEOPLE + 1];     /* the name it is given under */
mtype told;
#define TELL(what) told = what
#define KILL true
#define FULL true           /* the disk, for this step */
#define EXPIRES true
#define LESS(what) skip
#else
byte kills = 1, full_disks = 1, expiries = 1;
#define TELL(what) skip
#define KILL (kills > 0)
#define FULL (full_disks > 0)
#define EXPIRES (expiries > 0)
#define LESS(what) what--
#endif

/* One command at a time, applied and committed; then its answer. */
inline ask(n, name, cents)
{
	n = next;
	state[n] = WAITS;
	asked_by[n] = me;
	named[n] = name;
	amount[n] = cents;
	next++
}

#ifdef M_OWN_REQUEST_APPROVED
#define ANOTHER(n, name) true
#else
#ifdef M_NAMES_COMPARED
#define ANOTHER(n, name) (named[n] != name)
#else
#define ANOTHER(n, name) (asked_by[n] != me)
#endif
#endif

#ifdef M_EXPIRED_IS_APPROVED
#define WAITING(n) (state[n] == WAITS || state[n] == EXPIRED)
#else
#ifdef M_APPROVED_TWICE
#define WAITING(n) (state[n] == WAITS || state[n] == DONE)
#else
#ifdef M_REFUSED_IS_APPROVED
#define WAITING(n) (state[n] == WAITS || state[n] == REFUSED)
#else
#define WAITING(n) (state[n] == WAITS)
#endif
#endif
#endif

inline carry_out(n, seen)
{
	assert(me != asked_by[n]);
	assert(state[n] != EXPIRED && state[n] != REFUSED);
	assert(amount[n] == seen);
	moved[n]++;
	assert(moved[n] <= 1)
}

inline approve(n, name, seen)
{
	if
	:: WAITING(n) && ANOTHER(n, name) ->
		carry_out(n, seen);
		if
		:: FULL -> LESS(full_disks);
			/* undone; 503 */
			moved[n]--;
			TELL(NO)
		:: KILL -> LESS(kills);
#ifndef M_MONEY_AND_STATE_APART
			moved[n]--;
#endif
			TELL(NO)
		:: state[n] = DONE; TELL(APPROVE)
		fi
	:: WAITING(n) && !ANOTHER(n, name) -> TELL(OWN)
	:: !WAITING(n) -> TELL(state[n])
	fi
}

/* One's own, or another's. */
inline refuse(n)
{
	if
	:: WAITING(n) -> state[n] = REFUSED; TELL(REFUSE)
	:: !WAITING(n) -> TELL(state[n])
	fi
}

#ifdef TRACE
#include "trace.h"

/* Where its vault is killed behind it, nobody hears the answer. */
inline end_command()
{
	command[me] = 0;
	if
	:: true
	:: told = NOTHING
	fi
}

/* The one request of the trace, also where it is asked for again. */
proctype Operator(byte me)
{
	byte n;

end:	do
	:: atomic { command[me] == ASK ->
		if
		:: next == 0 -> ask(n, under[me], 1); TELL(WAITS)
		:: next > 0 && state[0] == EXPIRED -> state[0] = WAITS;
			asked_by[0] = me; named[0] = under[me]; TELL(WAITS)
		:: next > 0 && state[0] == WAITS -> TELL(WAITS)
		:: TELL(NO)
		fi;
		end_command() }
	:: atomic { command[me] == APPROVE ->
		if
		:: approve(0, under[me], 1)
		/* Its end is seen when it is looked at; that is its own. */
		:: state[0] == EXPIRED && !ANOTHER(0, under[me]) -> TELL(OWN)
		:: TELL(NO)
		fi;
		end_command() }
	:: atomic { command[me] == REFUSE ->
		if
		:: refuse(0)
		:: state[0] == EXPIRED -> state[0] = REFUSED; TELL(REFUSE)
		:: TELL(NO)
		fi;
		end_command() }
	od
}
#else
proctype Operator(byte me)
{
	byte n, seen, name, times = 2;

end:	do
	:: times > 0 -> times--;
		if
		:: name = 1
		:: name = 2
		fi;
		if
		:: atomic { next < REQUESTS ->
			if
			:: ask(n, name, 1)
			:: ask(n, name, 2)
			fi }
		:: atomic { next > 0 ->
			n = next - 1;
			if
			:: n > 0 -> n--
			:: true
			fi;
			seen = amount[n] };
			/* The list is on the operator's screen meanwhile. */
			atomic {
				if
				:: approve(n, name, seen)
				:: refuse(n)
				fi }
		:: true
		fi
	od
}
#endif

/* Time passes, and the vault ends and starts again. */
proctype Bank()
{
	byte n;

end:	do
	:: atomic { EXPIRES && next > 0 -> LESS(expiries);
		n = next - 1;
		if
		:: state[n] == WAITS ->
			state[n] = EXPIRED;
#ifdef M_NUMBERS_GIVEN_AGAIN
			next--
#endif
		:: else
		fi }
	od
}

init {
	atomic {
		run Operator(1);
		run Operator(2);
		run Bank();
#ifdef TRACE
		run Traces()
#endif
	}
}
