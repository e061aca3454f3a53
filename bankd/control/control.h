/* SPDX-License-Identifier: ISC */
/*
 * The control socket: what bankctl(8) says to bankd, and the monitor's side
 * of it.
 *
 * bankctl sends one line `command arg ...`, tokens separated by a space (\s
 * \t \n \\ stand for a space, a tab, a newline, a backslash within one),
 * after it lines of secrets where the command takes some, and then shuts its
 * side down.  The answer is lines of fields separated by tabs (\t \n \\):
 *
 *	= name ...    the columns of the rows; without it each row is a fact:
 *	              a name and its value
 *	+ value ...   a row
 *	. 0           done, or: . CODE message, with a code of sysexits(3)
 *
 * status, reload, stop, log and monitor, whose rows go on until the bank
 * stops, are the monitor's; the vault's, with their columns:
 *
 *	accounts, account ID       id name savings checking state
 *	                           opened last-login
 *	export FORMAT BANK [ID]    text: its pieces
 *	deposit ID 1|2 AMOUNT REASON TXID, adjust likewise, reverse SEQ TXID
 *	                           facts: entry time id booked (now|before)
 *	kiosk list                 name cash state key
 *	kiosk add NAME KEY yes|no  the public key in hex; whether with cash
 *	kiosk rekey NAME KEY
 *	kiosk revoke NAME          and others, which bankctl(8) lists
 *
 * Who may: root, the user that bankd runs as, the owner of the state
 * directory, the members of control_group.
 */
#ifndef BANKD_CONTROL_H
#define BANKD_CONTROL_H

#include <stddef.h>
#include <sys/types.h>

#include <event2/event.h>

#define CONTROL_REQUEST_MAX 65536

struct control;
struct control_client;

/*
 * A whole request, with a NUL behind it, wiped afterwards.  The handler owns
 * the client from now on: it answers and calls control_end(), now or later.
 */
typedef void control_handler(void *context, struct control_client *client,
    const char *request, size_t length);

struct control_options {
	const char *path, *group; /* group "": none */
	uid_t owner;
	control_handler *handler;
	void *context;
};

/*
 * Listens.  NULL with the sysexits(3) code in *exit_code and the reason in
 * error: another bankd there, no such group, no right.
 */
struct control *control_open(struct event_base *base,
    const struct control_options *options, int *exit_code, char *error,
    size_t size);
/* No new ones; the socket's file goes.  Clients that wait are kept. */
void control_close(struct control *control);

/* One line of the answer: `kind` is '=' or '+'; fields end with NULL. */
void control_line(struct control_client *client, int kind, ...)
    __attribute__((sentinel));
/* What there is of the answer goes now; BANK_ECLOSED: end the client. */
int control_flush(struct control_client *client);
/* Ends the answer and the client. */
void control_end(struct control_client *client, int code, const char *message);
/* The connection, to be passed on; after it control_forget(). */
int control_fd(const struct control_client *client);
void control_forget(struct control_client *client);

#endif
