/* SPDX-License-Identifier: ISC */
/*
 * What one operator asks for and another approves, before it moves money.
 * Two operators, each under two names of one user, ask, look at what waits and
 * approve it by its number; requests expire; the vault is killed and its disk
 * is full at any moment.
 *
 * An operator is known by the number of the user that acts.  What is on
 * stable storage survives a kill, and one commit holds all that one command
 * changes.
 *
 * Each `#ifdef M_...` takes one safeguard away; README.md has the list.
 */
#define REQUESTS 3
#define PEOPLE 2
#define NONE 0

mtype = { WAITS, DONE, EXPIRED };

/* On stable storage. */
mtype state[REQUESTS];      /* of a request by its number */
byte asked_by[REQUESTS];    /* 1, 2 */
byte named[REQUESTS];       /* the name it was asked under: 1, 2 */
byte amount[REQUESTS];      /* 1, 2 */
byte next;                  /* number */
byte moved[REQUESTS];       /* how often it was carried out */

byte kills = 1, full_disks = 1, expiries = 1;

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
#define WAITING(n) (state[n] == WAITS)
#endif
#endif

inline carry_out(n, seen)
{
	assert(me != asked_by[n]);
	assert(state[n] != EXPIRED);
	assert(amount[n] == seen);
	moved[n]++;
	assert(moved[n] <= 1)
}

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
				:: WAITING(n) && ANOTHER(n, name) ->
					carry_out(n, seen);
					if
					:: full_disks > 0 -> full_disks--;
						/* undone; 503 */
						moved[n]--
					:: kills > 0 -> kills--;
#ifdef M_MONEY_AND_STATE_APART
						skip
#else
						moved[n]--
#endif
					:: state[n] = DONE
					fi
				:: else
				fi }
		:: true
		fi
	od
}

/* Time passes, and the vault ends and starts again. */
proctype Bank()
{
	byte n;

end:	do
	:: atomic { expiries > 0 && next > 0 -> expiries--;
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
		run Bank()
	}
}
