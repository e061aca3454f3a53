/* SPDX-License-Identifier: ISC */
/*
 * The bank as the kiosk has it, and its life; bank_ask.h asks it something,
 * bank_withdrawal.h hands out money.  On the event loop; knows no curses.
 * While no customer is logged in, a connection is kept greeted and ready.
 */
#ifndef ATM_BANK_H
#define ATM_BANK_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../shared/config/config.h"
#include "../../shared/wire/wire_reader.h"

struct bank;
enum bank_link {
	BANK_LINK_DOWN, /* can't be reached; trying again */
	BANK_LINK_CONNECTING,
	BANK_LINK_READY,   /* greeted: a login may be sent */
	BANK_LINK_SESSION, /* a customer is logged in */
	BANK_LINK_RESUMING /* in a session whose link was lost */
};

/* What came of a request. */
enum bank_outcome {
	BANK_ANSWERED, /* reply->code and what stands in it, true */
	BANK_REFUSED,  /* a plain E before a session: code and text */
	BANK_LOST,     /* no link; the next login asks about a transaction */
	BANK_OVER,     /* the session ended (idle, locked); nothing was done */
	BANK_UNDONE    /* and a transaction waited that was never sent */
};

struct bank_reply {
	enum bank_outcome outcome;
	struct wire_reader reader; /* BANK_ANSWERED, BANK_REFUSED: the text */
};

/*
 * `reply` and what it points to are valid during the call only.  Called from
 * the event loop; it may ask the bank anew, but not free it.
 */
typedef void bank_reply_fn(void *context, const struct bank_reply *reply);

struct sentence;
struct bank_callbacks {
	void (*link)(void *context, enum bank_link link); /* has changed */
	/* The session ended without being asked to: back to the welcome. */
	void (*session_over)(void *context, enum bank_outcome outcome);
	/* A notice; what became of a transaction of before this login. */
	void (*notice)(void *context, const struct sentence *what);
	void (*settled)(void *context, const struct sentence *what);
	void *context;
};

/*
 * Starts connecting.  `config` is of the table atm_options.  BANK_ECONFIG,
 * BANK_ESYS with errno, or BANK_ENOMEM: error[0..size) says what failed, where,
 * and what to do.  Where callbacks->notice is NULL, no notices are asked for.
 */
int bank_new(struct bank **bank, struct event_base *base,
    const struct config *config, const struct bank_callbacks *callbacks,
    char *error, size_t size);
/* Closes without asking the bank; a proper end asks `3` first. */
void bank_free(struct bank *bank);

enum bank_link bank_link_state(const struct bank *bank);
/* Seconds until the next try; 0: it is under way. When it went down (ms). */
unsigned bank_next_try(const struct bank *bank);
uint64_t bank_down_since_ms(const struct bank *bank);
/* The host of this connection or try; NULL where the bank has only one. */
const char *bank_host_name(const struct bank *bank);
/* Why the link was lost, English; NULL: it wasn't, or it can't be reached. */
const char *bank_why_down(const struct bank *bank);
/* The certificate whose time made the last try to connect fail, or NULL. */
struct channel_validity;
const struct channel_validity *bank_validity(const struct bank *bank);

#endif
