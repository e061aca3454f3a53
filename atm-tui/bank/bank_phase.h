/* SPDX-License-Identifier: ISC */
/*
 * Where the connection to the bank stands: which frames may come next.
 *
 *	            link up            G             L, O
 *	CLOSED ------------> GREETING ---> READY -----------> ENTERING
 *	  ^                   |     ^       |  V                |   |
 *	  |                   | R   |       +-----> REVERSING   |   | L accepted
 *	  |                   v     |                  |        |   v
 *	  |               RESUMING  +--- answered; G --+--------+ SESSION
 *	  |                   |                                     ^
 *	  |                   +------------- accepted --------------+
 *	  +--- any of them: the link is lost; retried after `backoff_ms`
 *
 * A connection that is lost before a session is made anew at the next host,
 * but for one that stood READY, which begins at its own: the bank ends what is
 * idle.  A session stays with its host until its grace time is over.
 *
 * GREETING goes to RESUMING instead of READY while there is a session.
 * Whatever else comes in a phase is a lost link, never an answer.
 */
#ifndef ATM_BANK_PHASE_H
#define ATM_BANK_PHASE_H

enum bank_phase {
	PHASE_CLOSED,    /* no connection; perhaps the retry timer runs */
	PHASE_GREETING,  /* a G must come */
	PHASE_READY,     /* greeted; the nonce is unused */
	PHASE_ENTERING,  /* L or O is unanswered */
	PHASE_REVERSING, /* V is unanswered */
	PHASE_REPORTING, /* C is unanswered */
	PHASE_RESUMING,  /* R is unanswered */
	PHASE_SESSION
};

#endif
