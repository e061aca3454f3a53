/* SPDX-License-Identifier: ISC */
/*
 * One ID at one kiosk, guessed at by several connections at a time, on two
 * hosts that share what is on stable storage, while hosts are killed, the disk
 * is full and the lock ends.  One of them may have the right password.
 *
 * Each `#ifdef M_...` takes one safeguard away; README.md has the list.
 */
#define HOSTS 2
#define GUESSERS 4
#define MOST 2      /* max_attempts */

/* On stable storage: the row of attempts. */
short count;
short pending[HOSTS];
bool locked;

/* The hosts' memory. */
short comparing[HOSTS];
byte life[HOSTS];           /* which one this is */
short left[HOSTS];          /* ends that found no room */
bool waiting[GUESSERS];

bool no_room;               /* nothing can be written */
byte troubles = 2, ends_of_lock = 1;

/* What is promised. */
byte compared;      /* wrong ones, since the count last began anew */
byte told;          /* of these, those that heard so */
byte starts;        /* since then */

#define ALL_PENDING (pending[0] + pending[1])

inline promised()
{
	assert(told <= MOST);
	assert(compared <= MOST + starts);
	assert(pending[0] <= comparing[0] + left[0]);
	assert(pending[1] <= comparing[1] + left[1])
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
	:: no_room -> goto out
	:: !no_room && locked -> goto out
	:: !no_room && !locked && COUNTED < MOST ->
#ifndef M_COMPARED_BEFORE_RECORDED
		count++;
		pending[h]++;
#endif
		comparing[h]++
	:: !no_room && !locked && COUNTED >= MOST && comparing[h] > 0 ->
		waiting[g] = true;
		goto wait
	:: else ->
		locked = true;
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
		begin_anew()
	:: !right ->
		told++;
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

proctype Guesser(byte g; bool knows)
{
	byte h, mine, i;
	bool right;

	if
	:: h = 0
	:: h = 1
	fi;
again:	atomic { mine = life[h]; right = false; begin() };
	/* A worker compares; who is killed meanwhile is told nothing. */
	atomic {
		if
		:: mine != life[h] -> goto out
		:: mine == life[h] && knows -> right = true
		:: mine == life[h] -> compared++
		fi;
		promised() };
	atomic {
		if
		:: mine != life[h] -> goto out
		:: else ->
			comparing[h]--;
			if
			:: no_room -> leave()
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

/* A host is killed, and takes back what was never compared: one at most. */
proctype Killer()
{
	byte h;

end:	do
	:: atomic { troubles > 0 -> troubles--;
		if
		:: h = 0
		:: h = 1
		fi;
		life[h]++;
		comparing[h] = 0;
		left[h] = 0;
		starts++;
#ifdef M_A_START_TAKES_BACK_ALL
		count = count - pending[h];
		pending[h] = 0;
#else
#ifdef M_A_START_TAKES_BACK_A_FAILURE
		if
		:: count > 0 -> count--
		:: else
		fi;
		pending[h] = 0;
#else
#ifdef M_A_START_TAKES_BACK_ANOTHERS
		if
		:: ALL_PENDING > 0 -> count--
		:: else
		fi;
		pending[0] = 0;
		pending[1] = 0;
#else
		if
		:: pending[h] > 0 -> count--
		:: else
		fi;
		pending[h] = 0;
#endif
#endif
#endif
		promised() }
	:: atomic { troubles > 0 && !no_room -> troubles--; no_room = true }
	:: atomic { no_room -> no_room = false }
	:: atomic { !no_room && (left[0] > 0 || left[1] > 0) ->
		if
		:: left[0] > 0 -> h = 0
		:: left[1] > 0 -> h = 1
		fi;
		settle_left();
		promised() }
	:: atomic { locked && ends_of_lock > 0 -> ends_of_lock--;
		locked = false;
#ifdef M_A_LOCK_FORGETS_COMPARED
		count = 0;
#else
		count = ALL_PENDING;
#endif
		begin_anew();
		promised() }
	od
}

init {
	atomic {
		run Guesser(0, false);
		run Guesser(1, false);
		run Guesser(2, false);
		run Guesser(3, true);
		run Killer()
	}
}
