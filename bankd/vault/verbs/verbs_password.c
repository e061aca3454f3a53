/* SPDX-License-Identifier: ISC */
/*
 * PASSWORD (the vault's): from the recorded attempt to the new hash.  Where
 * the connection ends before the commit nothing is changed, but the attempt
 * counts.
 */
#include "verbs_password.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../guard/hashing.h"
#include "../guard/password_rules.h"
#include "../core/books.h"
#include "../core/session.h"
#include "../core/vault_core.h"
#include "../guard/guard_work.h"
#include "../guard/attempts.h"
#include "../core/connections.h"
#include "../core/sessions.h"

struct change {
	struct errand errand;
	struct attempt attempt;
	char customer[WIRE_ID_SIZE];
	char old_password[WIRE_PASSWORD_SIZE];
	char new_password[WIRE_PASSWORD_SIZE];
	struct hashing_work work;   /* of the old one */
	char hash[STORE_HASH_SIZE]; /* of the new one */
	bool right;                 /* of the job: old is right, hash is made */
};

static void try_again(struct vault *vault, struct deferred *deferred);

static struct change *
change_new(struct books *books, const struct step *step)
{
	struct change *change;

	if ((change = calloc(1, sizeof(*change))) == NULL)
		return NULL;
	string_copy(change->customer, step->session->customer, WIRE_ID_SIZE);
	if (attempt_init(books, &change->attempt, change->customer, step->kiosk,
		try_again) != 0) {
		free(change);
		return NULL;
	}
	memcpy(change->old_password, step->request.old_password,
	    WIRE_PASSWORD_SIZE);
	memcpy(change->new_password, step->request.new_password,
	    WIRE_PASSWORD_SIZE);
	change->errand.connection = step->connection;
	step->connection->errand = &change->errand;
	return change;
}

static void
change_free(struct vault *vault, struct change *change)
{
	if (change->errand.connection != NULL)
		change->errand.connection->errand = NULL;
	attempt_free(vault, &change->attempt);
	OPENSSL_cleanse(change, sizeof(*change));
	free(change);
}

/*
 * Makes a keyed digest by which a repeat of the change is known; false where
 * that fails.
 */
static bool
make_digest(const struct session *session, const struct change *change,
    uint8_t digest[SESSION_DIGEST_SIZE])
{
	uint8_t text[2 * WIRE_PASSWORD_SIZE];
	bool made;

	memcpy(text, change->old_password, WIRE_PASSWORD_SIZE);
	memcpy(text + WIRE_PASSWORD_SIZE, change->new_password,
	    WIRE_PASSWORD_SIZE);
	made = HMAC(EVP_sha256(), session->k, SEAL_KEY_SIZE, text, sizeof(text),
		   digest, NULL) != NULL;
	OPENSSL_cleanse(text, sizeof(text));
	return made;
}

static bool
is_repeat(const struct session *session, const struct change *change)
{
	uint8_t digest[SESSION_DIGEST_SIZE];

	if (!session->changed_password || !make_digest(session, change, digest))
		return false;
	return CRYPTO_memcmp(digest, session->change, sizeof(digest)) == 0;
}

/*
 * 423 comes first after the form.  The rules of a new password come before the
 * old one is compared: what they refuse is no attempt.
 */
static enum wire_reply
decide(struct books *books, struct change *change, struct step *step)
{
	const struct password_rule *broken;

	if (attempt_is_locked(books, &change->attempt))
		return WIRE_LOCKED;
	broken = password_rule_broken(
	    change->new_password, change->customer, change->old_password);
	if (broken != NULL) {
		step->rule = broken->name;
		return WIRE_INCORRECT;
	}
	if (is_repeat(step->session, change))
		return WIRE_PASSWORD_CHANGED;
	if (books->mode != VAULT_NORMAL)
		return WIRE_UNAVAILABLE;
	(void)attempt_begin(books, &change->attempt);
	return STEP_GO_ON;
}

static void
compare(struct job *job, void *thread)
{
	struct change *change = container_of(job, struct change, errand.job);

	(void)thread;
	hashing_compare(change->old_password, &change->work);
	change->right = change->work.right && !change->work.locked &&
	    hashing_make(
		change->new_password, change->work.cost, change->hash) == 0;
}

/*
 * The second step settles the attempt, and makes the change if the connection
 * is still there.
 */
static void
apply_end(struct books *books, struct step *step)
{
	struct change *change = step->subject;
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	uint32_t failures;
	int error;

	step->reply = WIRE_UNAVAILABLE;
	if (books->mode == VAULT_READ_ONLY)
		return;
	attempt_end(books, &change->attempt, change->right, &failures);
	if (!change->right)
		step->reply = WIRE_LOGIN_REFUSED;
	if (!change->right || change->errand.connection == NULL ||
	    books->mode != VAULT_NORMAL)
		return;
	error = store_set_hash(books->store, customer, change->hash);
	if (error != 0)
		books_failed(books, error);
	customer->must_change = false;
	books_touch(books, customer, change->hash);
	step->reply = WIRE_PASSWORD_CHANGED;
}

static void
finish_end(struct vault *vault, struct step *step)
{
	struct change *change = step->subject;
	struct connection *connection = change->errand.connection;
	struct session *session;

	attempt_ended(vault, &change->attempt);
	if (connection == NULL)
		goto out;
	session = connection->session;
	connection_reply(vault, connection, step->reply);
	connection_ready(vault, connection);
	log_event(LOG_NOTICE, "password", "id", LOG_TEXT(change->customer),
	    "kiosk", LOG_TEXT(session->kiosk.name), "reply",
	    LOG_NUMBER(wire_reply_code(step->reply)), NULL);
	if (step->reply != WIRE_PASSWORD_CHANGED)
		goto out;
	session->changed_password =
	    make_digest(session, change, session->change);
	session_end_others(vault, session->number, session, "password changed");
out:
	change_free(vault, change);
}

static const struct step_kind end_step = {
	.apply = apply_end,
	.finish = finish_end,
};

static void
compared(struct job *job, void *context)
{
	struct change *change = container_of(job, struct change, errand.job);
	struct step *step = batch_add(context, &end_step, NULL);

	step->subject = change;
	step->ids[STEP_CUSTOMER] = change->customer;
	step->writes = step->last = true;
}

/* The attempt is recorded, or waits for another one to end. */
static void
go_on(struct vault *vault, struct change *change)
{
	const struct ledger_account *customer;

	attempt_settle_left(vault);
	/* It may have been woken in this very batch, and wait no longer. */
	if (!change->attempt.comparing)
		return;
	customer = store_account(vault_books(vault)->store, change->customer);
	guard_work(vault_books(vault), customer, &change->work);
	change->errand.job.run = compare;
	change->errand.job.done = compared;
	vault_submit(vault, VAULT_WORKERS, &change->errand.job);
}

static void
apply_again(struct books *books, struct step *step)
{
	struct change *change = step->subject;
	const struct connection *connection = change->errand.connection;

	step->session = connection != NULL ? connection->session : NULL;
	step->reply =
	    connection == NULL ? WIRE_UNAVAILABLE : decide(books, change, step);
}

static void
finish_again(struct vault *vault, struct step *step)
{
	struct change *change = step->subject;
	struct connection *connection = change->errand.connection;

	if (step->reply == STEP_GO_ON) {
		go_on(vault, change);
		return;
	}
	if (connection != NULL) {
		connection_reply(vault, connection, step->reply);
		connection_ready(vault, connection);
	}
	change_free(vault, change);
}

static const struct step_kind again_step = {
	.apply = apply_again,
	.finish = finish_again,
};

static void
try_again(struct vault *vault, struct deferred *deferred)
{
	struct change *change =
	    container_of(deferred, struct change, attempt.again);
	struct step *step = batch_add(vault, &again_step, NULL);

	step->subject = change;
	step->writes = true;
}

enum wire_reply
verbs_password_begin(struct books *books, struct step *step)
{
	if (step->subject == NULL)
		step->subject = change_new(books, step);
	if (step->subject == NULL)
		return WIRE_UNAVAILABLE;
	return decide(books, step->subject, step);
}

void
verbs_password_after(struct vault *vault, struct step *step)
{
	struct change *change = step->subject;

	if (change == NULL)
		return;
	if (step->reply == STEP_GO_ON)
		go_on(vault, change);
	else
		change_free(vault, change);
}

void
verbs_password_drop(struct vault *vault, struct step *step)
{
	if (step->subject != NULL)
		change_free(vault, step->subject);
}
