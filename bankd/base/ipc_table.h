/* SPDX-License-Identifier: ISC */
/*
 * What monitor, front and vault say to each other: each type of message, and
 * who may send it to whom.
 */
#ifndef BANKD_IPC_TABLE_H
#define BANKD_IPC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPC_MAX_BODY (1024 * 1024)

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

struct ipc_rule {
	unsigned from, to; /* bits 1 << enum ipc_role */
	uint32_t shortest, longest;
	bool fd, connection; /* whether a descriptor, a number must be there */
};

/* The row for such a message, or NULL where there is none. */
const struct ipc_rule *ipc_rule_find(enum ipc_role from, enum ipc_role to,
    unsigned type, uint32_t connection, size_t length);
bool ipc_may_carry_fds(enum ipc_role from, enum ipc_role to);

#endif
