/* SPDX-License-Identifier: ISC */
/*
 * A real vault in a process of its own, with the test as its monitor, its
 * front and its ATMs: what neither a real front nor a real ATM would send
 * can be sent here.
 */
#ifndef TEST_VAULT_FIXTURE_H
#define TEST_VAULT_FIXTURE_H

#include <sys/types.h>

#include "../../bankd/base/ipc.h"
#include "../../bankd/store/store_open.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/crypt/seal.h"
#include "../../shared/wire/wire.h"

#define VAULTS_TEXT 8192

struct vaults {
	char directory[64];
	pid_t pid;
	void (*before)(void); /* run in the vault's process first, or NULL */
	struct store_options over; /* a journal of the test's, or zeros */
	struct ipc *monitor, *front;
	char answer[VAULTS_TEXT]; /* the newest that was opened */
};

/*
 * One connection of an ATM's, as this front has it; zeroed before its first
 * use, its keys wiped after the last.
 */
struct vaults_atm {
	uint32_t number;
	uint8_t binding[FRAME_BINDING_SIZE], nonce[FRAME_NONCE_SIZE];
	uint8_t k[SEAL_KEY_SIZE], session[FRAME_SESSION_SIZE];
	EVP_PKEY *kiosk; /* signs L, O and R as the kiosk `lobby`; or NULL */
	const char *address; /* NULL: 127.0.0.1 */
	struct seal_keys keys;
};

/* On a zeroed one; with chris 1234, fey 5678, joe 9012; options are
 * `section.key=value`. */
void vaults_start(struct vaults *fixture, const char *const options[]);
/* SIGKILL, then a new vault on the same state. */
void vaults_kill(struct vaults *fixture);
void vaults_run(struct vaults *fixture, const char *const options[]);
/* The same where it may fail: 0, or the exit code that it said. */
int vaults_try(struct vaults *fixture, const char *const options[]);
/* Waits for an end that comes by itself; the exit code. */
int vaults_end(struct vaults *fixture);
/* A proper stop; the exit code. */
int vaults_stop(struct vaults *fixture);
void vaults_remove(struct vaults *fixture);
/* For cmocka, the state being the fixture: a proper stop, and removed. */
int vaults_teardown(void **state);
/* A new front in place of the one there is. */
void vaults_front(struct vaults *fixture);

/* What the failed vault said last, of vaults_end(). */
extern char vaults_reason[1024];

/* The next message of the front's link; its type, 0 where it was closed. */
int vaults_next(struct vaults *fixture, struct ipc_message *message);
/* Whether the vault has closed the link, whatever was sent before. */
bool vaults_is_dropped(struct vaults *fixture);
void vaults_send(struct vaults *fixture, enum ipc_type type, uint32_t number,
    const void *body, size_t length);

void vaults_connect(
    struct vaults *fixture, struct vaults_atm *atm, uint32_t number);
/* Queues L, R ... S; vaults_flush() sends what is queued. */
void vaults_login(struct vaults *fixture, struct vaults_atm *atm, uint8_t type,
    const char *text);
void vaults_resume(struct vaults *fixture, struct vaults_atm *atm);
void vaults_request(
    struct vaults *fixture, struct vaults_atm *atm, const char *text);
void vaults_flush(struct vaults *fixture);
/*
 * The code of the next answer to this ATM, in plain or sealed; its text is
 * in fixture->answer.  A G that comes is the ATM's new nonce; 0: closed.
 */
int vaults_answer(struct vaults *fixture, struct vaults_atm *atm);
/* A request and its answer. */
int vaults_ask(
    struct vaults *fixture, struct vaults_atm *atm, const char *text);
/* A line of the newest answer, in a static buffer. */
const char *vaults_value(const struct vaults *fixture, const char *key);
/* A new txid of `time_ms`; text. */
const char *vaults_txid(uint64_t time_ms, char text[WIRE_TXID_TEXT]);
/* A login that must succeed. */
void vaults_session(struct vaults *fixture, struct vaults_atm *atm,
    uint32_t number, const char *text);
/* An operator's command; the answer is in fixture->answer. */
void vaults_operator(struct vaults *fixture, const char *command);
/* Its halves; the link between them is the caller's. */
int vaults_command(struct vaults *fixture, const char *command);
void vaults_command_end(struct vaults *fixture, int link);
/* Enrols a new key as the kiosk `lobby`; cash is `yes` or `no`. */
EVP_PKEY *vaults_enrol(struct vaults *fixture, const char *cash);
/* bank.db follows what was answered: a question of an operator's needs it. */
void vaults_publish(struct vaults *fixture);
/* Statements carried out by another program, which no lock keeps out. */
void vaults_change(struct vaults *fixture, const char *sql);

#endif
