/* SPDX-License-Identifier: ISC */
/*
 * S2 to S4 in plain mode: ID and password, and opening an account.  Part of
 * atm-tui.
 */
#include "plain_login.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/util.h"
#include "../../shared/terminal/text.h"
#include "../../shared/wire/wire_reply.h"
#include "../base/options.h"
#include "plain_bank.h"
#include "plain_io.h"
#include "plain_services.h"
#include "../base/away.h"

/* What is typed for an ID to do something else: no ID begins so. */
#define SIGN_UP "+"
#define LANGUAGE "*"

/* Codes after which the form comes again; all others end the program. */
static bool
refusal_is_final(const struct bank_reply *reply)
{
	static const int again[] = { 401, 409, 422, 423 };

	if (reply->outcome != BANK_ANSWERED && reply->outcome != BANK_REFUSED)
		return true;
	for (size_t i = 0; i < NELEM(again); i++)
		if (reply->reader.code == again[i])
			return false;
	return reply->reader.code != 200;
}

/* Says what came; the exit code to end with, or -1 to go on. */
static int
say_outcome(struct plain *plain)
{
	const struct bank_reply *reply = &plain->reply;
	const char *line = config_string(plain->config, SCREEN_BRANCH_LINE);

	if (reply->outcome == BANK_ANSWERED || reply->outcome == BANK_REFUSED)
		plain_say_reply(&reply->reader);
	else
		plain_say(_("the bank can't be reached"));
	if (reply->outcome == BANK_REFUSED && *line != '\0' &&
	    reply->reader.code == wire_reply_code(WIRE_LOCKED))
		plain_say(line);
	return refusal_is_final(reply) ? 1 : -1;
}

/* Found in the list of notices too. */
static void
say_since_last_visit(struct plain *plain, const struct bank_session *session)
{
	static const struct sentence title = { .words = N_(
						   "Since your last visit:") };
	const struct wire_reader *reader = plain_request(plain, VISIT_REQUEST);
	struct visit visit;

	if (reader == NULL || reader->code != 200)
		return;
	away_read(&visit, reader, session->last_login, session->id);
	if (visit.count > 0)
		plain_tell(plain, &title);
	for (size_t i = 0; i < visit.count; i++)
		plain_tell(plain, &visit.lines[i]);
	OPENSSL_cleanse(&visit, sizeof(visit));
}

static void
say_welcome(struct plain *plain)
{
	const struct bank_session *session = bank_session(plain->bank);
	char line[DATES_SIZE];

	string_copy(plain->customer, session->id, sizeof(plain->customer));
	/* The seeds' login says the seeds' words, and nothing more. */
	if (!plain->full)
		return;
	if (session->name[0] != '\0')
		plain_sayf(_("Welcome, %s"), session->name);
	if (strlen(session->last_login) > 1)
		plain_sayf(_("Your last login: %s"),
		    plain_time(plain, line, session->last_login));
	if (session->failed > 0) {
		snprintf(line, sizeof(line),
		    intl_plural("%u failed attempt since then",
			"%u failed attempts since then", session->failed),
		    session->failed);
		plain_say(text_digits(line, sizeof(line)));
	}
	if (away_is_known(session->last_login) && !session->must_change)
		say_since_last_visit(plain, session);
}

/* The password's faults are the bank's to tell. */
static void
refuse_sign_up(const struct plain *plain, const char *id, const char *name)
{
	if (!wire_is_id(id, strlen(id)))
		plain_refuse(plain,
		    _("An ID has at most 32 letters and digits, with . _ or - "
		      "between them"));
	else if (!wire_is_name(name, strlen(name)))
		plain_refuse_text(plain, name);
	else
		plain_say(_("incorrect input"));
}

static int
sign_up(struct plain *plain)
{
	char id[PLAIN_LINE_SIZE], name[PLAIN_LINE_SIZE];
	char password[PLAIN_LINE_SIZE], again[PLAIN_LINE_SIZE];
	int code = -1;

	if (!plain_ask(plain, _("New ID: "), id) ||
	    !plain_ask(plain, _("Full name: "), name) ||
	    !plain_ask_secret(plain, _("Password: "), password) ||
	    !plain_ask_secret(plain, _("Password again: "), again))
		goto out;
	if (!plain_is_same(password, again))
		goto out;
	plain->waiting = true;
	if (bank_sign_up(
		plain->bank, id, password, name, plain_take_reply, plain) != 0)
		refuse_sign_up(plain, id, name);
	else {
		plain_wait_for_reply(plain);
		code = say_outcome(plain);
	}
out:
	OPENSSL_cleanse(password, sizeof(password));
	OPENSSL_cleanse(again, sizeof(again));
	return code;
}

/* An ID or a password that can't be one is as wrong as any, and as said. */
static int
log_in(struct plain *plain, const char *id, bool *refused)
{
	char password[PLAIN_LINE_SIZE];
	int error;

	if (!plain_ask_secret(plain, _("Password: "), password))
		return -1;
	*refused = true;
	plain->waiting = true;
	error = bank_login(plain->bank, id, password, plain_take_reply, plain);
	OPENSSL_cleanse(password, sizeof(password));
	if (error != 0) {
		plain_say(_("ID or password is incorrect"));
		return -1;
	}
	plain_wait_for_reply(plain);
	return say_outcome(plain);
}

/* With a one-time password nothing else is possible. */
static void
get_own_password(struct plain *plain)
{
	while (bank_link_state(plain->bank) == BANK_LINK_SESSION &&
	    bank_session(plain->bank)->must_change && !plain->end &&
	    !plain->over) {
		plain_say(_("Please choose a password of your own"));
		plain_change_password(plain);
	}
}

int
plain_login(struct plain *plain)
{
	char id[PLAIN_LINE_SIZE];
	bool refused = false;
	int code = -1;

	while (code < 0 && bank_link_state(plain->bank) != BANK_LINK_SESSION) {
		if (plain->full)
			plain_sayf(_("(enter %s as the ID to open an account, "
				     "%s for another language)"),
			    SIGN_UP, LANGUAGE);
		if (!plain_ask(plain, _("ID: "), id))
			return refused;
		if (plain->full && strcmp(id, SIGN_UP) == 0) {
			code = sign_up(plain);
			continue;
		}
		if (plain->full && strcmp(id, LANGUAGE) == 0) {
			plain_language(plain, NULL);
			continue;
		}
		code = log_in(plain, id, &refused);
	}
	if (code < 0)
		say_welcome(plain);
	if (code < 0)
		get_own_password(plain);
	return code;
}
