/* SPDX-License-Identifier: ISC */
/*
 * The messages between monitor, front, vault and courier: their numbers, and
 * what is in each.
 */
#ifndef BANKD_IPC_TYPES_H
#define BANKD_IPC_TYPES_H

#define IPC_LOT_BANK_SIZE 32 /* what names the bank: mark */
#define IPC_LOT_HEAD_SIZE 40 /* number(8) digest(32) */

enum ipc_role { IPC_MONITOR, IPC_FRONT, IPC_VAULT, IPC_COURIER };

enum ipc_type {
	/* monitor to its children; all of them before IPC_START */
	IPC_CONFIG = 1, /* text of config_dump(); again on a reload */
	IPC_LEAF,       /* front: PEM of the leaf; again on a renewal */
	IPC_LEAF_KEY,   /* front: PEM of its key */
	IPC_LISTENER,   /* front: fd, a listening socket */
	IPC_PEER,       /* fd: a new socket; the vault: to a front, others: to
	                 * the vault */
	IPC_JOIN,       /* vault: fd, a new socket to a courier */
	IPC_START,      /* all is there: drop, sandbox, begin */
	IPC_STOP,       /* front: take nothing more; then vault: stop */
	IPC_STATUS,     /* asks for IPC_STATUS_REPLY */
	IPC_LEVEL,   /* level(1): of the log, in place of the configuration's */
	IPC_PAUSE,   /* vault: transactions are refused from its start on */
	IPC_CONTROL, /* vault: fd of a bankctl, and its request (control.h) */
	/* children to monitor */
	IPC_LOG,          /* priority(1) line */
	IPC_READY,        /* serving; body: sandbox in force, as text */
	IPC_FAILED,       /* exit code(1) reason: about to end */
	IPC_STATUS_REPLY, /* text, lines `key value` */
	IPC_RELOADED,     /* code(1) reason: new configuration taken or not */
	IPC_STOPPED,      /* front: nothing is in hand any more */
	IPC_ALIVE,        /* its loop turns; each second */
	/* front to vault */
	IPC_HELLO,        /* from_port(2), the first message on their link */
	IPC_CONNECTED,    /* binding(32) address[ software]: a connection */
	IPC_FRAME,        /* type(1) body: a frame of the ATM's, checked */
	IPC_DISCONNECTED, /* one for each IPC_CONNECTED, IPC_CLOSE or not */
	/* vault to front */
	IPC_SEND,     /* flags(1) and a whole frame for the ATM */
	IPC_CLOSE,    /* close after what was sent */
	IPC_DATAGRAM, /* port(2) datagram, to the connection's address */
	/* vault to courier; each but the first is answered (lot_row.h) */
	IPC_LOT_BANK,    /* the first on their link: the bank's mark */
	IPC_LOT_PUT,     /* a lot, proposed */
	IPC_LOT_GET,     /* head(40): the lots behind it */
	IPC_LOT_FIRM,    /* what was read is on more than one disk */
	IPC_LOT_HAVE,    /* number(8): a host serves, up to it; no answer */
	IPC_HOST_LIST,   /* all hosts */
	IPC_HOST_INIT,   /* a lot: the journal begins with it */
	IPC_HOST_FORGET, /* host(4) */
	IPC_HOST_CHECK,  /* what is wrong with the database */
	/* courier to vault */
	IPC_LOT_ROW,    /* a lot, of those asked for */
	IPC_HOST_ROW,   /* text of a host, tab-separated */
	IPC_LOT_ANSWER, /* enum journal_answer(1) why */
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

#endif
