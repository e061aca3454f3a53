/* SPDX-License-Identifier: ISC */
/*
 * Messages between monitor, front and vault, over stream socket pairs:
 * length(4) type(2) zero(2) connection(4) body, host order, many to a system
 * call; some types carry one descriptor.  The table in ipc.c says for each
 * type who may send it to whom and how long its body may be.
 */
#ifndef BANKD_IPC_H
#define BANKD_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPC_MAX_BODY (1024 * 1024)
#define IPC_CHILD_FD 3 /* where a child finds the monitor's socket */

enum ipc_role { IPC_MONITOR, IPC_FRONT, IPC_VAULT };

enum ipc_type {
	/* monitor to front and vault; all of them before IPC_START */
	IPC_CONFIG = 1, /* text of config_dump(); again on a reload */
	IPC_LEAF,       /* front: PEM of the leaf; again on a renewal */
	IPC_LEAF_KEY,   /* front: PEM of its key */
	IPC_LISTENER,   /* front: fd, a listening socket */
	IPC_PEER,       /* fd: a new socket to the other of the two */
	IPC_START,      /* all is there: drop, sandbox, begin */
	IPC_STOP,       /* front: take nothing more; then vault: stop */
	IPC_STATUS,     /* asks for IPC_STATUS_REPLY */
	IPC_LEVEL,   /* level(1): of the log, in place of the configuration's */
	IPC_PAUSE,   /* vault: transactions are refused from its start on */
	IPC_CONTROL, /* vault: fd of a bankctl, and its request (control.h) */
	/* front and vault to monitor */
	IPC_LOG,          /* priority(1) line */
	IPC_READY,        /* serving; body: sandbox in force, as text */
	IPC_FAILED,       /* exit code(1) reason: about to end */
	IPC_STATUS_REPLY, /* text, lines `key value` */
	IPC_RELOADED,     /* code(1) reason: new configuration taken or not */
	IPC_STOPPED,      /* front: nothing is in hand any more */
	IPC_ALIVE,        /* its loop turns; each second */
	/* front to vault */
	IPC_HELLO,        /* from_port(2), the first message on their link */
	IPC_CONNECTED,    /* binding(32) address text: a new connection */
	IPC_FRAME,        /* type(1) body: a frame of the ATM's, checked */
	IPC_DISCONNECTED, /* one for each IPC_CONNECTED, IPC_CLOSE or not */
	/* vault to front */
	IPC_SEND,     /* flags(1) and a whole frame for the ATM */
	IPC_CLOSE,    /* close after what was sent */
	IPC_DATAGRAM, /* port(2) datagram, to the connection's address */
	/* vault to monitor, while it starts */
	IPC_PROGRESS, /* done(8) of(8) what it is at; of 0: nobody knows */
	IPC_TYPE_COUNT
};

/* Flags of IPC_SEND, for the front's deadlines and its flow control. */
enum ipc_send_flag {
	IPC_SEND_ANSWER = 1,     /* answers one frame of this connection */
	IPC_SEND_IN_SESSION = 2, /* from now on: in a session */
	IPC_SEND_NO_SESSION = 4, /* from now on: not (a fresh G) */
	IPC_SEND_LATER = 8       /* its next frame is read after a pause */
};

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
/* Blocks for the next message: 1, or what the two below and above return. */
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
