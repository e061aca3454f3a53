/* SPDX-License-Identifier: ISC */
/*
 * The table of messages between monitor, front and vault: for each, who may
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
#define TEXT_MAX 4096

static const struct ipc_rule rules[IPC_TYPE_COUNT] = {
	[IPC_CONFIG] = { M, F | V, 0, IPC_MAX_BODY, false, false },
	[IPC_LEAF] = { M, F, 1, IPC_MAX_BODY, false, false },
	[IPC_LEAF_KEY] = { M, F, 1, IPC_MAX_BODY, false, false },
	[IPC_LISTENER] = { M, F, 0, 0, true, false },
	[IPC_PEER] = { M, F | V, 0, 0, true, false },
	[IPC_START] = { M, F | V, 0, 0, false, false },
	[IPC_STOP] = { M, F | V, 0, 0, false, false },
	[IPC_STATUS] = { M, F | V, 0, 0, false, false },
	[IPC_LEVEL] = { M, F | V, 1, 1, false, false },
	[IPC_PAUSE] = { M, V, 0, 0, false, false },
	[IPC_CONTROL] = { M, V, 1, IPC_MAX_BODY, true, false },
	[IPC_LOG] = { F | V, M, 1, 1 + LOG_LINE_SIZE, false, false },
	[IPC_READY] = { F | V, M, 0, TEXT_MAX, false, false },
	[IPC_FAILED] = { F | V, M, 1, TEXT_MAX, false, false },
	[IPC_STATUS_REPLY] = { F | V, M, 0, TEXT_MAX, false, false },
	[IPC_RELOADED] = { F | V, M, 1, TEXT_MAX, false, false },
	[IPC_STOPPED] = { F, M, 0, 0, false, false },
	[IPC_ALIVE] = { F | V, M, 0, 0, false, false },
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
