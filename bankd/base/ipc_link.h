/* SPDX-License-Identifier: ISC */
/*
 * One end of a link to a sibling process in an event loop: messages (ipc.h)
 * are sent when there is room, and taken as they come.
 *
 * The rule for bad messages, stated here once: a malformed message from a
 * sibling process is fatal (the receiver drops that sibling; the monitor
 * starts another); from a client it costs that client its connection; from
 * an operator it is a clear error.
 */
#ifndef BANKD_IPC_LINK_H
#define BANKD_IPC_LINK_H

#include <event2/event.h>

#include "ipc.h"

/* Zeros: nobody there. */
struct ipc_link {
	struct ipc *ipc;
	struct event *reading, *writing;
};

/* Who talks to whom, and what the loop calls. */
struct ipc_link_kind {
	enum ipc_role self, peer;
	event_callback_fn readable, writable;
};

/* One message; 0, or an error that ends the reading: BANK_EINVAL, malformed. */
typedef int ipc_link_take(void *context, struct ipc_message *message);

/*
 * Owns `fd` from now on, also where there is no memory: then the link is as
 * it was, with nobody there.  Nothing is read before ipc_link_listen().
 * 0 or BANK_ENOMEM.
 */
int ipc_link_join(struct ipc_link *link, struct event_base *base, int fd,
    const struct ipc_link_kind *kind, void *context);
int ipc_link_listen(struct ipc_link *link);
/*
 * Sends what is queued: the rest, if any, when `writable` is called, which
 * calls this again.  0, also where nobody is there; or why the link is lost.
 */
int ipc_link_flush(struct ipc_link *link);
/* Bytes that wait to be sent; 0 where nobody is there. */
size_t ipc_link_pending(const struct ipc_link *link);
/*
 * Reads once, and takes all messages that came.  0; BANK_EAGAIN: nothing
 * came; BANK_EINVAL: malformed; or why the link is lost.
 */
int ipc_link_read(struct ipc_link *link, ipc_link_take *take, void *context);
/* The second half alone: what was read before. */
int ipc_link_rest(struct ipc_link *link, ipc_link_take *take, void *context);
/* Nobody there any more; also where nobody was. */
void ipc_link_close(struct ipc_link *link);

#endif
