/* SPDX-License-Identifier: ISC */
/*
 * Messages between monitor, front and vault, over stream socket pairs:
 * length(4) type(2) zero(2) connection(4) body, host order, many to a system
 * call; some types carry one descriptor.  What isn't in the table of
 * ipc_table.c is malformed.
 */
#ifndef BANKD_IPC_H
#define BANKD_IPC_H

#include "ipc_table.h"

#define IPC_CHILD_FD 3 /* where a child finds the monitor's socket */

struct ipc_message {
	enum ipc_type type;
	uint32_t connection; /* the front's number, 0 where there is none */
	const uint8_t *body;
	size_t length;
	int fd; /* -1, or the receiver's to close */
};

struct ipc; /* one end of a socket pair: buffers both ways */

/*
 * `fd` is set non-blocking and owned from now on; `self` and `peer` choose
 * the rows of the table.  NULL where there is no memory.
 */
struct ipc *ipc_new(int fd, enum ipc_role self, enum ipc_role peer);
void ipc_free(struct ipc *ipc);
int ipc_fd(const struct ipc *ipc);

/*
 * Queues a message; nothing is written before ipc_flush().  `fd` (-1: none)
 * is duplicated.  0, BANK_EINVAL (not in the table), BANK_ENOMEM.
 */
int ipc_send(struct ipc *ipc, enum ipc_type type, uint32_t connection,
    const void *body, size_t length, int fd);
/* The same with a body of two parts. */
struct ipc_part {
	const void *data;
	size_t length;
};
int ipc_send2(struct ipc *ipc, enum ipc_type type, uint32_t connection,
    struct ipc_part head, struct ipc_part body);
/* The same of connection 0, with a descriptor. */
int ipc_send2_fd(struct ipc *ipc, enum ipc_type type, struct ipc_part head,
    struct ipc_part body, int fd);
/* The same of connection 0: a code and a text. */
int ipc_send_reason(
    struct ipc *ipc, enum ipc_type type, uint8_t code, const char *reason);
/* 0 all written; BANK_EAGAIN some is left; BANK_ECLOSED; BANK_ESYS. */
int ipc_flush(struct ipc *ipc);
size_t ipc_pending(const struct ipc *ipc);
/* Waits until all is written (before an exit). */
int ipc_drain(struct ipc *ipc);

/*
 * One read of all that is there.  0; BANK_EAGAIN; BANK_ECLOSED; BANK_ESYS;
 * BANK_EINVAL where the bytes are malformed.
 */
int ipc_read(struct ipc *ipc);
/* Blocks for the next message: 1, or what ipc_read() and ipc_next() return. */
int ipc_next_wait(struct ipc *ipc, struct ipc_message *message);
/*
 * The next whole message of what was read: 1, or 0 when there is none left,
 * or BANK_EINVAL.  message->body is valid until the next of this or
 * ipc_read(), by which it is wiped where it may hold a secret.
 */
int ipc_next(struct ipc *ipc, struct ipc_message *message);

/* A log_sink (context: struct ipc) that sends lines to the monitor. */
void ipc_log(void *context, int priority, const char *line);

#endif
