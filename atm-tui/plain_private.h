/* SPDX-License-Identifier: ISC */
/*
 * The inside of plain mode, shared by its files.  The dialogues read as what
 * they are, one question after the other: to wait for a line or an answer is
 * to run the event loop until it is there.
 */
#ifndef ATM_PLAIN_PRIVATE_H
#define ATM_PLAIN_PRIVATE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "../shared/wire.h"
#include "bank.h"
#include "cash.h"
#include "intl.h"
#include "receipt.h"

#define PLAIN_LINE_SIZE 256 /* a longer line is no answer to anything */
#define PLAIN_TELL 40       /* things to tell at the next menu, at most */
#define PLAIN_NOTICES 32    /* things that were told, for the list of them */

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
	bool echo_off;
	struct termios modes;
	bool input_end, skip_line;
	char lines[4096]; /* read, and not yet asked for */
	size_t lines_length;

	bool end;    /* no more input, or told to end */
	bool over;   /* the session is gone without our asking */
	bool closed; /* it ended with its account */
	enum bank_outcome over_by;

	enum bank_link link;
	char why[128]; /* why the link is down */
	bool waiting;
	struct bank_reply reply; /* the last answer; a copy */
	char *reply_lines, *reply_text;
	enum cash_result cash_result;
	bool printed;
	char tell[PLAIN_TELL][256];
	size_t tell_count;
	char notices[PLAIN_NOTICES][256]; /* the oldest first */
	size_t notice_count;
	char customer[WIRE_ID_SIZE];
	char receipt[RECEIPT_SIZE]; /* of the last transaction */
	size_t receipt_length;
};

/* plain_io.c */
int plain_open_input(struct plain *plain);
void plain_close_input(struct plain *plain);
/*
 * Asks; `answer` gets the line, blanks at both ends cut off.  False at the
 * end: of the input, or of the session.
 */
bool plain_ask(
    struct plain *plain, const char *prompt, char answer[PLAIN_LINE_SIZE]);
/* Likewise, as typed and without echo; the caller wipes it. */
bool plain_ask_secret(
    struct plain *plain, const char *prompt, char answer[PLAIN_LINE_SIZE]);
/*
 * Asks until one of labels[0..count) is chosen by its number; its index, or
 * -1 at the end.  A `question` is a line of its own.
 */
int plain_choose(struct plain *plain, const char *question,
    const char *const labels[], size_t count);
void plain_say(const char *line);
void plain_sayf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* plain_bank.c */
void plain_callbacks(struct plain *plain, struct bank_callbacks *callbacks);
/* Waits until a login may be sent; false after PLAIN_REACH_SECONDS. */
bool plain_wait_for_bank(struct plain *plain);
/* Waits as long for what has to be taken back; the next start goes on. */
void plain_wait_for_reversals(struct plain *plain);
/*
 * Ask the bank and wait for the answer, which is valid until the next one.
 * NULL where there is none: the session is gone, which is told at its end, or
 * the kiosk can't ask, which has been said.
 */
const struct wire_reader *plain_request(
    struct plain *plain, const char *request);
const struct wire_reader *plain_transact(
    struct plain *plain, const char *verb, const char *arguments);
/* A withdrawal to its end, which is plain->cash_result. */
const struct wire_reader *plain_hand_out(
    struct plain *plain, enum wire_account account, int64_t cents, bool exact);
/* For login and sign-up: a bank_reply_fn, and the wait for it. */
void plain_take_reply(void *context, const struct bank_reply *reply);
void plain_wait_for_reply(struct plain *plain);
void plain_forget_reply(struct plain *plain);
/* Says the reply's words, and which limit it was. */
void plain_say_reply(const struct wire_reader *reader);
/* For the next menu, and for the list of notices. */
void plain_tell(struct plain *plain, const char *line);
/* Says what was to be told at the next menu. */
void plain_say_news(struct plain *plain);

/* plain_login.c */
/* -1: a customer is logged in; else the exit code to end with. */
int plain_login(struct plain *plain);

/* plain_menu.c */
/* The main menu, once: asks, and does it. */
void plain_menu(struct plain *plain);
/* `3`; returns the exit code. */
int plain_exit(struct plain *plain);

/* What a command does; `argument` is what follows its word, or NULL. */
typedef void plain_command(struct plain *plain, const char *argument);

/* plain_money.c */
plain_command plain_transfer, plain_deposit, plain_withdraw;
/* plain_statement.c */
plain_command plain_statement;
/* plain_services.c */
plain_command plain_receipt, plain_notices, plain_language, plain_services;
/* Prints any text and says how it went. */
void plain_print(
    struct plain *plain, const char *name, const char *text, size_t length);
/* Whether it will do, typed twice, for this ID; else says why not. */
bool plain_new_password(
    const char *password, const char *again, const char *id);

#endif
