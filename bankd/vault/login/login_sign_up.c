/* SPDX-License-Identifier: ISC */
/*
 * O, after its envelope (the vault's): checked, the password hashed by a
 * worker, checked again, and the account opened.
 */
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/clock.h"
#include "../guard/hashing.h"
#include "../guard/password_rules.h"
#include "../verbs/verbs.h"
#include "../core/vault_state.h"
#include "../guard/tally.h"
#include "login_state.h"

/* In the protocol's order; the form was checked before. */
static enum wire_reply
decide(struct books *books, const struct step *step)
{
	const struct login *login = step->subject;

	if (books_option(books, LOGIN_SIGN_UP) == 0)
		return WIRE_NOT_ALLOWED;
	if (books->mode != VAULT_NORMAL)
		return WIRE_UNAVAILABLE;
	if (step->accounts[STEP_CUSTOMER] != NULL)
		return WIRE_ID_TAKEN;
	return login->one_too_many ? WIRE_OVER_LIMIT : STEP_GO_ON;
}

static void
make_hash(struct job *job, void *thread)
{
	struct login *login = container_of(job, struct login, errand.job);

	(void)thread;
	login->right =
	    hashing_make(login->text.password, login->cost, login->hash) == 0;
}

static void
answer(struct vault *vault, struct step *step)
{
	step->limit = "sign-up";
	verbs_write(vault->books, step);
	login_answer(vault, step->subject, step->text, step->length);
}

static void
apply_open(struct books *books, struct step *step)
{
	struct login *login = step->subject;
	struct ledger_account *account;
	int error;

	step->reply = decide(books, step);
	if (step->reply == STEP_GO_ON && !login->right)
		step->reply = WIRE_UNAVAILABLE;
	if (step->reply != STEP_GO_ON)
		return;
	error = store_account_new(books->store, login->text.id,
	    login->text.name, login->hash, books->now_ms, &account);
	step->reply = error == BANK_EEXIST ? WIRE_ID_TAKEN : WIRE_OPENED;
	if (error == 0)
		books_touch(books, account, login->hash);
	else if (error != BANK_EEXIST)
		books_failed(books, error);
}

static void
finish_open(struct vault *vault, struct step *step)
{
	const struct login *login = step->subject;

	if (step->reply == WIRE_OPENED)
		log_event(LOG_NOTICE, "account_opened", "id",
		    LOG_TEXT(login->text.id), "kiosk",
		    LOG_TEXT(login->kiosk.name), NULL);
	answer(vault, step);
}

static const struct step_kind open_step = {
	.apply = apply_open,
	.finish = finish_open,
};

static void
hashed(struct job *job, void *context)
{
	struct login *login = container_of(job, struct login, errand.job);
	struct step *step = batch_add(context, &open_step, NULL);

	step->subject = login;
	step->ids[STEP_CUSTOMER] = login->text.id;
	step->writes = true;
}

static void
apply_check(struct books *books, struct step *step)
{
	step->reply = decide(books, step);
}

static void
finish_check(struct vault *vault, struct step *step)
{
	struct login *login = step->subject;

	if (step->reply != STEP_GO_ON) {
		answer(vault, step);
		return;
	}
	login->errand.job.run = make_hash;
	login->errand.job.done = hashed;
	login_submit(vault, login);
}

static const struct step_kind check_step = {
	.apply = apply_check,
	.finish = finish_check,
};

/* The rule that the new password breaks, or NULL. */
static const struct password_rule *
broken_rule(const struct login *login)
{
	return login->has_form
	    ? password_rule_broken(login->text.password, login->text.id, NULL)
	    : NULL;
}

static void
apply_form(struct books *books, struct step *step)
{
	const struct password_rule *broken = broken_rule(step->subject);

	(void)books;
	step->reply = WIRE_INCORRECT;
	step->rule = broken != NULL ? broken->name : NULL;
}

static const struct step_kind form_step = {
	.apply = apply_form,
	.finish = answer,
};

void
login_sign_up(struct vault *vault, struct login *login)
{
	bool good = login->has_form && broken_rule(login) == NULL;
	struct step *step =
	    batch_add(vault, good ? &check_step : &form_step, NULL);
	uint64_t now_ms;

	step->subject = login;
	step->writes = good;
	if (!good)
		return;
	step->ids[STEP_CUSTOMER] = login->text.id;
	now_ms = clock_steady_ms();
	login->one_too_many =
	    tally_is_full(vault->logins->sign_ups, &login->kiosk, now_ms);
	if (!login->one_too_many)
		tally_add(vault->logins->sign_ups, &login->kiosk, now_ms);
}
