/* SPDX-License-Identifier: ISC */
/*
 * One withdrawal, asked for once, and all that may happen to it: its link is
 * lost, its kiosk or a host of the bank is killed, a disk is full, and the
 * request still lies in the buffers of a connection that the bank believes to
 * be alive while another login asks what became of it.
 *
 * Two hosts share what is on stable storage; sessions and connections are a
 * host's own.  A batch is applied and committed in one step, which is what
 * "run again on the others' lots" amounts to.  A connection's number is also
 * that of the session that was made on it.
 *
 * Each `#ifdef M_...` takes one safeguard away; README.md has the list.  With
 * TRACE, what happens is what simulated banks did (tests/model/trace).
 */
#define HOSTS 2
#ifdef TRACE
#define CONNECTIONS 8
#else
#define CONNECTIONS 4
#endif
#define NONE 9

mtype = { LOGIN, RESUME, REQUEST, OUTCOME, REVERSAL, ENDED };
mtype = { IN, GONE, DONE, REFUSED, UNKNOWN, BUSY, CUT };

/* On stable storage. */
byte booked, reversed;
bool settled;

/* What lies in the kernels' buffers. */
chan up[CONNECTIONS] = [3] of { mtype, byte };
chan down[CONNECTIONS] = [4] of { mtype };

/* The hosts' memory. */
chan batch[HOSTS] = [2] of { mtype, byte };
chan answers[HOSTS] = [2] of { mtype, byte };
byte host_of[CONNECTIONS];          /* where a connection ends, or NONE */
bool over[CONNECTIONS];             /* the bank has ended it */
bool alive[CONNECTIONS];            /* the session */
byte session_at[CONNECTIONS];       /* of a connection, or NONE */
byte connection_at[CONNECTIONS];    /* of a session, or NONE */
bool kept[CONNECTIONS];             /* a refusal, in its session */
bool remembered[HOSTS];             /* M_SETTLED_IN_MEMORY */

/* What may still go wrong, and what the others do. */
byte kills = 1, full_disks = 1, losses = 1, crashes = 1, ends = 1;
bool funds;
bool dies[HOSTS];                   /* TRACE: its vault is killed now */

#ifdef TRACE
#define MAY_DIE dies[h]
#define MAY_BE_FULL true
#define MAY_END true
#define LESS(n) skip
#else
#define MAY_DIE (kills > 0)
#define MAY_BE_FULL (full_disks > 0)
#define MAY_END (ends > 0)
#define LESS(n) n--
#endif

/* What is promised. */
bool told_not, told_done, told_reversed;
bool taken_over[CONNECTIONS];       /* its session was resumed elsewhere */
bool refused_in[CONNECTIONS];       /* in this session, the first time */

#define IS_SETTLED (settled || remembered[h])

inline promised()
{
	assert(booked <= 1);
	assert(reversed <= booked);
	assert(!told_done || booked == 1);
	assert(!told_not || booked == 0);
	assert(!told_reversed || reversed == 1)
}

inline settle()
{
#ifdef M_SETTLED_IN_MEMORY
	remembered[h] = true
#else
	settled = true
#endif
}

inline carry_out(answer)
{
	if
#ifndef M_TXID_FORGOTTEN
	:: booked > 0 -> answer = DONE
	:: booked == 0 && IS_SETTLED -> answer = REFUSED
	:: booked == 0 && !IS_SETTLED && kept[session_at[c]] ->
#ifdef M_REFUSAL_FORGOTTEN
		kept[session_at[c]] = false;
#endif
		answer = REFUSED
	:: booked == 0 && !IS_SETTLED && !kept[session_at[c]] &&
#else
	:: 
#endif
	    (is_full || !funds) ->
#ifndef M_REFUSAL_FORGOTTEN
		kept[session_at[c]] = true;
#endif
		refused_in[session_at[c]] = true;
		answer = REFUSED
	:: else ->
		assert(!taken_over[c]);
		assert(!refused_in[session_at[c]]);
		booked++;
		answer = DONE
	fi
}

inline tell_outcome(answer)
{
	if
	:: booked > 0 -> answer = DONE
	:: booked == 0 && IS_SETTLED -> answer = UNKNOWN
	:: booked == 0 && !IS_SETTLED && is_full -> answer = BUSY
	:: else ->
#ifndef M_OUTCOME_SETTLES_NOT
		settle();
#endif
		answer = UNKNOWN
	fi
}

inline take_back(answer)
{
	if
#ifndef M_REVERSED_TWICE
	:: reversed > 0 -> answer = DONE
	:: reversed == 0 && is_full -> answer = BUSY
	:: reversed == 0 && !is_full && booked > 0 ->
#else
	:: is_full -> answer = BUSY
	:: !is_full && booked > 0 ->
#endif
		reversed++;
		answer = DONE
	:: else ->
#ifndef M_REVERSAL_SETTLES_NOT
		settle();
#endif
		answer = UNKNOWN
	fi
}

inline apply(answer)
{
	if
	:: what == REQUEST -> carry_out(answer)
	:: what == OUTCOME -> tell_outcome(answer)
	:: what == REVERSAL -> take_back(answer)
	fi
}

/* Steps in their order, then one commit; the answers leave after it. */
inline run_batch()
{
	is_full = false;
	if
	:: MAY_BE_FULL -> LESS(full_disks); is_full = true
	:: true
	fi;
	before_b = booked; before_s = settled; before_r = reversed;
	do
	:: batch[h]?what,c ->
#ifdef M_FULL_DISK_UNDOES_NO_ANSWER
		is_undone = is_full;
		is_full = false;
#endif
		apply(answer);
		answers[h]!answer,c
	:: empty(batch[h]) -> break
	od;
#ifdef M_FULL_DISK_UNDOES_NO_ANSWER
	if
	:: is_undone ->
		booked = before_b; settled = before_s; reversed = before_r
	:: else
	fi;
#endif
	promised()
}

inline log_in()
{
	alive[c] = true;
	session_at[c] = c;
	connection_at[c] = c;
	down[c]!IN
}

/* The old connection is ended, and nothing of it is carried out any more. */
inline resume()
{
	if
	:: alive[s] && host_of[s] == h ->
		if
		:: connection_at[s] != NONE ->
			taken_over[connection_at[s]] = true;
#ifndef M_OLD_CONNECTION_LIVES
			over[connection_at[s]] = true;
#endif
		:: else
		fi;
		connection_at[s] = c;
		session_at[c] = s;
		down[c]!IN
	:: else -> down[c]!GONE
	fi
}

inline end_connection()
{
	over[c] = true;
	s = session_at[c];
	if
	:: s != NONE && connection_at[s] == c -> connection_at[s] = NONE
	:: else
	fi
}

#ifdef M_RESUME_BEFORE_BATCH
#define BATCH_RUN true
#else
#define BATCH_RUN empty(batch[h])
#endif

inline take(connection)
{
	c = connection;
	up[c]?what,s;
	if
	:: over[c]
	:: !over[c] && what == LOGIN -> log_in()
	:: !over[c] && what == RESUME -> resume()
	:: !over[c] && what == ENDED -> end_connection()
	:: !over[c] && what == REVERSAL -> batch[h]!what,c
	:: !over[c] && (what == REQUEST || what == OUTCOME) ->
		if
		:: session_at[c] != NONE && alive[session_at[c]] ->
			batch[h]!what,c
		:: else -> down[c]!CUT; over[c] = true
		fi
	fi
}

/* Its grace is over, or it is too old: its link is cut. */
inline end_session(session)
{
	LESS(ends);
	alive[session] = false;
	if
	:: connection_at[session] != NONE ->
		over[connection_at[session]] = true;
		if
		:: nfull(down[connection_at[session]]) ->
			down[connection_at[session]]!CUT
		:: full(down[connection_at[session]])
		fi;
		connection_at[session] = NONE
	:: else
	fi
}

#define ENDS(x) (MAY_END && alive[x] && host_of[x] == h && \
	empty(batch[h]) && empty(answers[h]))

#define MAY_TAKE(x) (host_of[x] == h && nempty(up[x]) && \
	empty(answers[h]) && nfull(batch[h]) && \
	(!(up[x]?[RESUME,_] || up[x]?[ENDED,_]) || BATCH_RUN))

/* All memory is gone, and with it every connection and session. */
inline die(x)
{
	if
	:: host_of[x] == h ->
		alive[x] = false;
		connection_at[x] = NONE;
		if
		:: !over[x] && nfull(down[x]) -> down[x]!CUT
		:: over[x] || full(down[x])
		fi;
		over[x] = true
	:: else
	fi;
	do
	:: host_of[x] == h && nempty(up[x]) -> up[x]?_,_
	:: host_of[x] != h || empty(up[x]) -> break
	od
}

proctype Vault(byte h)
{
	byte c, s, before_b, before_r;
	bool is_full, before_s;
#ifdef M_FULL_DISK_UNDOES_NO_ANSWER
	bool is_undone;
#endif
	mtype what, answer;

end:	do
	:: atomic { MAY_TAKE(0) -> take(0) }
	:: atomic { MAY_TAKE(1) -> take(1) }
	:: atomic { MAY_TAKE(2) -> take(2) }
	:: atomic { MAY_TAKE(3) -> take(3) }
	:: atomic { ENDS(0) -> end_session(0) }
	:: atomic { ENDS(1) -> end_session(1) }
	:: atomic { ENDS(2) -> end_session(2) }
	:: atomic { ENDS(3) -> end_session(3) }
#ifdef TRACE
	:: atomic { MAY_TAKE(4) -> take(4) }
	:: atomic { MAY_TAKE(5) -> take(5) }
	:: atomic { MAY_TAKE(6) -> take(6) }
	:: atomic { MAY_TAKE(7) -> take(7) }
	:: atomic { ENDS(4) -> end_session(4) }
	:: atomic { ENDS(5) -> end_session(5) }
	:: atomic { ENDS(6) -> end_session(6) }
	:: atomic { ENDS(7) -> end_session(7) }
#endif
	:: atomic { nempty(batch[h]) && empty(answers[h]) -> run_batch() }
	:: atomic { answers[h]?answer,c ->
		if
		:: over[c]
		:: else -> down[c]!answer
		fi }
	:: atomic { MAY_DIE -> LESS(kills);
#ifdef M_ANSWERED_BEFORE_COMMIT
		/* What was applied and is being answered isn't kept. */
		if
		:: nempty(answers[h]) ->
			booked = before_b;
			settled = before_s;
			reversed = before_r
		:: else
		fi;
#endif
		do :: batch[h]?_,_ :: empty(batch[h]) -> break od;
		do :: answers[h]?_,_ :: empty(answers[h]) -> break od;
		die(0); die(1); die(2); die(3);
#ifdef TRACE
		die(4); die(5); die(6); die(7);
		dies[h] = false;
#endif
		remembered[h] = false }
	od
}

/* Told for good; every end of the kiosk's but running out of links. */
inline hear()
{
	if
	:: got == DONE -> told_done = true
	:: got == REFUSED || got == UNKNOWN -> told_not = true
	fi;
	promised()
}

inline lose()
{
	up[c]!ENDED,0
}

#ifdef TRACE
#include "trace.h"
#else
proctype Kiosk()
{
	byte c = 0, next = 1;
	mtype got;

send:	up[c]!REQUEST,0;
	do
	:: atomic { down[c]?got ->
		if
		:: got == CUT -> goto lost
		:: else -> hear(); goto told
		fi }
	:: atomic { losses > 0 -> losses--; lose(); goto lost }
	:: atomic { crashes > 0 -> crashes--; lose(); goto anew }
	od;

lost:	atomic { next < CONNECTIONS ->
		c = next; next++;
		if
		:: host_of[c] = 0
		:: host_of[c] = 1
		fi;
		up[c]!RESUME,0 };
	atomic { down[c]?got ->
		if
		:: got == IN -> goto send
		:: got == GONE || got == CUT -> goto anew
		fi };

anew:	if
	:: next == CONNECTIONS -> goto told
	:: next < CONNECTIONS
	fi;
	atomic { c = next; next++;
		if
		:: host_of[c] = 0
		:: host_of[c] = 1
		fi;
		if
		:: up[c]!LOGIN,0
		:: up[c]!REVERSAL,0 -> goto back
		fi };
	atomic { down[c]?got ->
		if
		:: got == IN
		:: got == CUT -> goto anew
		fi };
ask:
#ifdef M_OLD_TXID_ON_A_NEW_LOGIN
	up[c]!REQUEST,0;
#else
	up[c]!OUTCOME,0;
#endif
	atomic { down[c]?got ->
		if
		:: got == CUT -> goto anew
		:: got == BUSY -> goto ask
		:: else -> hear(); goto told
		fi };

back:	atomic { down[c]?got ->
		if
		:: got == CUT -> goto anew
		:: got == BUSY -> up[c]!REVERSAL,0; goto back
		:: got == DONE -> told_reversed = true; told_done = true
		:: got == UNKNOWN -> told_not = true
		fi;
		promised() };
told:	skip
}

/* Somebody else's money comes in at any moment. */
proctype Payer()
{
	funds = true
}
#endif

init {
	byte i;

	atomic {
		for (i : 0 .. CONNECTIONS - 1) {
			session_at[i] = NONE;
			connection_at[i] = NONE;
			host_of[i] = NONE
		}
		run Vault(0);
		run Vault(1);
#ifdef TRACE
		funds = true;
		run Traces()
#else
		host_of[0] = 0;
		session_at[0] = 0;
		connection_at[0] = 0;
		alive[0] = true;
		run Kiosk();
		run Payer()
#endif
	}
}
