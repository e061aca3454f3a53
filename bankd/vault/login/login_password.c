/* SPDX-License-Identifier: ISC */
/*
 * L, after its envelope (the vault's): the attempt is recorded and committed,
 * a worker compares, the outcome is committed and answered.  Every refusal
 * goes this way, even that of a login without an ID.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../guard/hashing.h"
#include "../../store/record.h"
#include "../../store/store_hosts.h"
#include "../core/notice.h"
#include "../core/vault_state.h"
#include "../guard/guard_work.h"
#include "../guard/attempts.h"
#include "login_state.h"

static void begin_attempt(struct vault *vault, struct login *login);
static void submit_comparison(struct vault *vault, struct login *login);

static void
compare(struct job *job, void *thread)
{
	struct login *login = container_of(job, struct login, errand.job);

	(void)thread;
	hashing_compare(login->text.password, &login->work);
}

/*
 * Whether the hash that was compared is still the customer's: another login
 * may have made it anew since, or an operator changed it.  If it isn't, the
 * new one is compared.
 */
static bool
is_still_the_hash(struct books *books, const struct login *login,
    const struct ledger_account *customer)
{
	char hash[STORE_HASH_SIZE];
	bool locked, same;

	locked = guard_hash(books, customer, hash);
	same = strcmp(hash, login->work.hash) == 0;
	OPENSSL_cleanse(hash, sizeof(hash));
	return same && locked == login->work.locked;
}

/* The password stays the same: no session ends, and nobody is notified. */
static void
put_hash_anew(struct books *books, const struct login *login,
    const struct ledger_account *customer)
{
	int error;

	if (login->work.anew[0] == '\0' || books->mode != VAULT_NORMAL)
		return;
	error = store_set_hash(books->store, customer, login->work.anew);
	if (error != 0)
		books_failed(books, error);
	books_touch(books, customer, login->work.anew);
}

/* The customer's sessions on other hosts are told by those. */
static void
tell_elsewhere(struct books *books, const struct login *login,
    const struct ledger_account *customer)
{
	char text[RECORD_TEXT_SIZE];
	int error;

	if (customer == NULL)
		return;
	if (login->work.right)
		snprintf(text, sizeof(text), "login %s", login->kiosk.name);
	else
		snprintf(
		    text, sizeof(text), "attempts %" PRIu32, login->failures);
	error = store_tell(books->store, customer->number, text);
	if (error != 0)
		books_failed(books, error);
}

/* Where the bank has nothing to tell them, a lock is a wrong password. */
static bool
is_right(const struct books *books, const struct login *login)
{
	return login->work.right &&
	    (!login->work.locked ||
		*config_string(books->config, LOGIN_BRANCH_LINE) != '\0');
}

static void
apply_end(struct books *books, struct step *step)
{
	struct ledger_account *customer = step->accounts[STEP_CUSTOMER];
	struct login *login = step->subject;
	bool right = is_right(books, login), locked = login->work.locked;

	step->reply = WIRE_UNAVAILABLE;
	if (books->mode == VAULT_READ_ONLY)
		return;
	step->reply = STEP_GO_ON;
	if (!is_still_the_hash(books, login, customer))
		return;
	login->work.right = right;
	/* Only who knows the password hears that the account is locked. */
	step->reply = !right ? WIRE_LOGIN_REFUSED
	    : locked         ? WIRE_LOCKED
			     : WIRE_LOGIN_OK;
	attempt_end(books, &login->attempt, right, &login->failures);
	if (!right || (!locked && login->errand.connection != NULL))
		tell_elsewhere(books, login, customer);
	if (!right || locked || login->errand.connection == NULL)
		return;
	login->last_login_ms = customer->last_login_ms;
	customer->last_login_ms = books->now_ms;
	customer->changed = true;
	put_hash_anew(books, login, customer);
}

static void
accept_login(struct vault *vault, struct login *login)
{
	const struct ledger_account *customer;
	struct session *session = NULL;

	customer = store_account(vault->books->store, login->text.id);
	if (customer != NULL)
		session = session_new(vault, customer, &login->kiosk, login->k);
	if (session == NULL) {
		login_refuse(vault, login, WIRE_UNAVAILABLE);
		return;
	}
	session->last_login_ms = login->last_login_ms;
	session->failed = login->failures;
	vault->counts->logins++;
	log_event(LOG_INFO, "login", "id", LOG_TEXT(session->customer), "kiosk",
	    LOG_TEXT(session->kiosk.name), "address", LOG_TEXT(login->address),
	    NULL);
	notice_login(vault, session);
	login_accept(vault, login, session, WIRE_LOGIN_OK);
}

/* An unknown ID isn't logged: it may be a password in the wrong field. */
static void
tell_refused(
    struct vault *vault, const struct login *login, enum wire_reply reply)
{
	const struct ledger_account *customer = NULL;

	if (login->has_form)
		customer = store_account(vault->books->store, login->text.id);
	if (vault_tells(vault))
		log_event(LOG_NOTICE, "login_refused", "id",
		    LOG_TEXT(customer != NULL ? customer->id : "-"), "kiosk",
		    LOG_TEXT(login->kiosk.name), "address",
		    LOG_TEXT(login->address), "reply",
		    LOG_NUMBER(wire_reply_code(reply)), NULL);
	if (customer != NULL && reply == WIRE_LOGIN_REFUSED)
		notice_attempts(vault, customer->number, login->failures);
}

static void
finish_end(struct vault *vault, struct step *step)
{
	struct login *login = step->subject;

	if (step->reply == STEP_GO_ON) {
		submit_comparison(vault, login);
		return;
	}
	attempt_ended(vault, &login->attempt);
	if (step->reply == WIRE_LOGIN_OK && login->errand.connection != NULL) {
		accept_login(vault, login);
		return;
	}
	if (step->reply != WIRE_LOGIN_OK)
		tell_refused(vault, login, step->reply);
	login_refuse(vault, login, step->reply);
}

static const struct step_kind end_step = {
	.apply = apply_end,
	.finish = finish_end,
};

static void
compared(struct job *job, void *context)
{
	struct login *login = container_of(job, struct login, errand.job);
	struct step *step = batch_add(context, &end_step, NULL);

	step->subject = login;
	if (login->has_form)
		step->ids[STEP_CUSTOMER] = login->text.id;
	step->writes = true;
}

static void
submit_comparison(struct vault *vault, struct login *login)
{
	const struct ledger_account *customer = NULL;

	if (login->has_form)
		customer = store_account(vault->books->store, login->text.id);
	guard_work(vault->books, customer, &login->work);
	login->errand.job.run = compare;
	login->errand.job.done = compared;
	login_submit(vault, login);
}

static void
apply_begin(struct books *books, struct step *step)
{
	struct login *login = step->subject;

	step->reply = STEP_GO_ON;
	if (books->mode == VAULT_READ_ONLY)
		step->reply = WIRE_UNAVAILABLE;
	else if (attempt_begin(books, &login->attempt) == ATTEMPT_LOCKED)
		step->reply = WIRE_LOCKED;
}

static void
finish_begin(struct vault *vault, struct step *step)
{
	struct login *login = step->subject;

	attempt_settle_left(vault);
	if (step->reply != STEP_GO_ON) {
		tell_refused(vault, login, step->reply);
		login_refuse(vault, login, step->reply);
		return;
	}
	/* It may have been woken in this very batch, and wait no longer. */
	if (login->attempt.comparing)
		submit_comparison(vault, login);
}

static const struct step_kind begin_step = {
	.apply = apply_begin,
	.finish = finish_begin,
};

static void
begin_again(struct vault *vault, struct deferred *deferred)
{
	struct login *login =
	    container_of(deferred, struct login, attempt.again);

	if (login->errand.connection == NULL)
		login_free(vault, login);
	else
		begin_attempt(vault, login);
}

static void
begin_attempt(struct vault *vault, struct login *login)
{
	struct step *step = batch_add(vault, &begin_step, NULL);

	step->subject = login;
	step->writes = true;
}

void
login_password(struct vault *vault, struct login *login)
{
	if (attempt_init(vault->books, &login->attempt,
		login->has_form ? login->text.id : NULL, &login->kiosk,
		begin_again) != 0) {
		login_refuse(vault, login, WIRE_UNAVAILABLE);
		return;
	}
	login->has_attempt = true;
	begin_attempt(vault, login);
}
