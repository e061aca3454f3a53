/* SPDX-License-Identifier: ISC */
/*
 * The table of messages between bankd's processes: for each, who may
 * send it to whom, how long its body may be, whether a descriptor and a
 * connection's number belong to it.  What isn't in it is malformed.
 */
#include "ipc_table.h"

#include "../../shared/wire/frame.h"
#include "../../shared/wire/wire.h"
#include "../../shared/base/log.h"
#include "../../shared/base/progress.h"

#define M (1U << IPC_MONITOR)
#define F (1U << IPC_FRONT)
#define V (1U << IPC_VAULT)
#define C (1U << IPC_COURIER)
#define CHILD (F | V | C)
#define TEXT_MAX 4096
#define STATUS_MAX 16384

static const struct ipc_rule rules[IPC_TYPE_COUNT] = {
	[IPC_CONFIG] = { M, CHILD, .longest = IPC_MAX_BODY },
	[IPC_LEAF] = { M, F, .shortest = 1, .longest = IPC_MAX_BODY },
	[IPC_LEAF_KEY] = { M, F, .shortest = 1, .longest = IPC_MAX_BODY },
	[IPC_LISTENER] = { M, F, .fd = true },
	[IPC_PEER] = { M, CHILD, .fd = true },
	[IPC_START] = { M, CHILD, .longest = 0 },
	[IPC_STOP] = { M, CHILD, .longest = 0 },
	[IPC_STATUS] = { M, CHILD, .longest = 0 },
	[IPC_LEVEL] = { M, CHILD, .shortest = 1, .longest = 1 },
	[IPC_PAUSE] = { M, V, .longest = 0 },
	[IPC_CONTROL] = { M, V, .shortest = 1, .longest = IPC_MAX_BODY,
	    .fd = true },
	[IPC_LOG] = { CHILD, M, .shortest = 1, .longest = 1 + LOG_LINE_SIZE },
	[IPC_READY] = { CHILD, M, .longest = TEXT_MAX },
	[IPC_FAILED] = { CHILD, M, .shortest = 1, .longest = TEXT_MAX },
	[IPC_STATUS_REPLY] = { CHILD, M, .longest = STATUS_MAX },
	[IPC_RELOADED] = { F | V, M, .shortest = 1, .longest = TEXT_MAX },
	[IPC_STOPPED] = { F, M, .longest = 0 },
	[IPC_ALIVE] = { CHILD, M, .longest = 0 },
	[IPC_JOIN] = { M, V, .fd = true },
	[IPC_LOT_BANK] = { V, C, .shortest = IPC_LOT_BANK_SIZE,
	    .longest = IPC_LOT_BANK_SIZE },
	[IPC_LOT_PUT] = { V, C, .shortest = 1, .longest = IPC_MAX_BODY,
	    .connection = true },
	[IPC_LOT_GET] = { V, C, .shortest = IPC_LOT_HEAD_SIZE,
	    .longest = IPC_LOT_HEAD_SIZE, .connection = true },
	[IPC_LOT_FIRM] = { V, C, .connection = true },
	[IPC_LOT_HAVE] = { V, C, .shortest = 8, .longest = 8 },
	[IPC_HOST_LIST] = { V, C, .connection = true },
	[IPC_HOST_INIT] = { V, C, .shortest = 1, .longest = IPC_MAX_BODY,
	    .connection = true },
	[IPC_HOST_FORGET] = { V, C, .shortest = 4, .longest = 4,
	    .connection = true },
	[IPC_HOST_CHECK] = { V, C, .connection = true },
	[IPC_LOT_ROW] = { C, V, .shortest = 1, .longest = IPC_MAX_BODY,
	    .connection = true },
	[IPC_HOST_ROW] = { C, V, .shortest = 1, .longest = IPC_MAX_BODY,
	    .connection = true },
	[IPC_LOT_ANSWER] = { C, V, .shortest = 1, .longest = TEXT_MAX,
	    .connection = true },
	[IPC_PROGRESS] = { V, M, .shortest = 16,
	    .longest = 16 + PROGRESS_TEXT_SIZE },
	[IPC_HELLO] = { F, V, .shortest = 2, .longest = 2 },
	[IPC_CONNECTED] = { F, V, .shortest = FRAME_BINDING_SIZE + 1,
	    .longest = FRAME_BINDING_SIZE + 64 + WIRE_SOFTWARE_SIZE,
	    .connection = true },
	[IPC_FRAME] = { F, V, .shortest = 1, .longest = FRAME_MAX_LENGTH,
	    .connection = true },
	[IPC_DISCONNECTED] = { F, V, .connection = true },
	[IPC_SEND] = { V, F, .shortest = 1 + FRAME_HEADER_SIZE + 1,
	    .longest = 1 + FRAME_HEADER_SIZE + FRAME_MAX_LENGTH,
	    .connection = true },
	[IPC_CLOSE] = { V, F, .connection = true },
	[IPC_DATAGRAM] = { V, F, .shortest = 3, .longest = 2 + 1500,
	    .connection = true },
};

const struct ipc_rule *
ipc_rule_find(enum ipc_role from, enum ipc_role to, unsigned type,
    uint32_t connection, size_t length)
{
	const struct ipc_rule *rule;

	if (type >= IPC_TYPE_COUNT)
		return NULL;
	rule = &rules[type];
	if ((rule->from & 1U << from) == 0 || (rule->to & 1U << to) == 0)
		return NULL;
	if (length < rule->shortest || length > rule->longest)
		return NULL;
	if (rule->connection != (connection != 0))
		return NULL;
	return rule;
}

bool
ipc_may_carry_fds(enum ipc_role from, enum ipc_role to)
{
	for (size_t i = 0; i < IPC_TYPE_COUNT; i++) {
		if (rules[i].fd && (rules[i].from & 1U << from) != 0 &&
		    (rules[i].to & 1U << to) != 0)
			return true;
	}
	return false;
}
