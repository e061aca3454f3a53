/* SPDX-License-Identifier: ISC */
/*
 * The table of messages between bankd's processes: for each, who may
 * send it to whom, how long its body may be, whether a descriptor and a
 * connection's number belong to it.  What isn't in it is malformed.
 */
#include "ipc_table.h"

#include "../../shared/wire/frame.h"
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
	[IPC_CONFIG] = { M, CHILD, 0, IPC_MAX_BODY, false, false },
	[IPC_LEAF] = { M, F, 1, IPC_MAX_BODY, false, false },
	[IPC_LEAF_KEY] = { M, F, 1, IPC_MAX_BODY, false, false },
	[IPC_LISTENER] = { M, F, 0, 0, true, false },
	[IPC_PEER] = { M, CHILD, 0, 0, true, false },
	[IPC_START] = { M, CHILD, 0, 0, false, false },
	[IPC_STOP] = { M, CHILD, 0, 0, false, false },
	[IPC_STATUS] = { M, CHILD, 0, 0, false, false },
	[IPC_LEVEL] = { M, CHILD, 1, 1, false, false },
	[IPC_PAUSE] = { M, V, 0, 0, false, false },
	[IPC_CONTROL] = { M, V, 1, IPC_MAX_BODY, true, false },
	[IPC_LOG] = { CHILD, M, 1, 1 + LOG_LINE_SIZE, false, false },
	[IPC_READY] = { CHILD, M, 0, TEXT_MAX, false, false },
	[IPC_FAILED] = { CHILD, M, 1, TEXT_MAX, false, false },
	[IPC_STATUS_REPLY] = { CHILD, M, 0, STATUS_MAX, false, false },
	[IPC_RELOADED] = { F | V, M, 1, TEXT_MAX, false, false },
	[IPC_STOPPED] = { F, M, 0, 0, false, false },
	[IPC_ALIVE] = { CHILD, M, 0, 0, false, false },
	[IPC_JOIN] = { M, V, 0, 0, true, false },
	[IPC_LOT_BANK] = { V, C, IPC_LOT_BANK_SIZE, IPC_LOT_BANK_SIZE, false,
	    false },
	[IPC_LOT_PUT] = { V, C, 1, IPC_MAX_BODY, false, true },
	[IPC_LOT_GET] = { V, C, IPC_LOT_HEAD_SIZE, IPC_LOT_HEAD_SIZE, false,
	    true },
	[IPC_LOT_FIRM] = { V, C, 0, 0, false, true },
	[IPC_LOT_HAVE] = { V, C, 8, 8, false, false },
	[IPC_HOST_LIST] = { V, C, 0, 0, false, true },
	[IPC_HOST_INIT] = { V, C, 1, IPC_MAX_BODY, false, true },
	[IPC_HOST_FORGET] = { V, C, 4, 4, false, true },
	[IPC_HOST_CHECK] = { V, C, 0, 0, false, true },
	[IPC_LOT_ROW] = { C, V, 1, IPC_MAX_BODY, false, true },
	[IPC_HOST_ROW] = { C, V, 1, IPC_MAX_BODY, false, true },
	[IPC_LOT_ANSWER] = { C, V, 1, TEXT_MAX, false, true },
	[IPC_PROGRESS] = { V, M, 16, 16 + PROGRESS_TEXT_SIZE, false, false },
	[IPC_HELLO] = { F, V, 2, 2, false, false },
	[IPC_CONNECTED] = { F, V, FRAME_BINDING_SIZE + 1,
	    FRAME_BINDING_SIZE + 64, false, true },
	[IPC_FRAME] = { F, V, 1, FRAME_MAX_LENGTH, false, true },
	[IPC_DISCONNECTED] = { F, V, 0, 0, false, true },
	[IPC_SEND] = { V, F, 1 + FRAME_HEADER_SIZE + 1,
	    1 + FRAME_HEADER_SIZE + FRAME_MAX_LENGTH, false, true },
	[IPC_CLOSE] = { V, F, 0, 0, false, true },
	[IPC_DATAGRAM] = { V, F, 3, 2 + 1500, false, true },
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
