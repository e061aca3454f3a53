/* SPDX-License-Identifier: ISC */
/*
 * What ipc.c alone needs: the table of who may say what to whom, and its
 * growing buffers.
 */
#ifndef BANKD_IPC_TABLE_H
#define BANKD_IPC_TABLE_H

#include "ipc.h"

struct ipc_rule {
	unsigned from, to; /* bits 1 << enum ipc_role */
	uint32_t shortest, longest;
	bool fd, connection; /* whether a descriptor, a number must be there */
};

/* The row for such a message, or NULL where there is none. */
const struct ipc_rule *ipc_rule_find(enum ipc_role from, enum ipc_role to,
    unsigned type, uint32_t connection, size_t length);
bool ipc_may_carry_fds(enum ipc_role from, enum ipc_role to);

/* Bytes in use are data[start..end). */
struct ipc_buffer {
	uint8_t *data;
	size_t size, start, end;
};

/*
 * Moves what is in use to the front and makes room for `more` behind it.
 * BANK_ENOMEM, also where more than `limit` would be in use.
 */
int ipc_buffer_room(struct ipc_buffer *buffer, size_t more, size_t limit);
/* Wipes and frees. */
void ipc_buffer_free(struct ipc_buffer *buffer);

#endif
