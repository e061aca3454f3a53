/* SPDX-License-Identifier: ISC */
/*
 * The control socket: what bankctl(8) says to bankd, and the monitor's side
 * of it.
 *
 * bankctl sends a request (control_codec.h) and shuts its side down; the
 * answer ends with the connection.
 *
 * The monitor itself carries out status, reload, stop, log and monitor, whose
 * rows go on until the bank stops.  All else is the vault's (the tables of
 * operator_row.h).  `--as USER` may stand before a command, `--reason TEXT`
 * behind it.
 *
 * Who may: root, the user that bankd runs as, the owner of the state
 * directory, the members of control_group; what, by their roles
 * (control_who.h).
 */
#ifndef BANKD_CONTROL_H
#define BANKD_CONTROL_H

#include <stddef.h>
#include <sys/types.h>

#include <event2/event.h>

#define CONTROL_REQUEST_MAX 65536

struct control;
struct control_client;
struct control_text;
struct ucred;

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

/* The answer, to be written by control_codec.h. */
struct control_text *control_answer(struct control_client *client);
/* What there is of the answer goes now; BANK_ECLOSED: end the client. */
int control_flush(struct control_client *client);
/* Ends the answer and the client. */
void control_end(struct control_client *client, int code, const char *message);
/* Whom the kernel says that it is. */
const struct ucred *control_peer(const struct control_client *client);
/* The connection, to be passed on; after it control_forget(). */
int control_fd(const struct control_client *client);
void control_forget(struct control_client *client);

#endif
