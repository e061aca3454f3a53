/* SPDX-License-Identifier: ISC */
/*
 * Messages between the processes: whole ones out of any pieces, descriptors
 * with the message that they belong to, and nothing that isn't in the table.
 */
#include <sys/socket.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../bankd/base/ipc.h"
#include "../../../shared/base/error.h"
#include "../../../shared/wire/frame.h"
#include "../../../shared/base/log.h"

#define HEADER 12

struct link {
	struct ipc *a, *b;
	int raw; /* instead of a */
};

static struct link
make_link(enum ipc_role a, enum ipc_role b)
{
	struct link link = { .raw = -1 };
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	link.a = ipc_new(fds[0], a, b);
	link.b = ipc_new(fds[1], b, a);
	assert_non_null(link.a);
	assert_non_null(link.b);
	return link;
}

/* The other end is the test's own, to write what no ipc.c would. */
static struct link
make_raw(enum ipc_role from, enum ipc_role to)
{
	struct link link = { 0 };
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	link.raw = fds[0];
	link.b = ipc_new(fds[1], to, from);
	assert_non_null(link.b);
	return link;
}

static void
free_link(struct link *link)
{
	ipc_free(link->a);
	ipc_free(link->b);
	if (link->a == NULL)
		close(link->raw);
}

static void
put_header(uint8_t *to, uint32_t length, unsigned type, unsigned zero,
    uint32_t connection)
{
	uint16_t type16 = (uint16_t)type, zero16 = (uint16_t)zero;

	memcpy(to, &length, 4);
	memcpy(to + 4, &type16, 2);
	memcpy(to + 6, &zero16, 2);
	memcpy(to + 8, &connection, 4);
}

static void
test_many_to_one_read(void **state)
{
	struct link link = make_link(IPC_FRONT, IPC_VAULT);
	struct ipc_message message;
	uint8_t body[3] = { 'S', 0, 0 };
	uint32_t i;

	(void)state;
	for (i = 1; i <= 1000; i++) {
		memcpy(body + 1, &i, 2);
		assert_int_equal(ipc_send2(link.a, IPC_FRAME, i,
				     (struct ipc_part) { body, 1 },
				     (struct ipc_part) { body + 1, 2 }),
		    0);
	}
	assert_int_equal(ipc_pending(link.a), 1000 * (HEADER + 3));
	assert_int_equal(ipc_flush(link.a), 0);
	assert_int_equal(ipc_pending(link.a), 0);
	assert_int_equal(ipc_read(link.b), 0);
	for (i = 1; i <= 1000; i++) {
		assert_int_equal(ipc_next(link.b, &message), 1);
		assert_int_equal(message.type, IPC_FRAME);
		assert_int_equal(message.connection, i);
		assert_int_equal(message.length, 3);
		assert_int_equal(message.fd, -1);
		assert_memory_equal(message.body + 1, &i, 2);
	}
	assert_int_equal(ipc_next(link.b, &message), 0);
	assert_int_equal(ipc_read(link.b), BANK_EAGAIN);
	free_link(&link);
}

static void
test_byte_by_byte(void **state)
{
	struct link link = make_raw(IPC_FRONT, IPC_VAULT);
	uint8_t data[2 * (HEADER + 5)];
	struct ipc_message message;
	int result, seen = 0;

	(void)state;
	put_header(data, 5, IPC_FRAME, 0, 7);
	memcpy(data + HEADER, "SabcdSefgh", 5);
	memcpy(data + HEADER + 5, data, HEADER + 5);
	for (size_t i = 0; i < sizeof(data); i++) {
		assert_int_equal(write(link.raw, data + i, 1), 1);
		assert_int_equal(ipc_read(link.b), 0);
		while ((result = ipc_next(link.b, &message)) == 1) {
			assert_int_equal(message.connection, 7);
			assert_memory_equal(message.body, "Sabcd", 5);
			seen++;
		}
		assert_int_equal(result, 0);
		assert_int_equal(seen, (int)((i + 1) / (HEADER + 5)));
	}
	free_link(&link);
}

/* More than the socket takes: flushed in parts while the other side reads. */
static void
test_the_largest_and_a_full_socket(void **state)
{
	struct link link = make_link(IPC_MONITOR, IPC_VAULT);
	uint8_t *body = malloc(IPC_MAX_BODY);
	struct ipc_message message;
	int seen = 0, error = BANK_EAGAIN;

	(void)state;
	assert_non_null(body);
	for (size_t i = 0; i < IPC_MAX_BODY; i++)
		body[i] = (uint8_t)(i * 7 + i / 256);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    ipc_send(link.a, IPC_CONFIG, 0, body, IPC_MAX_BODY, -1), 0);
	assert_int_equal(
	    ipc_send(link.a, IPC_CONFIG, 0, body, (size_t)IPC_MAX_BODY + 1, -1),
	    BANK_EINVAL);
	assert_int_equal(ipc_flush(link.a), BANK_EAGAIN);
	while (seen < 3) {
		if (error == BANK_EAGAIN)
			error = ipc_flush(link.a);
		assert_true(error == 0 || error == BANK_EAGAIN);
		assert_int_equal(ipc_read(link.b), 0);
		while (ipc_next(link.b, &message) == 1) {
			assert_int_equal(message.length, IPC_MAX_BODY);
			assert_memory_equal(message.body, body, IPC_MAX_BODY);
			seen++;
		}
	}
	free(body);
	free_link(&link);
}

/* Which pipe a descriptor leads to: the byte that comes out of it. */
static int
byte_of(int fd)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 1);
	return byte;
}

static int
pipe_with(char byte)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], &byte, 1), 1);
	close(fds[1]);
	return fds[0];
}

static void
test_descriptors_stay_with_their_messages(void **state)
{
	struct link link = make_link(IPC_MONITOR, IPC_VAULT);
	struct ipc_message message;
	int fd;

	(void)state;
	for (char byte = 'a'; byte <= 'h'; byte++) {
		fd = pipe_with(byte);
		assert_int_equal(
		    ipc_send(link.a, IPC_CONFIG, 0, &byte, 1, -1), 0);
		assert_int_equal(
		    ipc_send(link.a, IPC_CONTROL, 0, &byte, 1, fd), 0);
		assert_int_equal(ipc_send(link.a, IPC_PEER, 0, NULL, 0, fd), 0);
		close(fd); /* it was duplicated */
	}
	assert_int_equal(ipc_flush(link.a), 0);
	for (char byte = 'a'; byte <= 'h'; byte++) {
		assert_int_equal(ipc_next_wait(link.b, &message), 1);
		assert_int_equal(message.type, IPC_CONFIG);
		assert_int_equal(message.fd, -1);
		assert_int_equal(ipc_next_wait(link.b, &message), 1);
		assert_int_equal(message.type, IPC_CONTROL);
		assert_int_equal(message.body[0], byte);
		assert_true((fcntl(message.fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_int_equal(byte_of(message.fd), byte);
		close(message.fd);
		assert_int_equal(ipc_next_wait(link.b, &message), 1);
		assert_int_equal(message.type, IPC_PEER);
		close(message.fd);
	}
	free_link(&link);
}

/* Descriptors left on either side are closed with it. */
static void
test_descriptors_do_not_leak(void **state)
{
	int before = dup(0), after;

	(void)state;
	close(before);
	for (int i = 0; i < 50; i++) {
		struct link link = make_link(IPC_MONITOR, IPC_VAULT);
		int fd = pipe_with('x');

		assert_int_equal(ipc_send(link.a, IPC_PEER, 0, NULL, 0, fd), 0);
		assert_int_equal(ipc_send(link.a, IPC_PEER, 0, NULL, 0, fd), 0);
		close(fd);
		if (i % 2 == 0) {
			assert_int_equal(ipc_flush(link.a), 0);
			assert_int_equal(ipc_read(link.b), 0);
		}
		free_link(&link);
	}
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

static void
test_the_front_can_send_the_vault_no_descriptor(void **state)
{
	struct link link = make_raw(IPC_FRONT, IPC_VAULT);
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	uint8_t data[HEADER];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int fd = pipe_with('x'), before = dup(0);

	(void)state;
	close(before);
	put_header(data, 0, IPC_DISCONNECTED, 0, 1);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	assert_int_equal(sendmsg(link.raw, &msg, 0), sizeof(data));
	assert_int_equal(ipc_read(link.b), BANK_EINVAL);
	assert_int_equal(dup(0), before);
	close(before);
	close(fd);
	free_link(&link);
}

static void
test_only_what_is_in_the_table_is_sent(void **state)
{
	struct link link = make_link(IPC_FRONT, IPC_VAULT);
	uint8_t body[FRAME_BINDING_SIZE + 64] = { 0 };
	const size_t most = sizeof(body);

	(void)state;
	assert_int_equal(ipc_send(link.a, IPC_CONNECTED, 1, body, most, -1), 0);
	assert_int_equal(
	    ipc_send(link.a, IPC_CONNECTED, 0, body, most, -1), BANK_EINVAL);
	assert_int_equal(
	    ipc_send(link.a, IPC_CONNECTED, 1, body, FRAME_BINDING_SIZE, -1),
	    BANK_EINVAL);
	assert_int_equal(
	    ipc_send(link.a, IPC_CONNECTED, 1, body, most, 0), BANK_EINVAL);
	assert_int_equal(
	    ipc_send(link.a, IPC_SEND, 1, body, 4, -1), BANK_EINVAL);
	assert_int_equal(
	    ipc_send(link.a, IPC_LOG, 0, body, 4, -1), BANK_EINVAL);
	assert_int_equal(
	    ipc_send(link.a, IPC_TYPE_COUNT, 0, NULL, 0, -1), BANK_EINVAL);
	assert_int_equal(
	    ipc_send(link.a, IPC_PEER, 0, NULL, 0, 0), BANK_EINVAL);
	assert_int_equal(ipc_pending(link.a), HEADER + most);
	free_link(&link);
}

/* Each of these headers ends the link as soon as it is whole. */
static void
test_malformed_headers(void **state)
{
	static const struct {
		uint32_t length;
		unsigned type, zero;
		uint32_t connection;
	} wrong[] = {
		{ 0, 0, 0, 0 },
		{ 0, IPC_TYPE_COUNT, 0, 1 },
		{ 0, 65535, 0, 1 },
		{ 0, IPC_DISCONNECTED, 1, 1 },
		{ 0, IPC_DISCONNECTED, 0, 0 },
		{ 1, IPC_DISCONNECTED, 0, 1 },
		{ 4, IPC_SEND, 0, 1 },
		{ 0, IPC_PEER, 0, 0 },
		{ 0, IPC_STOP, 0, 0 },
		{ 3, IPC_HELLO, 0, 0 },
		{ 0, IPC_FRAME, 0, 1 },
		{ FRAME_MAX_LENGTH + 1, IPC_FRAME, 0, 1 },
		{ UINT32_MAX, IPC_FRAME, 0, 1 },
		{ UINT32_MAX - HEADER + 1, IPC_FRAME, 0, 1 },
	};
	struct ipc_message message;
	uint8_t data[HEADER];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct link link = make_raw(IPC_FRONT, IPC_VAULT);

		put_header(data, wrong[i].length, wrong[i].type, wrong[i].zero,
		    wrong[i].connection);
		assert_int_equal(write(link.raw, data, HEADER), HEADER);
		assert_int_equal(ipc_read(link.b), 0);
		assert_int_equal(ipc_next(link.b, &message), BANK_EINVAL);
		assert_int_equal(ipc_next(link.b, &message), BANK_EINVAL);
		free_link(&link);
	}
}

/* A message that must carry a descriptor, without one. */
static void
test_a_missing_descriptor(void **state)
{
	struct link link = make_raw(IPC_MONITOR, IPC_FRONT);
	struct ipc_message message;
	uint8_t data[HEADER];

	(void)state;
	put_header(data, 0, IPC_LISTENER, 0, 0);
	assert_int_equal(write(link.raw, data, HEADER), HEADER);
	assert_int_equal(ipc_read(link.b), 0);
	assert_int_equal(ipc_next(link.b, &message), BANK_EINVAL);
	free_link(&link);
}

/* Random bytes never do harm; the seed replays. */
static void
test_garbage(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);
	struct ipc_message message;
	uint8_t data[512];

	(void)state;
	print_message("SEED=%u\n", seed);
	srandom(seed);
	for (int round = 0; round < 2000; round++) {
		struct link link = make_raw(IPC_MONITOR, IPC_VAULT);
		size_t length = (size_t)(random() % (long)sizeof(data)) + 1;
		int result;

		for (size_t i = 0; i < length; i++)
			data[i] = (uint8_t)random();
		if (round % 2 == 0 && length > HEADER)
			put_header(data, (uint32_t)(random() % 600),
			    (unsigned)(random() % (IPC_TYPE_COUNT + 2)), 0,
			    (uint32_t)(random() % 2));
		assert_int_equal(
		    write(link.raw, data, length), (ssize_t)length);
		assert_int_equal(ipc_read(link.b), 0);
		while ((result = ipc_next(link.b, &message)) == 1)
			assert_true(message.length <= length);
		assert_true(result == 0 || result == BANK_EINVAL);
		free_link(&link);
	}
}

static void
test_the_end_of_the_other(void **state)
{
	struct link link = make_link(IPC_FRONT, IPC_VAULT);
	struct ipc_message message;

	(void)state;
	assert_int_equal(ipc_send(link.a, IPC_DISCONNECTED, 9, NULL, 0, -1), 0);
	assert_int_equal(ipc_drain(link.a), 0);
	ipc_free(link.a);
	/* What it said before its end is still heard. */
	assert_int_equal(ipc_next_wait(link.b, &message), 1);
	assert_int_equal(message.connection, 9);
	assert_int_equal(ipc_next_wait(link.b, &message), BANK_ECLOSED);
	assert_int_equal(ipc_send(link.b, IPC_CLOSE, 9, NULL, 0, -1), 0);
	assert_int_equal(ipc_flush(link.b), BANK_ECLOSED);
	ipc_free(link.b);
}

static void
test_log_lines(void **state)
{
	struct link link = make_link(IPC_VAULT, IPC_MONITOR);
	char line[3 * LOG_LINE_SIZE];
	struct ipc_message message;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	ipc_log(link.a, LOG_NOTICE, "event key=value");
	ipc_log(link.a, LOG_ERR, line);
	assert_int_equal(ipc_next_wait(link.b, &message), 1);
	assert_int_equal(message.type, IPC_LOG);
	assert_int_equal(message.body[0], LOG_NOTICE);
	assert_memory_equal(message.body + 1, "event key=value", 15);
	assert_int_equal(message.length, 16);
	assert_int_equal(ipc_next_wait(link.b, &message), 1);
	assert_int_equal(message.length, 1 + LOG_LINE_SIZE);
	free_link(&link);
}

/* A monitor that doesn't read costs memory up to a bound, then lines. */
static void
test_log_lines_are_dropped_before_memory_is(void **state)
{
	struct link link = make_link(IPC_VAULT, IPC_MONITOR);
	char line[LOG_LINE_SIZE];
	size_t before;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	for (int i = 0; i < 20000; i++)
		ipc_log(link.a, LOG_NOTICE, line);
	before = ipc_pending(link.a);
	assert_true(before < (size_t)8 * 1024 * 1024);
	ipc_log(link.a, LOG_NOTICE, line);
	assert_int_equal(ipc_pending(link.a), before);
	/* What isn't a log line still goes. */
	assert_int_equal(ipc_send(link.a, IPC_ALIVE, 0, NULL, 0, -1), 0);
	free_link(&link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_to_one_read),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_the_largest_and_a_full_socket),
		cmocka_unit_test(test_descriptors_stay_with_their_messages),
		cmocka_unit_test(test_descriptors_do_not_leak),
		cmocka_unit_test(
		    test_the_front_can_send_the_vault_no_descriptor),
		cmocka_unit_test(test_only_what_is_in_the_table_is_sent),
		cmocka_unit_test(test_malformed_headers),
		cmocka_unit_test(test_a_missing_descriptor),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_the_end_of_the_other),
		cmocka_unit_test(test_log_lines),
		cmocka_unit_test(test_log_lines_are_dropped_before_memory_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
