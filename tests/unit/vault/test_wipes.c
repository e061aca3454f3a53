/* SPDX-License-Identifier: ISC */
/*
 * Each buffer of the vault's that held a secret is wiped, and while it still
 * held it.  A secret is what the test, being the other side, knows:
 * passwords, K and what is derived from it, hashes, keys.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <crypt.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../../../bankd/vault/login/login_state.h"
#include "../../../bankd/vault/operator/operator.h"
#include "../../../shared/crypt/channel.h"
#include "../../../shared/crypt/channel_certificate.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"
#include "../../lib/files_fixture.h"
#include "../../lib/memory/wipes.c"
#include "../../lib/vault_fixture.h"

#define ONE "canary-one"
#define TWO "canary-two"
#define STACK_BYTES 16384
#define WAITING_TEXT (sizeof(uint16_t) + SEAL_BLOCK_SIZE)

enum secret {
	PASSWORD,
	NEW_PASSWORD,
	K,
	PRK,
	UP,
	NONCE,
	HASH,
	PEM,
	STORE_SECRET
};

static struct vaults fixture;

static int
group_setup(void **state)
{
	(void)state;
	know(PASSWORD, ONE, strlen(ONE));
	know(NEW_PASSWORD, TWO, strlen(TWO));
	know(HASH, "$y$", 3);
	know(PEM, "PRIVATE KEY", 11);
	return 0;
}

/* A vault in which fey's password is the first canary. */
static int
setup(void **state)
{
	(void)state;
	shared->count = 0;
	begin();
	vaults_start(&fixture, NULL);
	vaults_operator(&fixture, "passwd fey\n" ONE);
	assert_string_equal(fixture.answer, ". 0 fey has a new password\n");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	return 0;
}

static void
test_a_start_and_an_operator(void **state)
{
	const char request[] = "passwd fey\n" ONE;
	struct stat key;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/key", fixture.directory);
	assert_int_equal(stat(path, &key), 0);
	expect_one("the bank's key", (size_t)key.st_size, HAS(PEM));
	expect_one("the request", strlen(request), HAS(PASSWORD));
	/* Where it was sent, here, and where it came. */
	expect("the message", strlen(request) + 1, strlen(request) + 64,
	    HAS(PASSWORD), 2);
	expect_one("the command", sizeof(struct operator_command), HAS(HASH));
	expect_one("the line", FILES_PASSWORD_WIDTH, HAS(HASH));
	/* Of its own proof of its ciphers: both sides' keys. */
	expect("the proof's", sizeof(struct seal_keys),
	    sizeof(struct seal_keys), SOMETHING, 2);
}

/* What the test knows of a login, before the vault has it. */
static void
know_login(const struct vaults_atm *atm, const uint8_t nonce[FRAME_NONCE_SIZE])
{
	uint8_t salt[FRAME_NONCE_SIZE + FRAME_BINDING_SIZE], prk[32];

	memcpy(salt, nonce, FRAME_NONCE_SIZE);
	memcpy(salt + FRAME_NONCE_SIZE, atm->binding, FRAME_BINDING_SIZE);
	assert_non_null(HMAC(EVP_sha256(), salt, sizeof(salt), atm->k,
	    SEAL_KEY_SIZE, prk, NULL));
	know(K, atm->k, SEAL_KEY_SIZE);
	know(PRK, prk, sizeof(prk));
	know(UP, atm->keys.up.key, SEAL_KEY_SIZE);
	know(NONCE, nonce, FRAME_NONCE_SIZE);
}

static void
log_in(struct vaults_atm *atm, uint8_t type, const char *text)
{
	vaults_connect(&fixture, atm, 1);
	vaults_login(&fixture, atm, type, text);
	know_login(atm, atm->nonce);
	begin();
}

static void
test_a_login(void **state)
{
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	log_in(&fey, FRAME_LOGIN, "fey\n" ONE);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	expect_one("the nonce", FRAME_NONCE_SIZE, HAS(NONCE));
	expect_one("what OAEP gave", FRAME_WRAPPED_SIZE, HAS(K));
	expect("the fallback", SEAL_KEY_SIZE, SEAL_KEY_SIZE, 0, 3);
	expect_one("prk", SEAL_KEY_SIZE, HAS(PRK));
	expect_one("the text", FRAME_SEALED_SIZE + 1, HAS(PASSWORD));
	expect_one("crypt's", sizeof(struct crypt_data), HAS(HASH));
	/* The one made, the one looked up again, the accepted customer's. */
	expect("hashes", STORE_HASH_SIZE, STORE_HASH_SIZE, HAS(HASH), 3);
	expect_one("a worker's stack", STACK_BYTES, 0);
	expect_one("the keys", sizeof(struct seal_keys), HAS(UP));
	expect_one("the login", sizeof(struct login), HAS(PASSWORD) | HAS(K));
	seal_wipe(&fey.keys);
}

static void
test_a_refused_login(void **state)
{
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	log_in(&fey, FRAME_LOGIN, "fey\n" TWO);
	assert_int_equal(vaults_answer(&fixture, &fey), 401);
	expect_one("the keys", sizeof(struct seal_keys), HAS(UP));
	expect_one("the login", sizeof(struct login), HAS(NEW_PASSWORD));
	seal_wipe(&fey.keys);
}

static void
test_a_text_of_no_form(void **state)
{
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	log_in(&fey, FRAME_OPEN, "new\n" ONE "\nname\x7f");
	assert_int_equal(vaults_answer(&fixture, &fey), 422);
	expect_one("the parts", sizeof(struct login_text), HAS(PASSWORD));
	seal_wipe(&fey.keys);
}

static void
test_a_session(void **state)
{
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	log_in(&fey, FRAME_LOGIN, "fey\n" ONE);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	begin();
	vaults_request(&fixture, &fey, "DETAILS");
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	expect_one("the hash", STORE_HASH_SIZE, HAS(HASH));
	begin();
	vaults_request(&fixture, &fey, "3");
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	expect_one("the session", sizeof(struct session), HAS(K));
	expect_one("its keys", sizeof(struct seal_keys), HAS(UP));
	assert_int_equal(vaults_answer(&fixture, &fey), 0);
	vaults_connect(&fixture, &fey, 2);
	know(NONCE, fey.nonce, FRAME_NONCE_SIZE);
	vaults_send(&fixture, IPC_DISCONNECTED, 2, NULL, 0);
	expect_one("the connection", sizeof(struct connection), HAS(NONCE));
	seal_wipe(&fey.keys);
}

static void
test_a_new_password(void **state)
{
	const unsigned both = HAS(PASSWORD) | HAS(NEW_PASSWORD);
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	log_in(&fey, FRAME_LOGIN, "fey\n" ONE);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	begin();
	vaults_request(&fixture, &fey, "PASSWORD " ONE "\n" TWO);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	expect_one("the text", FRAME_SEALED_SIZE + 1, both);
	expect_one("the old one", WIRE_PASSWORD_SIZE, HAS(PASSWORD));
	expect_one("the new one", WIRE_PASSWORD_SIZE, HAS(NEW_PASSWORD));
	expect_one("the digest's", 2 * WIRE_PASSWORD_SIZE, both);
	expect("the change", FRAME_SEALED_SIZE + 2, LARGE, both, 1);
	expect_one("the line", FILES_PASSWORD_WIDTH, HAS(HASH));
	/* The second waits for the first. */
	begin();
	vaults_request(&fixture, &fey, "PASSWORD " TWO "\n" ONE);
	vaults_request(&fixture, &fey, "PASSWORD " ONE "\n" TWO);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	expect_one("its place", WAITING_TEXT, both);
	expect_one("the one in hand", SEAL_BLOCK_SIZE, both);
	/* One that waits when the link ends. */
	begin();
	vaults_request(&fixture, &fey, "PASSWORD " TWO "\n" ONE);
	vaults_request(&fixture, &fey, "PASSWORD " ONE "\n" TWO);
	vaults_send(&fixture, IPC_DISCONNECTED, 1, NULL, 0);
	expect("all that waits", CONNECTION_WAITING_MAX * WAITING_TEXT, LARGE,
	    both, 1);
	seal_wipe(&fey.keys);
}

/* What one process of the bank's writes to another: its bytes. */
static size_t
written(const char *body, size_t length, uint8_t *bytes, size_t size)
{
	struct ipc *ipc;
	ssize_t n;
	int link[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
	ipc = ipc_new(link[0], IPC_FRONT, IPC_VAULT);
	assert_non_null(ipc);
	assert_int_equal(ipc_send(ipc, IPC_FRAME, 1, body, length, -1), 0);
	assert_int_equal(ipc_drain(ipc), 0);
	n = read(link[1], bytes, size);
	assert_true(n > 0);
	ipc_free(ipc);
	close(link[1]);
	return (size_t)n;
}

/* A message moves within its buffer, and is never read. */
static void
test_a_message_that_moves(void **state)
{
	const char first[1024] = { 'x' }, second[256] = ONE;
	struct ipc_message message;
	struct ipc *ipc;
	uint8_t bytes[2048];
	size_t one, two;
	int link[2];

	(void)state;
	one = written(first, sizeof(first), bytes, sizeof(bytes));
	two = written(second, sizeof(second), bytes + one, sizeof(bytes) - one);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
	ipc = ipc_new(link[0], IPC_VAULT, IPC_FRONT);
	assert_non_null(ipc);
	begin();
	assert_int_equal(write(link[1], bytes, one + two - 1), one + two - 1);
	assert_int_equal(ipc_read(ipc), 0);
	assert_int_equal(ipc_next(ipc, &message), 1);
	assert_int_equal(ipc_next(ipc, &message), 0);
	assert_int_equal(count(1, LARGE, HAS(PASSWORD)), 0);
	assert_int_equal(write(link[1], bytes + one + two - 1, 1), 1);
	assert_int_equal(ipc_read(ipc), 0);
	expect("where it was", one, sizeof(bytes), HAS(PASSWORD), 1);
	begin();
	ipc_free(ipc);
	expect("the buffer", sizeof(bytes), LARGE, HAS(PASSWORD), 1);
	close(link[1]);
}

static void
test_a_first_start(void **state)
{
	const char text[] = "chris " ONE "\n";
	struct fixture_files *bank = *state;

	begin();
	fixture_files_write(bank, text, "chris 1 1\n");
	fixture_files_begin(bank);
	expect_one("what was read", strlen(text), HAS(PASSWORD));
	expect("the parser", sizeof(struct files_line), 4096, HAS(PASSWORD), 1);
	expect_one("the password", strlen(ONE), HAS(PASSWORD));
	expect_one("crypt's", sizeof(struct crypt_data), HAS(HASH));
	expect("a row's", 60, 80, HAS(HASH), 1);
	expect_one("a line", FILES_PASSWORD_WIDTH, HAS(HASH));
	expect("the writer", STORE_HASH_SIZE + 1, sizeof(struct crypt_data) - 1,
	    HAS(HASH), 1);
	/* The store's own, made and written before it was known. */
	assert_memory_not_equal(
	    store_attempt_secret(bank->store), (const uint8_t[32]) { 0 }, 32);
	know(STORE_SECRET, store_attempt_secret(bank->store), 32);
	begin();
	fixture_files_stop(bank);
	expect_one("the store's secret", 32, HAS(STORE_SECRET));
}

static void
test_a_new_store(void **state)
{
	struct fixture_files *bank = *state;

	memset(shared->newest, 0, sizeof(shared->newest));
	bank->store = fixture_open(bank->directory, NULL);
	assert_memory_equal(
	    shared->newest, store_attempt_secret(bank->store), 32);
}

static void
test_an_edit(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_write(
	    bank, "chris " ONE "\nfey 1\n", "chris 1 1\nfey 0 0\n");
	fixture_files_begin(bank);
	fixture_files_stop(bank);
	/* One edited, the other's line taken away. */
	fixture_write(bank->directory, "password", "chris " TWO "\n");
	begin();
	fixture_files_begin(bank);
	expect("the hashes before", STORE_HASH_SIZE, STORE_HASH_SIZE, HAS(HASH),
	    2);
	fixture_files_stop(bank);
	begin();
	fixture_files_begin(bank);
	expect("the comparison", 64 * 1024, LARGE, HAS(HASH), 1);
	fixture_files_stop(bank);
	/* Refused: what was read of it is wiped all the same. */
	fixture_files_write(bank, "chris " ONE "\n", "chris 1 1\nchris 2 2\n");
	assert_int_not_equal(fixture_files_try(bank), 0);
	fixture_files_end(bank);
	fixture_files_write(bank, "joe " ONE "\nchris x\n", "joe 1 1\n");
	begin();
	assert_int_not_equal(fixture_files_try(bank), 0);
	expect_one("a password of a refused file", strlen(ONE), HAS(PASSWORD));
}

static void
test_an_edit_while_it_runs(void **state)
{
	const char text[] = "chris " ONE "\n";
	struct fixture_files *bank = *state;

	fixture_files_write(bank, "chris 1\nfey 1\n", "chris 1 1\nfey 1 1\n");
	fixture_files_begin(bank);
	fixture_write(bank->directory, "password", text);
	begin();
	assert_int_equal(files_watch(bank->files), 1);
	expect("the hashes that should be there", STORE_HASH_SIZE,
	    STORE_HASH_SIZE, HAS(HASH), 2);
	expect_one("what was read", strlen(text), HAS(PASSWORD));
}

/* A program with this environment, which runs until *writer is closed. */
static pid_t
run_with(char *text, int *writer)
{
	char name[] = "/bin/cat", *words[] = { name, NULL };
	char *environment[] = { text, NULL };
	int input[2], done[2];
	pid_t pid;

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	if ((pid = fork()) == 0) {
		dup2(input[0], STDIN_FILENO);
		execve(name, words, environment);
		_exit(1);
	}
	close(input[0]);
	close(done[1]);
	/* Its end of this pipe is closed by execve(2). */
	assert_int_equal(read(done[0], name, 1), 0);
	close(done[0]);
	*writer = input[1];
	return pid;
}

static void
test_files_and_keys(void **state)
{
	struct channel_pem pem = { 0 };
	char text[3 * 4096], path[64], *data;
	size_t length;
	pid_t reader;
	int writer;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memcpy(text, ONE, strlen(ONE));
	reader = run_with(text, &writer);
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)reader);
	begin();
	assert_int_equal(file_read(path, sizeof(text), &data, &length), 0);
	assert_int_equal(length, sizeof(text));
	/* Of a length that isn't known before: a buffer that was too small. */
	expect("a file's first part", 1, sizeof(text), HAS(PASSWORD), 1);
	begin();
	free(data);
	assert_int_not_equal(file_read(path, 100, &data, &length), 0);
	expect("one that is too long", 1, sizeof(text), HAS(PASSWORD), 1);
	close(writer);
	assert_int_equal(waitpid(reader, NULL, 0), reader);
	assert_int_equal(channel_make_bank(&pem, "Bank"), 0);
	length = pem.key_length;
	begin();
	channel_pem_wipe(&pem);
	expect_one("a key's PEM", length, HAS(PEM));
}

static int
files_setup(void **state)
{
	shared->count = 0;
	return fixture_files_setup(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_start_and_an_operator, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_login, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_refused_login, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_text_of_no_form, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_session, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_new_password, setup, teardown),
		cmocka_unit_test(test_a_message_that_moves),
		cmocka_unit_test_setup_teardown(
		    test_a_first_start, files_setup, fixture_files_teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_new_store, files_setup, fixture_files_teardown),
		cmocka_unit_test_setup_teardown(
		    test_an_edit, files_setup, fixture_files_teardown),
		cmocka_unit_test_setup_teardown(test_an_edit_while_it_runs,
		    files_setup, fixture_files_teardown),
		cmocka_unit_test_setup_teardown(
		    test_files_and_keys, files_setup, fixture_files_teardown),
	};

	if (!wipes_open())
		return 1;
	return cmocka_run_group_tests(tests, group_setup, NULL);
}
