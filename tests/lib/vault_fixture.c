/* SPDX-License-Identifier: ISC */
/*
 * A real vault and everything around it (the tests'): its monitor, its front
 * and its ATMs are this process.  Every wait has a bound.
 */
#include "vault_fixture.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>
#include <sqlite3.h>

#include "../../bankd/base/limit_address.h"
#include "../../bankd/base/options.h"
#include "../../bankd/vault/vault.h"
#include "../../shared/crypt/seal_envelope.h"
#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/channel_certificate.h"
#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reader.h"
#include "patience.h"
#include "shared_journal.h"

#define PATIENCE_MS 30000

char vaults_reason[1024];
/* One key for all of a program's vaults: making it takes a second. */
static struct channel_pem bank;

static void
write_file(const char *directory, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(file_replace(path, text, strlen(text), 0600), 0);
}

static void
to_monitor_link(struct vaults *fixture, enum ipc_type type, const void *body,
    size_t length, int fd)
{
	assert_int_equal(
	    ipc_send(fixture->monitor, type, 0, body, length, fd), 0);
	assert_int_equal(ipc_drain(fixture->monitor), 0);
}

/* The next message, within the bound; 0 at the end of the link. */
static int
next_of(struct ipc *ipc, struct ipc_message *message)
{
	struct pollfd pfd = { .fd = ipc_fd(ipc), .events = POLLIN };
	int result, error;

	while ((result = ipc_next(ipc, message)) == 0) {
		assert_int_equal(patience_poll(&pfd, 1, PATIENCE_MS), 1);
		error = ipc_read(ipc);
		if (error == BANK_ECLOSED || error == BANK_ESYS)
			return 0;
		assert_true(error == 0 || error == BANK_EAGAIN);
	}
	assert_int_equal(result, 1);
	return (int)message->type;
}

/* The code that it failed with, or 0. */
static int
wait_ready(struct vaults *fixture)
{
	struct ipc_message message;
	int type;

	while ((type = next_of(fixture->monitor, &message)) != IPC_READY) {
		if (type == IPC_FAILED)
			return message.body[0];
		assert_int_not_equal(type, 0);
	}
	return 0;
}

static char *
make_config(const struct vaults *fixture, const char *const options[])
{
	struct config *config = config_new(bankd_options, BANKD_OPTION_COUNT);
	char text[256], error[256], *dump;

	snprintf(text, sizeof(text), "bank.state=%s", fixture->directory);
	assert_int_equal(config_set(config, text, error, sizeof(error)), 0);
	snprintf(text, sizeof(text), "keys.key=%s/key", fixture->directory);
	assert_int_equal(config_set(config, text, error, sizeof(error)), 0);
	assert_int_equal(
	    config_set(config, "process.sandbox=off", error, sizeof(error)), 0);
	assert_int_equal(
	    config_set(config, "login.hash_cost=1", error, sizeof(error)), 0);
	assert_int_equal(config_set(config, "bank.any_file_system=yes", error,
			     sizeof(error)),
	    0);
	for (; options != NULL && *options != NULL; options++)
		assert_int_equal(
		    config_set(config, *options, error, sizeof(error)), 0);
	dump = config_dump(config);
	config_free(config);
	return dump;
}

void
vaults_front(struct vaults *fixture)
{
	uint8_t port[2] = { 0x12, 0x34 };
	int link[2];

	ipc_free(fixture->front);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
	fixture->front = ipc_new(link[0], IPC_FRONT, IPC_VAULT);
	to_monitor_link(fixture, IPC_PEER, NULL, 0, link[1]);
	close(link[1]);
	vaults_send(fixture, IPC_HELLO, 0, port, sizeof(port));
}

/* Each lot is second at first. */
static enum shared_fault
second(void *context, enum shared_call call)
{
	bool *was = context;

	if (call != SHARED_PROPOSE)
		return SHARED_WORKS;
	*was = !*was;
	return *was ? SHARED_OVERTAKEN : SHARED_WORKS;
}

/* JOURNAL=twice: every batch is run twice, after another host's lot. */
static void
choose_journal(struct vaults *fixture)
{
	static bool was;
	static char path[96];
	static struct shared_options options = {
		.path = path, .fault = second, .context = &was
	};

	if (getenv("JOURNAL") == NULL || fixture->over.journal != NULL)
		return;
	snprintf(path, sizeof(path), "%s/shared", fixture->directory);
	fixture->over = (struct store_options) {
		.journal = shared_journal_open, .engine = &options, .host = 1
	};
}

int
vaults_try(struct vaults *fixture, const char *const options[])
{
	char *dump = make_config(fixture, options);
	int link[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
	fixture->pid = fork();
	assert_true(fixture->pid != -1);
	if (fixture->pid == 0) {
		close(link[0]);
		ipc_free(fixture->front);
		if (fixture->before != NULL)
			fixture->before();
		choose_journal(fixture);
		_exit(vault_main_over(link[1], &fixture->over));
	}
	close(link[1]);
	fixture->monitor = ipc_new(link[0], IPC_MONITOR, IPC_VAULT);
	to_monitor_link(fixture, IPC_CONFIG, dump, strlen(dump), -1);
	free(dump);
	vaults_front(fixture);
	to_monitor_link(fixture, IPC_START, NULL, 0, -1);
	return wait_ready(fixture);
}

void
vaults_run(struct vaults *fixture, const char *const options[])
{
	assert_int_equal(vaults_try(fixture, options), 0);
}

void
vaults_start(struct vaults *fixture, const char *const options[])
{
	if (bank.key == NULL)
		assert_int_equal(channel_make_bank(&bank, "Bank"), 0);
	snprintf(fixture->directory, sizeof(fixture->directory),
	    "/tmp/test-vault-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	write_file(fixture->directory, "key", bank.key);
	write_file(
	    fixture->directory, "password", "chris 1234\nfey 5678\njoe 9012\n");
	write_file(fixture->directory, "balance",
	    "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n");
	vaults_run(fixture, options);
}

int
vaults_end(struct vaults *fixture)
{
	struct ipc_message message;
	int status;

	vaults_reason[0] = '\0';
	while (next_of(fixture->monitor, &message) != 0) {
		if (message.type == IPC_FAILED)
			snprintf(vaults_reason, sizeof(vaults_reason), "%.*s",
			    (int)message.length - 1,
			    (const char *)message.body + 1);
	}
	assert_int_equal(waitpid(fixture->pid, &status, 0), fixture->pid);
	ipc_free(fixture->monitor);
	ipc_free(fixture->front);
	fixture->monitor = fixture->front = NULL;
	fixture->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int
vaults_stop(struct vaults *fixture)
{
	to_monitor_link(fixture, IPC_STOP, NULL, 0, -1);
	return vaults_end(fixture);
}

void
vaults_kill(struct vaults *fixture)
{
	assert_int_equal(kill(fixture->pid, SIGKILL), 0);
	assert_int_equal(vaults_end(fixture), -SIGKILL);
}

void
vaults_remove(struct vaults *fixture)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", fixture->directory);
	assert_int_equal(system(command), 0);
}

int
vaults_teardown(void **state)
{
	assert_int_equal(vaults_stop(*state), 0);
	vaults_remove(*state);
	return 0;
}

int
vaults_next(struct vaults *fixture, struct ipc_message *message)
{
	return next_of(fixture->front, message);
}

bool
vaults_is_dropped(struct vaults *fixture)
{
	struct ipc_message message;

	while (vaults_next(fixture, &message) != 0)
		continue;
	return true;
}

void
vaults_flush(struct vaults *fixture)
{
	int error = ipc_drain(fixture->front);

	assert_true(error == 0 || error == BANK_ECLOSED);
}

void
vaults_send(struct vaults *fixture, enum ipc_type type, uint32_t number,
    const void *body, size_t length)
{
	assert_int_equal(
	    ipc_send(fixture->front, type, number, body, length, -1), 0);
	vaults_flush(fixture);
}

void
vaults_connect(struct vaults *fixture, struct vaults_atm *atm, uint32_t number)
{
	const char *address = atm->address != NULL ? atm->address : "127.0.0.1";
	uint8_t body[FRAME_BINDING_SIZE + LIMIT_ADDRESS_SIZE];
	size_t length = strlen(address);

	atm->number = number;
	assert_int_equal(RAND_bytes(atm->binding, FRAME_BINDING_SIZE), 1);
	memcpy(body, atm->binding, FRAME_BINDING_SIZE);
	memcpy(body + FRAME_BINDING_SIZE, address, length);
	vaults_send(
	    fixture, IPC_CONNECTED, number, body, FRAME_BINDING_SIZE + length);
	assert_int_equal(vaults_answer(fixture, atm), 'G');
}

static void
queue_frame(struct vaults *fixture, const struct vaults_atm *atm, uint8_t type,
    const uint8_t *body, size_t length)
{
	assert_int_equal(ipc_send2(fixture->front, IPC_FRAME, atm->number,
			     (struct ipc_part) { &type, 1 },
			     (struct ipc_part) { body, length }),
	    0);
}

/* The body has room for the kiosk's block before the rest. */
static void
send_signed(struct vaults *fixture, const struct vaults_atm *atm, uint8_t type,
    uint8_t *body, size_t length)
{
	const struct kiosk_frame frame = { type, atm->nonce, atm->binding,
		body + FRAME_KIOSK_SIZE, length - FRAME_KIOSK_SIZE };

	assert_int_equal(kiosk_sign(body, "lobby", atm->kiosk, &frame), 0);
	queue_frame(fixture, atm, type, body, length);
}

static void
seal_first(struct vaults_atm *atm, uint8_t type, const char *text,
    uint8_t sealed[FRAME_SEALED_SIZE])
{
	seal_wipe(&atm->keys);
	assert_int_equal(
	    seal_derive(&atm->keys, atm->k, atm->nonce, atm->binding), 0);
	assert_int_equal(seal_text(&atm->keys.up, type, text, strlen(text),
			     sealed, FRAME_SEALED_SIZE),
	    FRAME_SEALED_SIZE);
}

void
vaults_login(struct vaults *fixture, struct vaults_atm *atm, uint8_t type,
    const char *text)
{
	uint8_t body[FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE +
	    FRAME_SEALED_SIZE] = { 0 };
	EVP_PKEY *public_key;

	assert_int_equal(channel_bank_public(&public_key, bank.certificate,
			     bank.certificate_length),
	    0);
	assert_int_equal(RAND_bytes(atm->k, SEAL_KEY_SIZE), 1);
	assert_int_equal(
	    seal_wrap(public_key, atm->k, body + FRAME_KIOSK_SIZE), 0);
	EVP_PKEY_free(public_key);
	seal_first(
	    atm, type, text, body + FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE);
	send_signed(fixture, atm, type, body, sizeof(body));
}

void
vaults_resume(struct vaults *fixture, struct vaults_atm *atm)
{
	uint8_t body[FRAME_KIOSK_SIZE + FRAME_SESSION_SIZE +
	    FRAME_SEALED_SIZE] = { 0 };

	memcpy(body + FRAME_KIOSK_SIZE, atm->session, FRAME_SESSION_SIZE);
	seal_first(atm, FRAME_RESUME, "RESUME",
	    body + FRAME_KIOSK_SIZE + FRAME_SESSION_SIZE);
	send_signed(fixture, atm, FRAME_RESUME, body, sizeof(body));
}

void
vaults_request(struct vaults *fixture, struct vaults_atm *atm, const char *text)
{
	uint8_t sealed[FRAME_SEALED_SIZE];

	assert_int_equal(seal_text(&atm->keys.up, FRAME_SEALED, text,
			     strlen(text), sealed, sizeof(sealed)),
	    FRAME_SEALED_SIZE);
	queue_frame(fixture, atm, FRAME_SEALED, sealed, sizeof(sealed));
}

static int
open_answer(struct vaults *fixture, struct vaults_atm *atm,
    const struct ipc_message *message)
{
	const size_t head = 1 + FRAME_HEADER_SIZE + 1;
	const uint8_t *body = message->body + head;
	size_t length = message->length - head;
	uint8_t type = message->body[head - 1];
	struct wire_reader reader;
	int n = (int)length;

	if (type == FRAME_GREETING) {
		memcpy(atm->nonce, body, FRAME_NONCE_SIZE);
		return type;
	}
	if (type == FRAME_SEALED)
		n = seal_open(&atm->keys.down, FRAME_SEALED, body, length,
		    fixture->answer, sizeof(fixture->answer));
	else
		memcpy(fixture->answer, body, length);
	assert_true(n > 0);
	fixture->answer[n] = '\0';
	assert_int_equal(wire_read(&reader, fixture->answer, (size_t)n), 0);
	return reader.code;
}

int
vaults_answer(struct vaults *fixture, struct vaults_atm *atm)
{
	struct ipc_message message;
	int type;

	vaults_flush(fixture);
	while ((type = vaults_next(fixture, &message)) != 0) {
		if (message.connection != atm->number)
			continue;
		if (type == IPC_CLOSE)
			return 0;
		if (type == IPC_SEND)
			return open_answer(fixture, atm, &message);
	}
	return 0;
}

int
vaults_ask(struct vaults *fixture, struct vaults_atm *atm, const char *text)
{
	vaults_request(fixture, atm, text);
	return vaults_answer(fixture, atm);
}

const char *
vaults_value(const struct vaults *fixture, const char *key)
{
	static char value[256];
	struct wire_reader reader;

	assert_int_equal(
	    wire_read(&reader, fixture->answer, strlen(fixture->answer)), 0);
	assert_int_equal(wire_find(&reader, key, value, sizeof(value)), 0);
	return value;
}

const char *
vaults_txid(uint64_t time_ms, char text[WIRE_TXID_TEXT])
{
	uint8_t txid[WIRE_TXID_SIZE];

	assert_int_equal(wire_make_txid(time_ms, txid), 0);
	wire_format_txid(txid, text);
	return text;
}

void
vaults_session(struct vaults *fixture, struct vaults_atm *atm, uint32_t number,
    const char *text)
{
	const char *session;

	seal_wipe(&atm->keys);
	*atm = (struct vaults_atm) { .kiosk = atm->kiosk,
		.address = atm->address };
	vaults_connect(fixture, atm, number);
	vaults_login(fixture, atm, FRAME_LOGIN, text);
	assert_int_equal(vaults_answer(fixture, atm), 200);
	session = vaults_value(fixture, "session");
	assert_int_equal(hex_decode(session, strlen(session), atm->session,
			     FRAME_SESSION_SIZE),
	    0);
}

int
vaults_command(struct vaults *fixture, const char *command)
{
	char request[4096];
	int link[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
	(void)snprintf(request, sizeof(request), "15 1001:ann\n%s", command);
	to_monitor_link(
	    fixture, IPC_CONTROL, request, strlen(request), link[1]);
	close(link[1]);
	return link[0];
}

void
vaults_command_end(struct vaults *fixture, int link)
{
	size_t length = 0;
	ssize_t n;

	while ((n = read(link, fixture->answer + length,
		    sizeof(fixture->answer) - 1 - length)) > 0)
		length += (size_t)n;
	fixture->answer[length] = '\0';
	close(link);
}

void
vaults_operator(struct vaults *fixture, const char *command)
{
	vaults_command_end(fixture, vaults_command(fixture, command));
}

EVP_PKEY *
vaults_enrol(struct vaults *fixture, const char *cash)
{
	uint8_t public_key[KIOSK_PUBLIC_SIZE];
	char hex[2 * KIOSK_PUBLIC_SIZE + 1], command[128];
	size_t length = sizeof(public_key);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	assert_int_equal(
	    EVP_PKEY_get_raw_public_key(key, public_key, &length), 1);
	hex_encode(public_key, KIOSK_PUBLIC_SIZE, hex);
	snprintf(command, sizeof(command), "kiosk add lobby %s %s", hex, cash);
	vaults_operator(fixture, command);
	assert_string_equal(fixture->answer, ". 0 kiosk lobby is enrolled\n");
	return key;
}

static const sqlite3_io_methods *beneath;

static int
lock_nothing(sqlite3_file *file, int offset, int count, int flags)
{
	return (flags & SQLITE_SHM_EXCLUSIVE) != 0 && offset == 0
	    ? SQLITE_OK
	    : beneath->xShmLock(file, offset, count, flags);
}

/* No program can write while the vault runs; this one passes its lock over. */
static void
pass_lock_over(sqlite3 *db)
{
	static sqlite3_io_methods methods;
	sqlite3_file *file = NULL;

	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	beneath = file->pMethods;
	methods = *beneath;
	methods.xShmLock = lock_nothing;
	file->pMethods = &methods;
}

void
vaults_publish(struct vaults *fixture)
{
	vaults_operator(fixture, "account joe");
	assert_non_null(strstr(fixture->answer, "joe"));
}

void
vaults_change(struct vaults *fixture, const char *sql)
{
	char path[128], *error = NULL;
	sqlite3 *db;

	if (fixture->pid != 0)
		vaults_publish(fixture);
	snprintf(path, sizeof(path), "%s/bank.db", fixture->directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	pass_lock_over(db);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
	sqlite3_close(db);
}
