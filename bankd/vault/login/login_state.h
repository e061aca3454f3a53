/* SPDX-License-Identifier: ISC */
/*
 * What the files of the room share: a login on its way, all of them, and the
 * bank's key, which no other room can see.
 */
#ifndef BANKD_LOGIN_STATE_H
#define BANKD_LOGIN_STATE_H

#include "../../../shared/crypt/kiosk_identity.h"
#include "../core/connection.h"
#include "../core/session.h"
#include "../guard/attempts.h"
#include "../guard/hashing.h"
#include "login.h"
#include "login_key.h"
#include "login_text.h"

#define LOGIN_BODY_MAX \
	(FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE)

struct login {
	struct errand errand;
	uint8_t type; /* enum frame_type */
	uint8_t body[LOGIN_BODY_MAX];
	size_t length;
	uint8_t nonce[FRAME_NONCE_SIZE];
	uint8_t binding[FRAME_BINDING_SIZE];
	char address[CONNECTION_ADDRESS_SIZE];
	char limit[CONNECTION_ADDRESS_SIZE]; /* as limits see it */
	char software[WIRE_SOFTWARE_SIZE];
	struct kiosk_seen kiosk;
	uint8_t kiosk_key[KIOSK_PUBLIC_SIZE];
	char cash_id[LEDGER_ID_SIZE];
	const struct login_key *key;
	bool stale;       /* the nonce is too old */
	bool has_session; /* R: k is that of a session */
	unsigned long cost;

	/* What the first job found. */
	bool kiosk_right, opened;
	uint8_t k[SEAL_KEY_SIZE];
	struct seal_keys keys;
	struct login_text text; /* all zero where its form is wrong */
	bool has_form;

	struct attempt attempt;
	bool has_attempt;
	struct hashing_work work;   /* L: the second job */
	char hash[STORE_HASH_SIZE]; /* O: the new one */
	bool right;                 /* O: it was made */
	bool one_too_many;          /* O, C: of this kiosk's in the hour */
	uint32_t failures;
	uint64_t last_login_ms;
	LIST_ENTRY(login) link;
};

struct logins {
	LIST_HEAD(login_list, login) list;
	size_t count, costly; /* all but R are costly: they need a hash */
	struct login_key *key;
	struct tally *sign_ups, *resumes; /* those refused */
	struct tally *cases;              /* that kiosks reported */
};

/* What follows the envelope, by the kind of login. */
typedef void login_kind(struct vault *vault, struct login *login);
login_kind login_reversal, login_cash, login_resume, login_password;
login_kind login_sign_up;
/* `E`, a fresh nonce, and the end of the login. */
void login_refuse(
    struct vault *vault, struct login *login, enum wire_reply reply);
/* The same with a sealed text: to O and V. */
void login_answer(
    struct vault *vault, struct login *login, const char *text, size_t length);
login_kind login_free, login_submit; /* the latter: errand.job to a worker */
/* The answer to L and R; attaches the session to the connection. */
void login_accept(struct vault *vault, struct login *login,
    struct session *session, enum wire_reply reply);

#endif
