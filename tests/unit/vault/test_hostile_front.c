/* SPDX-License-Identifier: ISC */
/*
 * A real vault behind a front that was taken over: every message malformed,
 * out of order, for other connections, with descriptors, in pieces.  The
 * vault drops such a front or goes on; sessions and money are as they were.
 */
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../../bankd/base/ipc_table.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../../shared/wire/wire.h"
#include "../../lib/vault_fixture.h"

#define HEADER_SIZE 12
#define BODY_MAX 1024

static struct vaults fixture;
static struct vaults_atm chris;

static int
setup(void **state)
{
	(void)state;
	vaults_start(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	seal_wipe(&chris.keys);
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	return 0;
}

/* What ipc_send() would refuse; a vault that has closed is no failure. */
static void
send_raw(const void *data, size_t length)
{
	(void)send(ipc_fd(fixture.front), data, length, MSG_NOSIGNAL);
}

static size_t
put_message(uint8_t *to, unsigned type, unsigned zero, uint32_t connection,
    size_t claimed, const void *body, size_t length)
{
	uint32_t length32 = (uint32_t)claimed;
	uint16_t type16 = (uint16_t)type, zero16 = (uint16_t)zero;

	memcpy(to, &length32, 4);
	memcpy(to + 4, &type16, 2);
	memcpy(to + 6, &zero16, 2);
	memcpy(to + 8, &connection, 4);
	if (length > 0)
		memcpy(to + HEADER_SIZE, body, length);
	return HEADER_SIZE + length;
}

/* A new front finds the session and the money as they were. */
static void
assert_still_right(void)
{
	vaults_front(&fixture);
	vaults_connect(&fixture, &chris, 1);
	vaults_resume(&fixture, &chris);
	assert_int_equal(vaults_answer(&fixture, &chris), 200);
	assert_int_equal(vaults_ask(&fixture, &chris, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "10000.00");
}

static void
assert_dropped(void)
{
	assert_true(vaults_is_dropped(&fixture));
	assert_still_right();
}

/* Of each type: lengths and numbers that the table doesn't have. */
static void
test_malformed(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 3, FRAME_BINDING_SIZE,
		FRAME_BINDING_SIZE + 65, FRAME_MAX_LENGTH + 1, IPC_MAX_BODY,
		(size_t)IPC_MAX_BODY + 1, UINT32_MAX };
	static const uint32_t numbers[] = { 0, 1, UINT32_MAX };
	uint8_t message[HEADER_SIZE + BODY_MAX];
	unsigned tried = 0;

	(void)state;
	for (unsigned i = 0; i <= IPC_TYPE_COUNT + 2; i++) {
		unsigned type = i <= IPC_TYPE_COUNT + 1 ? i : UINT16_MAX;

		for (size_t j = 0; j < NELEM(lengths) * NELEM(numbers); j++) {
			size_t length = lengths[j / NELEM(numbers)];
			uint32_t number = numbers[j % NELEM(numbers)];

			if (ipc_rule_find(IPC_FRONT, IPC_VAULT, type, number,
				length) != NULL)
				continue;
			/* Of what no front may send, one is enough. */
			if (type < IPC_HELLO && j > 0)
				break;
			send_raw(message,
			    put_message(
				message, type, 0, number, length, NULL, 0));
			assert_dropped();
			tried++;
		}
	}
	assert_true(tried > 60);
	/* What is to be zero isn't. */
	send_raw(message, put_message(message, IPC_HELLO, 1, 0, 2, "\0\0", 2));
	assert_dropped();
}

/* Right in form, wrong where they come; `true`: the front's end. */
static void
test_out_of_order(void **state)
{
	static const uint8_t zeros[BODY_MAX] = { 0 };
	static const char binding[] = "0123456789abcdef0123456789abcdef";
	static const char spelled[] =
	    "0123456789abcdef0123456789abcdef127.0.0.x";
	/* The software's name is behind the address, or nothing is. */
	static const char nameless[] =
	    "0123456789abcdef0123456789abcdef127.0.0.1 ";
	static const char named_twice[] =
	    "0123456789abcdef0123456789abcdef127.0.0.1 a b";
	static const char nowhere[] = "0123456789abcdef0123456789abcdef a";
	static const struct {
		enum ipc_type type;
		uint32_t connection;
		const char *body;
		size_t length;
	} cases[] = {
		{ IPC_HELLO, 0, "\0\1", 2 }, /* with a connection there */
		{ IPC_FRAME, 2, "S", 273 },
		{ IPC_FRAME, UINT32_MAX, "L", 753 },
		{ IPC_DISCONNECTED, 2, "", 0 },
		{ IPC_DISCONNECTED, UINT32_MAX, "", 0 },
		{ IPC_CONNECTED, 1, "", FRAME_BINDING_SIZE + 9 },
		{ IPC_CONNECTED, 2, "", FRAME_BINDING_SIZE + 1 },
		{ IPC_CONNECTED, 2, binding, FRAME_BINDING_SIZE + 64 },
		{ IPC_CONNECTED, 2, spelled, FRAME_BINDING_SIZE + 9 },
		{ IPC_CONNECTED, 2, nameless, FRAME_BINDING_SIZE + 10 },
		{ IPC_CONNECTED, 2, named_twice, FRAME_BINDING_SIZE + 13 },
		{ IPC_CONNECTED, 2, nowhere, FRAME_BINDING_SIZE + 2 },
		{ IPC_FRAME, 1, "G", 33 },
		{ IPC_FRAME, 1, "E", 10 },
		{ IPC_FRAME, 1, "S", 272 },
		{ IPC_FRAME, 1, "S", 274 },
		{ IPC_FRAME, 1, "S", 1 },
		{ IPC_FRAME, 1, "L", 752 },
		{ IPC_FRAME, 1, "R", 753 },
		{ IPC_FRAME, 1, "", 273 },
		{ IPC_FRAME, 1, "s", 273 },
	};
	uint8_t body[BODY_MAX];

	(void)state;
	for (size_t i = 0; i < NELEM(cases); i++) {
		memcpy(body, zeros, sizeof(body));
		memcpy(body, cases[i].body, strlen(cases[i].body));
		vaults_send(&fixture, cases[i].type, cases[i].connection, body,
		    cases[i].length);
		assert_dropped();
	}
}

/* Within the protocol's form: the connection's end, not the front's. */
static void
test_wrong_time(void **state)
{
	static const struct {
		char type;
		size_t length;
	} frames[] = { { 'L', 753 }, { 'O', 753 }, { 'V', 753 }, { 'R', 385 },
		{ 'S', 273 } };
	uint8_t body[BODY_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < NELEM(frames); i++) {
		body[0] = (uint8_t)frames[i].type;
		vaults_send(&fixture, IPC_FRAME, 1, body, frames[i].length);
		assert_int_equal(vaults_answer(&fixture, &chris), 500);
		assert_int_equal(vaults_answer(&fixture, &chris), 0);
		/* Whatever comes for it before its end is dropped. */
		vaults_send(&fixture, IPC_FRAME, 1, body, frames[i].length);
		vaults_send(&fixture, IPC_DISCONNECTED, 1, NULL, 0);
		vaults_connect(&fixture, &chris, 1);
		vaults_resume(&fixture, &chris);
		assert_int_equal(vaults_answer(&fixture, &chris), 200);
	}
	assert_still_right();
}

/* One customer's frames on another's connection, and on none yet. */
static void
test_other_connections(void **state)
{
	struct vaults_atm fey = { .number = 0 }, strange = { .number = 0 };
	char text[128], txid[WIRE_TXID_TEXT];

	(void)state;
	snprintf(text, sizeof(text), "1 %s 1 fey 5",
	    vaults_txid(clock_real_ms(), txid));
	vaults_session(&fixture, &fey, 2, "fey\n5678");
	vaults_connect(&fixture, &strange, 3);
	for (uint32_t number = 2; number <= 3; number++) {
		chris.number = number;
		vaults_request(&fixture, &chris, text);
		assert_int_equal(vaults_answer(&fixture, &chris), 500);
		assert_int_equal(vaults_answer(&fixture, &chris), 0);
	}
	/* fey's session was not ended by it. */
	vaults_connect(&fixture, &fey, 4);
	vaults_resume(&fixture, &fey);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	/* Nor chris's; a resume with another's K opens nothing. */
	memcpy(fey.session, chris.session, sizeof(fey.session));
	vaults_connect(&fixture, &fey, 5);
	vaults_resume(&fixture, &fey);
	assert_int_equal(vaults_answer(&fixture, &fey), 401);
	assert_still_right();
	seal_wipe(&fey.keys);
	seal_wipe(&strange.keys);
}

/* Each costs the vault memory: twice max_sessions and 1,024, no more. */
static void
test_too_many_connections(void **state)
{
	static const char *const options[] = { "session.max_sessions=1", NULL };
	struct vaults_atm atm = { .number = 0 };
	uint8_t body[FRAME_BINDING_SIZE + 9] = { 0 };
	uint32_t most = 2 + 1024;

	(void)state;
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_run(&fixture, options);
	for (uint32_t number = 1; number < most; number++)
		vaults_connect(&fixture, &atm, number);
	/* The last that may be is served. */
	vaults_session(&fixture, &chris, most, "chris\n1234");
	memcpy(body + FRAME_BINDING_SIZE, "127.0.0.1", 9);
	vaults_send(&fixture, IPC_CONNECTED, most + 1, body, sizeof(body));
	assert_dropped();
}

static size_t
count_fds(void)
{
	char path[64];
	size_t count = 0;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)fixture.pid);
	/* Not dumpable, and this isn't root: nothing to count. */
	if ((directory = opendir(path)) == NULL)
		return 0;
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

/* The vault takes none from the front: they don't pile up in it. */
static void
test_descriptors(void **state)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	uint8_t message[HEADER_SIZE + 2];
	struct iovec iov = { .iov_base = message,
		.iov_len =
		    put_message(message, IPC_HELLO, 0, 0, 2, "\0\1", 2) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space) };
	struct cmsghdr *cmsg;
	size_t before = count_fds();
	int fd = STDIN_FILENO;

	(void)state;
	memset(&control, 0, sizeof(control));
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	for (int i = 0; i < 20; i++) {
		vaults_front(&fixture);
		assert_int_equal(sendmsg(ipc_fd(fixture.front), &msg, 0),
		    (ssize_t)sizeof(message));
		assert_dropped();
	}
	assert_int_equal(count_fds(), before);
}

/* A message byte by byte is one; half of one is none. */
static void
test_pieces(void **state)
{
	static const char address[] = "127.0.0.1";
	uint8_t body[FRAME_BINDING_SIZE + sizeof(address) - 1] = { 0 };
	uint8_t message[HEADER_SIZE + sizeof(body)];
	struct vaults_atm atm = { .number = 2 };
	size_t length;

	(void)state;
	memcpy(body + FRAME_BINDING_SIZE, address, sizeof(address) - 1);
	length = put_message(
	    message, IPC_CONNECTED, 0, 2, sizeof(body), body, sizeof(body));
	for (size_t i = 0; i < length; i++)
		send_raw(message + i, 1);
	assert_int_equal(vaults_answer(&fixture, &atm), 'G');
	for (size_t cut = 1; cut < length; cut += 7) {
		send_raw(message, cut);
		assert_still_right();
	}
}

/* A message whose numbers and lengths are right, all else by chance. */
static size_t
put_random(uint8_t *message)
{
	static const char types[] = "LORVSGE";
	static const size_t lengths[] = { 753, 753, 385, 753, 273, 33, 10 };
	uint8_t body[BODY_MAX];
	uint32_t number = 1 + (uint32_t)(random() % 4);
	size_t which = (size_t)random() % NELEM(lengths);

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)random();
	if (random() % 4 == 0) {
		memcpy(body + FRAME_BINDING_SIZE, "127.0.0.9", 9);
		return put_message(message, IPC_CONNECTED, 0, number,
		    FRAME_BINDING_SIZE + 9, body, FRAME_BINDING_SIZE + 9);
	}
	if (random() % 4 == 0)
		return put_message(
		    message, IPC_DISCONNECTED, 0, number, 0, NULL, 0);
	body[0] = (uint8_t)types[which];
	/* No kiosk, so that the envelope is looked at. */
	memset(body + 1, 0, FRAME_KIOSK_SIZE);
	return put_message(message, IPC_FRAME, 0, number, lengths[which], body,
	    lengths[which]);
}

static void
test_random(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);
	uint8_t message[HEADER_SIZE + BODY_MAX];

	(void)state;
	printf("# SEED=%u\n", seed);
	srandom(seed);
	for (int round = 0; round < 60; round++) {
		for (int i = 0; i < 12; i++)
			send_raw(message, put_random(message));
		assert_still_right();
	}
	vaults_operator(&fixture, "verify");
	assert_non_null(strstr(fixture.answer, ". 0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_out_of_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_wrong_time, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_other_connections, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_too_many_connections, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
