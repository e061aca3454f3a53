/* SPDX-License-Identifier: ISC */
/*
 * One end of a socket pair between monitor, front and vault: what is queued
 * and what was read.  Runs in all three; trusts no byte of the other side,
 * and takes descriptors only on a link where the table in ipc_table.c lets
 * the peer send them.
 */
#include "ipc.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "ipc_buffer.h"

#define HEADER_SIZE 12
#define FDS_MAX 16
#define BUFFER_KEEP ((size_t)1024 * 1024)
#define READ_MAX ((size_t)2 * (HEADER_SIZE + IPC_MAX_BODY))
/* A process that doesn't read for so long is lost: the link is given up. */
#define PENDING_MAX ((size_t)256 * 1024 * 1024)
/* Log lines are dropped rather than let a stuck monitor fill the memory. */
#define PENDING_LOG_MAX ((size_t)4 * 1024 * 1024)

struct header {
	uint32_t length;
	uint16_t type;
	uint16_t zero;
	uint32_t connection;
};
_Static_assert(sizeof(struct header) == HEADER_SIZE, "no padding");

struct ipc {
	int fd;
	enum ipc_role self, peer;
	bool secret, takes_fds; /* the monitor's links may carry keys */
	struct ipc_buffer in, out;
	size_t wiped; /* of in: no secret before it */
	int in_fds[FDS_MAX];
	size_t in_fd_count;
	struct out_fd {
		int fd;
		size_t at; /* bytes of out.data before its message */
	} out_fds[FDS_MAX];
	size_t out_fd_count;
};

struct ipc *
ipc_new(int fd, enum ipc_role self, enum ipc_role peer)
{
	struct ipc *ipc;
	int flags;

	if ((ipc = calloc(1, sizeof(*ipc))) == NULL)
		return NULL;
	ipc->fd = fd;
	ipc->self = self;
	ipc->peer = peer;
	ipc->secret = self == IPC_MONITOR || peer == IPC_MONITOR;
	ipc->takes_fds = ipc_may_carry_fds(peer, self);
	if ((flags = fcntl(fd, F_GETFL)) != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return ipc;
}

void
ipc_free(struct ipc *ipc)
{
	if (ipc == NULL)
		return;
	for (size_t i = 0; i < ipc->in_fd_count; i++)
		close(ipc->in_fds[i]);
	for (size_t i = 0; i < ipc->out_fd_count; i++)
		close(ipc->out_fds[i].fd);
	ipc_buffer_free(&ipc->in);
	ipc_buffer_free(&ipc->out);
	close(ipc->fd);
	free(ipc);
}

int
ipc_fd(const struct ipc *ipc)
{
	return ipc->fd;
}

size_t
ipc_pending(const struct ipc *ipc)
{
	return ipc->out.end - ipc->out.start;
}

/* As ipc_buffer_room(), where descriptors wait at their offsets. */
static int
out_room(struct ipc *ipc, size_t more)
{
	size_t moved = ipc->out.start;
	int error;

	if (ipc->out.end + more <= ipc->out.size)
		return 0;
	if ((error = ipc_buffer_room(&ipc->out, more, PENDING_MAX)) != 0)
		return error;
	for (size_t i = 0; i < ipc->out_fd_count; i++)
		ipc->out_fds[i].at -= moved;
	return 0;
}

static void
out_put(struct ipc *ipc, struct ipc_part part)
{
	if (part.length == 0)
		return;
	memcpy(ipc->out.data + ipc->out.end, part.data, part.length);
	ipc->out.end += part.length;
}

static int
out_put_fd(struct ipc *ipc, int fd)
{
	struct out_fd *slot = &ipc->out_fds[ipc->out_fd_count];

	if (ipc->out_fd_count == FDS_MAX)
		return BANK_ENOMEM;
	if ((slot->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) == -1)
		return BANK_ENOMEM;
	slot->at = ipc->out.end;
	ipc->out_fd_count++;
	return 0;
}

static int
queue(struct ipc *ipc, enum ipc_type type, uint32_t connection,
    struct ipc_part head, struct ipc_part body, int fd)
{
	struct header header = { .type = (uint16_t)type,
		.connection = connection };
	const struct ipc_rule *rule;
	int error;

	if (head.length > IPC_MAX_BODY || body.length > IPC_MAX_BODY)
		return BANK_EINVAL;
	rule = ipc_rule_find(ipc->self, ipc->peer, (unsigned)type, connection,
	    head.length + body.length);
	if (rule == NULL || rule->fd != (fd != -1))
		return BANK_EINVAL;
	header.length = (uint32_t)(head.length + body.length);
	if ((error = out_room(ipc, HEADER_SIZE + header.length)) != 0)
		return error;
	if (fd != -1 && (error = out_put_fd(ipc, fd)) != 0)
		return error;
	out_put(ipc, (struct ipc_part) { &header, HEADER_SIZE });
	out_put(ipc, head);
	out_put(ipc, body);
	return 0;
}

int
ipc_send(struct ipc *ipc, enum ipc_type type, uint32_t connection,
    const void *body, size_t length, int fd)
{
	return queue(ipc, type, connection, (struct ipc_part) { 0 },
	    (struct ipc_part) { body, length }, fd);
}

int
ipc_send2(struct ipc *ipc, enum ipc_type type, uint32_t connection,
    struct ipc_part head, struct ipc_part body)
{
	return queue(ipc, type, connection, head, body, -1);
}

int
ipc_send2_fd(struct ipc *ipc, enum ipc_type type, struct ipc_part head,
    struct ipc_part body, int fd)
{
	return queue(ipc, type, 0, head, body, fd);
}

int
ipc_send_reason(
    struct ipc *ipc, enum ipc_type type, uint8_t code, const char *reason)
{
	return ipc_send2(ipc, type, 0, (struct ipc_part) { &code, 1 },
	    (struct ipc_part) { reason, strlen(reason) });
}
/* A descriptor goes with the first byte of its message, at most one a call. */
static ssize_t
write_some(struct ipc *ipc)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = ipc->out.data + ipc->out.start,
		.iov_len = ipc_pending(ipc) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct out_fd *next = ipc->out_fds;
	struct cmsghdr *cmsg;

	if (ipc->out_fd_count > 0 && next->at > ipc->out.start)
		iov.iov_len = next->at - ipc->out.start;
	else if (ipc->out_fd_count > 0) {
		if (ipc->out_fd_count > 1)
			iov.iov_len = next[1].at - next->at;
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.space;
		msg.msg_controllen = sizeof(control.space);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &next->fd, sizeof(int));
	}
	return sendmsg(ipc->fd, &msg, MSG_NOSIGNAL);
}

static void
written(struct ipc *ipc, size_t length)
{
	if (ipc->out_fd_count > 0 && ipc->out_fds[0].at == ipc->out.start) {
		close(ipc->out_fds[0].fd);
		ipc->out_fd_count--;
		memmove(ipc->out_fds, ipc->out_fds + 1,
		    ipc->out_fd_count * sizeof(ipc->out_fds[0]));
	}
	if (ipc->secret)
		OPENSSL_cleanse(ipc->out.data + ipc->out.start, length);
	ipc->out.start += length;
	if (ipc->out.start < ipc->out.end)
		return;
	ipc->out.start = ipc->out.end = 0;
	if (ipc->out.size > BUFFER_KEEP)
		ipc_buffer_free(&ipc->out);
}

int
ipc_flush(struct ipc *ipc)
{
	ssize_t n;

	while (ipc_pending(ipc) > 0) {
		if ((n = write_some(ipc)) > 0)
			written(ipc, (size_t)n);
		else if (n == -1 && (errno == EAGAIN || errno == ENOBUFS))
			return BANK_EAGAIN;
		else if (n == -1 && (errno == EPIPE || errno == ECONNRESET))
			return BANK_ECLOSED;
		else if (n == -1 && errno != EINTR)
			return BANK_ESYS;
	}
	return 0;
}

static int
wait_for(const struct ipc *ipc, short events)
{
	struct pollfd pfd = { .fd = ipc->fd, .events = events };

	if (poll(&pfd, 1, -1) == -1 && errno != EINTR)
		return BANK_ESYS;
	return 0;
}

int
ipc_drain(struct ipc *ipc)
{
	int error;

	while ((error = ipc_flush(ipc)) == BANK_EAGAIN) {
		if ((error = wait_for(ipc, POLLOUT)) != 0)
			break;
	}
	return error;
}

static int
keep_fds(struct ipc *ipc, struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	int fd, error = 0;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL;
	     cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0);
		     at + sizeof(int) <= cmsg->cmsg_len; at += sizeof(int)) {
			memcpy(&fd, (char *)cmsg + at, sizeof(int));
			if (ipc->in_fd_count == FDS_MAX) {
				close(fd);
				error = BANK_EINVAL;
			} else
				ipc->in_fds[ipc->in_fd_count++] = fd;
		}
	}
	return error;
}

/* A read that would not fill half of the buffer leaves it as it is. */
static int
in_room(struct ipc *ipc)
{
	size_t used = ipc->in.end - ipc->in.start;
	size_t more = used * 2 > ipc->in.size ? ipc->in.size : 1;

	if (more > READ_MAX - used)
		more = READ_MAX - used;
	return ipc_buffer_room(&ipc->in, more == 0 ? 1 : more, READ_MAX);
}

/* What was taken is gone, and with it the keys and passwords in it. */
static void
wipe_taken(struct ipc *ipc)
{
	if (!ipc->secret || ipc->wiped >= ipc->in.start)
		return;
	OPENSSL_cleanse(ipc->in.data + ipc->wiped, ipc->in.start - ipc->wiped);
	ipc->wiped = ipc->in.start;
}

int
ipc_read(struct ipc *ipc)
{
	union {
		char space[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	wipe_taken(ipc);
	if (in_room(ipc) != 0)
		return BANK_ENOMEM;
	ipc->wiped = ipc->in.start; /* it may have been moved */
	iov.iov_base = ipc->in.data + ipc->in.end;
	iov.iov_len = ipc->in.size - ipc->in.end;
	if (ipc->takes_fds) {
		msg.msg_control = control.space;
		msg.msg_controllen = sizeof(control.space);
	}
	do {
		n = recvmsg(ipc->fd, &msg, MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return BANK_EAGAIN;
	if (n == 0 || (n == -1 && errno == ECONNRESET))
		return BANK_ECLOSED;
	if (n == -1)
		return BANK_ESYS;
	ipc->in.end += (size_t)n;
	if (ipc->takes_fds && keep_fds(ipc, &msg) != 0)
		return BANK_EINVAL;
	return (msg.msg_flags & MSG_CTRUNC) != 0 ? BANK_EINVAL : 0;
}

static int
take_fd(struct ipc *ipc)
{
	int fd;

	if (ipc->in_fd_count == 0)
		return -1;
	fd = ipc->in_fds[0];
	ipc->in_fd_count--;
	memmove(ipc->in_fds, ipc->in_fds + 1,
	    ipc->in_fd_count * sizeof(ipc->in_fds[0]));
	return fd;
}

int
ipc_next(struct ipc *ipc, struct ipc_message *message)
{
	const struct ipc_rule *rule;
	struct header header;

	wipe_taken(ipc);
	if (ipc->in.end - ipc->in.start < HEADER_SIZE)
		return 0;
	memcpy(&header, ipc->in.data + ipc->in.start, HEADER_SIZE);
	rule = ipc_rule_find(ipc->peer, ipc->self, header.type,
	    header.connection, header.length);
	if (rule == NULL || header.zero != 0)
		return BANK_EINVAL;
	if (ipc->in.end - ipc->in.start - HEADER_SIZE < header.length)
		return 0;
	message->type = (enum ipc_type)header.type;
	message->connection = header.connection;
	message->body = ipc->in.data + ipc->in.start + HEADER_SIZE;
	message->length = header.length;
	message->fd = -1;
	if (rule->fd && (message->fd = take_fd(ipc)) == -1)
		return BANK_EINVAL;
	ipc->in.start += HEADER_SIZE + header.length;
	return 1;
}

int
ipc_next_wait(struct ipc *ipc, struct ipc_message *message)
{
	int result, error;

	while ((result = ipc_next(ipc, message)) == 0) {
		error = ipc_read(ipc);
		if (error == BANK_EAGAIN)
			error = wait_for(ipc, POLLIN);
		if (error != 0)
			return error;
	}
	return result;
}

void
ipc_log(void *context, int priority, const char *line)
{
	uint8_t head = (uint8_t)priority;
	struct ipc *ipc = context;
	size_t length = strlen(line);

	if (ipc_pending(ipc) > PENDING_LOG_MAX)
		return;
	if (length > LOG_LINE_SIZE)
		length = LOG_LINE_SIZE;
	if (ipc_send2(ipc, IPC_LOG, 0, (struct ipc_part) { &head, 1 },
		(struct ipc_part) { line, length }) == 0)
		(void)ipc_flush(ipc);
}
