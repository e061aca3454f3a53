/* SPDX-License-Identifier: ISC */
/*
 * What monitor, front, vault and courier say to each other: each type of
 * message, and who may send it to whom.
 */
#ifndef BANKD_IPC_TABLE_H
#define BANKD_IPC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc_types.h"

#define IPC_MAX_BODY (1024 * 1024)

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
