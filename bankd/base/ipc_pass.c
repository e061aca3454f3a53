/* SPDX-License-Identifier: ISC */
/*
 * Descriptors as messages of one byte.  Run in the monitor, the vault and
 * bankctl.
 */
#include "ipc_pass.h"

#include <sys/socket.h>

#include <string.h>

#include "../../shared/base/error.h"

union descriptor {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int
ipc_pass_give(int link_fd, int fd)
{
	union descriptor control = { { 0 } };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space) };
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(int));
	return sendmsg(link_fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1
	    ? 0
	    : BANK_ESYS;
}

int
ipc_pass_take(int link_fd)
{
	union descriptor control;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space) };
	const struct cmsghdr *part;
	int fd = -1;

	if (recvmsg(link_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return -1;
	part = CMSG_FIRSTHDR(&message);
	if (part != NULL && part->cmsg_level == SOL_SOCKET &&
	    part->cmsg_type == SCM_RIGHTS &&
	    part->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(part), sizeof(int));
	return fd;
}
