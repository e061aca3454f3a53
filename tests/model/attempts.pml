/* SPDX-License-Identifier: ISC */
/*
 * One ID at one kiosk, guessed at by several connections at a time, on two
 * hosts that share what is on stable storage, while hosts are killed, the disk
 * is full and the lock ends.  One of them may have the right password.
 *
 * A host that is killed takes back what was never compared when it begins
 * anew, and until then another goes on.
 *
 * Each `#ifdef M_...` takes one safeguard away; README.md has the list.  With
 * TRACE, what happens is what simulated banks did (tests/model/trace).
 */
#define HOSTS 2
#ifdef TRACE
#define GUESSERS 8
#define MOST 3      /* max_attempts */
#else
#define GUESSERS 4
#define MOST 2
#endif

mtype = { NOTHING, RIGHT, WRONG, LOCKED, EITHER };

/* On stable storage: the row of attempts. */
short count;
short pending[HOSTS];
bool locked;

/* The hosts' memory. */
short comparing[HOSTS];
byte life[HOSTS];           /* which one this is */
bool starts_anew[HOSTS];    /* it was killed, and serves nobody yet */
short left[HOSTS];          /* ends that found no room */
bool waiting[GUESSERS];

bool no_room;               /* nothing can be written */
byte troubles = 2, ends_of_lock = 1;

/* What is promised. */
byte compared;      /* wrong ones, since the count last began anew */
byte told;          /* of these, those that heard so */
byte starts;        /* since then */

#ifdef TRACE
mtype knows[GUESSERS];      /* RIGHT, WRONG or EITHER */
mtype heard[GUESSERS];
bool asked[GUESSERS];
bool over[GUESSERS];        /* its link has ended */
byte host_of[GUESSERS], life_of[GUESSERS];
bool dies[HOSTS];           /* it is killed now */
bool may_end;               /* a lock is old enough */
#define TELL(what) heard[g] = what
/* A lot in doubt, whose end is waited for no longer: 503. */
#define TELL_MAYBE(what) if :: TELL(what) :: TELL(NOTHING) fi
#define KNOWS (knows[g] != WRONG)
#define DOESNT (knows[g] != RIGHT)
#define FULL true           /* the disk, for this step */
#else
#define TELL(what) skip
#define TELL_MAYBE(what) skip
#define KNOWS knows_it
#define DOESNT true
#define FULL no_room
#endif

#define ALL_PENDING (pending[0] + pending[1])

inline promised()
{
	assert(told <= MOST);
	assert(compared <= MOST + starts);
	assert(starts_anew[0] || pending[0] <= comparing[0] + left[0]);
	assert(starts_anew[1] || pending[1] <= comparing[1] + left[1])
}

/* A lock that ends, or a success, leaves those that are being compared. */
inline begin_anew()
{
	told = 0;
	compared = 0;
	starts = 0
}

inline wake()
{
#ifndef M_NOBODY_WOKEN
	for (i : 0 .. GUESSERS - 1) {
		waiting[i] = false
	}
#else
	skip
#endif
}

#ifdef M_COMPARED_ARE_NOT_COUNTED
#define COUNTED (count - ALL_PENDING)
#else
#define COUNTED count
#endif

/* attempt_begin(), and the commit of what it wrote. */
inline begin()
{
	if
	:: FULL -> TELL(NOTHING); goto out
	:: !no_room && locked -> TELL(LOCKED); goto out
	:: !no_room && !locked && COUNTED < MOST ->
#ifndef M_COMPARED_BEFORE_RECORDED
		count++;
		pending[h]++;
#endif
		comparing[h]++
	:: !no_room && !locked && COUNTED >= MOST && comparing[h] > 0 ->
		waiting[g] = true;
		goto wait
	:: !no_room && !locked && COUNTED >= MOST && comparing[h] == 0 ->
		locked = true;
		TELL(LOCKED);
		goto out
	fi
}

/* attempt_end(), and the commit of what it wrote. */
inline end_attempt()
{
	if
	:: pending[h] > 0 -> pending[h]--
	:: pending[h] == 0 && !right -> count++
	:: else
	fi;
	if
	:: right ->
#ifdef M_SUCCESS_FORGETS_COMPARED
		count = 0;
#else
		count = ALL_PENDING;
#endif
		locked = false;
		TELL_MAYBE(RIGHT);
		begin_anew()
	:: !right ->
		told++;
		TELL_MAYBE(WRONG);
		if
		:: count - ALL_PENDING >= MOST -> locked = true
		:: else
		fi
	fi
}

/* There is no room for the end: nobody is told, and it waits for room. */
inline leave()
{
#ifdef M_TOLD_WITHOUT_A_RECORD
	if
	:: right -> begin_anew()
	:: !right -> told++
	fi;
#endif
	TELL(NOTHING);
#ifndef M_AN_END_IS_FORGOTTEN
	left[h]++
#else
	skip
#endif
}

/* attempt_settle_left(): it was a failure. */
inline settle_left()
{
	left[h]--;
	pending[h]--;
	if
	:: count - ALL_PENDING >= MOST -> locked = true
	:: else
	fi
}

#ifdef TRACE
#include "trace.h"

proctype Guesser(byte g)
{
	byte h, mine, i;
	bool right;

	asked[g];
	h = host_of[g];
	mine = life_of[g];
#else
proctype Guesser(byte g; bool knows_it)
{
	byte h, mine, i;
	bool right;

	if
	:: h = 0
	:: h = 1
	fi;
#endif
again:
#ifdef TRACE
	atomic {
		if
		:: mine != life[h] || over[g] -> goto out
		:: mine == life[h] && !starts_anew[h] ->
			right = false;
			begin()
		fi };
#else
	atomic { !starts_anew[h] ->
		mine = life[h];
		right = false;
		begin() };
#endif
	/* A worker compares; who is killed meanwhile is told nothing. */
	atomic {
		if
		:: mine != life[h] -> goto out
		:: mine == life[h] && KNOWS -> right = true
		:: mine == life[h] && DOESNT -> compared++
		fi;
		promised() };
	atomic {
		if
		:: mine != life[h] -> goto out
		:: else ->
			comparing[h]--;
			if
			:: FULL -> leave()
			:: !no_room -> end_attempt()
			fi;
			wake();
			promised()
		fi };
	goto out;
wait:	atomic { !waiting[g] || mine != life[h] ->
		waiting[g] = false;
		if
		:: mine != life[h] -> goto out
		:: else -> goto again
		fi };
out:	skip
}

inline die()
{
	life[h]++;
	comparing[h] = 0;
	left[h] = 0;
	starts++;
	starts_anew[h] = true
}

/* What was never compared: one at most. */
inline take_back()
{
	starts_anew[h] = false;
#ifdef M_A_START_TAKES_BACK_ALL
	count = count - pending[h];
	pending[h] = 0
#else
#ifdef M_A_START_TAKES_BACK_A_FAILURE
	if
	:: count > 0 -> count--
	:: else
	fi;
	pending[h] = 0
#else
#ifdef M_A_START_TAKES_BACK_ANOTHERS
	if
	:: ALL_PENDING > 0 -> count--
	:: else
	fi;
	pending[0] = 0;
	pending[1] = 0
#else
	if
	:: pending[h] > 0 -> count--
	:: else
	fi;
	pending[h] = 0
#endif
#endif
#endif
}

inline end_lock()
{
	locked = false;
#ifdef M_A_LOCK_FORGETS_COMPARED
	count = 0;
#else
	count = ALL_PENDING;
#endif
	begin_anew()
}

#ifdef TRACE
#define MAY_END_LOCK may_end
#define LESS_LOCKS may_end = false
#else
#define MAY_END_LOCK (ends_of_lock > 0)
#define LESS_LOCKS ends_of_lock--
#endif

proctype Killer()
{
	byte h;

end:	do
#ifdef TRACE
	:: atomic { dies[0] -> h = 0; die(); dies[0] = false }
	:: atomic { dies[1] -> h = 1; die(); dies[1] = false }
#else
	:: atomic { troubles > 0 -> troubles--;
		if
		:: h = 0
		:: h = 1
		fi;
		die();
		promised() }
	:: atomic { troubles > 0 && !no_room -> troubles--; no_room = true }
	:: atomic { no_room -> no_room = false }
#endif
	:: atomic { starts_anew[0] -> h = 0; take_back(); promised() }
	:: atomic { starts_anew[1] -> h = 1; take_back(); promised() }
	:: atomic { !no_room && (left[0] > 0 || left[1] > 0) ->
		if
		:: left[0] > 0 -> h = 0
		:: left[1] > 0 -> h = 1
		fi;
		settle_left();
		promised() }
	:: atomic { locked && MAY_END_LOCK -> LESS_LOCKS;
		end_lock();
		promised() }
	od
}

init {
	atomic {
#ifdef TRACE
		run Guesser(0); run Guesser(1); run Guesser(2); run Guesser(3);
		run Guesser(4); run Guesser(5); run Guesser(6); run Guesser(7);
		run Traces();
#else
		run Guesser(0, false);
		run Guesser(1, false);
		run Guesser(2, false);
		run Guesser(3, true);
#endif
		run Killer()
	}
}
