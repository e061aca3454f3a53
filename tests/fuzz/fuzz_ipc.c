/* SPDX-License-Identifier: ISC */
/*
 * Bytes of a process that was taken over, on the link that the first byte
 * says: what comes out is in the table and is what came in, in order; a
 * refusal is final.
 */
#include <sys/socket.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../bankd/base/ipc.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define HEADER_SIZE 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
check_message(enum ipc_role from, enum ipc_role to,
    const struct ipc_message *message, const uint8_t *data, size_t left)
{
	uint32_t length = (uint32_t)message->length;
	uint16_t type = (uint16_t)message->type;

	assert(left >= HEADER_SIZE + message->length);
	assert(ipc_rule_find(from, to, type, message->connection,
		   message->length) != NULL);
	assert(message->fd == -1);
	assert(memcmp(data, &length, 4) == 0);
	assert(memcmp(data + 4, &type, 2) == 0);
	assert(memcmp(data + 8, &message->connection, 4) == 0);
	assert(length == 0 ||
	    memcmp(data + HEADER_SIZE, message->body, length) == 0);
	return HEADER_SIZE + message->length;
}

static void
check_link(
    enum ipc_role from, enum ipc_role to, const uint8_t *data, size_t size)
{
	struct ipc_message message;
	size_t taken = 0;
	struct ipc *ipc;
	int fds[2], error, result = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 ||
	    (ipc = ipc_new(fds[0], to, from)) == NULL)
		abort();
	if (size > 0 && write(fds[1], data, size) != (ssize_t)size)
		abort();
	close(fds[1]);
	while ((error = ipc_read(ipc)) == 0) {
		while ((result = ipc_next(ipc, &message)) == 1)
			taken += check_message(
			    from, to, &message, data + taken, size - taken);
		if (result < 0)
			break;
	}
	assert(error == 0 || error == BANK_ECLOSED);
	assert(result == 0 || result == BANK_EINVAL);
	assert(ipc_next(ipc, &message) == result);
	ipc_free(ipc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		enum ipc_role from, to;
	} links[] = {
		{ IPC_FRONT, IPC_VAULT },
		{ IPC_VAULT, IPC_FRONT },
		{ IPC_FRONT, IPC_MONITOR },
		{ IPC_VAULT, IPC_MONITOR },
		{ IPC_MONITOR, IPC_VAULT },
		{ IPC_COURIER, IPC_VAULT },
		{ IPC_VAULT, IPC_COURIER },
		{ IPC_COURIER, IPC_MONITOR },
	};
	size_t i;

	if (size == 0 || size > 65536)
		return 0;
	i = data[0] % NELEM(links);
	check_link(links[i].from, links[i].to, data + 1, size - 1);
	return 0;
}
