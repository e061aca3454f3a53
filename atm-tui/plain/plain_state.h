/* SPDX-License-Identifier: ISC */
/*
 * The inside of plain mode, shared by its files.  The dialogues read as what
 * they are, one question after the other: to wait for a line or an answer is
 * to run the event loop until it is there.
 */
#ifndef ATM_PLAIN_STATE_H
#define ATM_PLAIN_STATE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "../../shared/wire/wire.h"
#include "../bank/bank_ask.h"
#include "../bank/news.h"
#include "../machine/cash.h"
#include "../base/intl.h"
#include "../machine/receipt.h"

#define PLAIN_LINE_SIZE 256    /* a longer line is no answer to anything */
#define PLAIN_NO_ANSWER "\177" /* what it is taken for */

struct plain {
	const struct config *config;
	struct event_base *base;
	struct bank *bank;
	struct devices *devices;
	struct cash *cash;
	struct receipts *receipts;
	bool full; /* the menu of seven */

	/* plain_io.c */
	struct event *input;
	bool terminal; /* a person types here and sees it */
	bool person;   /* a person types: what is said may be more */
	bool echo_off;
	struct termios modes;
	bool input_end, skip_line;
	char lines[4096]; /* read, and not yet asked for */
	size_t lines_length;

	bool end;    /* no more input, or told to end */
	bool over;   /* the session is gone without our asking */
	bool closed; /* it ended with its account */
	bool was_in_session;
	enum bank_outcome over_by;

	bool waiting;
	struct bank_reply reply; /* the last answer; a copy */
	char *reply_lines, *reply_text;
	enum cash_result cash_result;
	bool printed;
	struct news news;
	char customer[WIRE_ID_SIZE];
	struct receipt receipt; /* of the last transaction, if it has one */
	bool has_receipt;
};

/* What a command does; `argument` is what follows its word, or NULL. */
typedef void plain_command(struct plain *plain, const char *argument);

#endif
