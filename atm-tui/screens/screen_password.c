/* SPDX-License-Identifier: ISC */
/*
 * Changing the password: the old one, the new one twice.  Also the first
 * screen of a session whose password an operator gave for once.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

enum { OLD, NEW, AGAIN, QUESTIONS };

static const char rule[] =
    N_("At least 4 characters, hard to guess, and not your ID.");

#define SECRET(label)                                                         \
	{                                                                     \
		label, FORM_SECRET, WIRE_PASSWORD_SIZE - 1, .optional = false \
	}
#define THE_NEW_ONE                                                    \
	[NEW] = { NULL, rule, SECRET(N_("New password")),              \
		form_screen_check_password },                          \
	[AGAIN] = { NULL, N_("Please enter the same password again."), \
		SECRET(N_("New password again")), form_screen_check_again }

static const struct form_question questions[QUESTIONS] = {
	[OLD] = { NULL, NULL, SECRET(N_("Old password")),
	    form_screen_check_password },
	THE_NEW_ONE,
};
static const struct form_question once_questions[QUESTIONS] = {
	[OLD] = { NULL, NULL, SECRET(N_("One-time password")),
	    form_screen_check_password },
	THE_NEW_ONE,
};

static void
submit(struct kiosk *kiosk)
{
	const struct form_screen *form = kiosk->state;
	char request[2 * FORM_VALUE_SIZE + 16];

	snprintf(request, sizeof(request), "PASSWORD %s\n%s",
	    form->answers[OLD], form->answers[NEW]);
	kiosk_ask(kiosk, ASK_PASSWORD, request, NULL);
	OPENSSL_cleanse(request, sizeof(request));
}

static void
cancel(struct kiosk *kiosk)
{
	kiosk_end_session(kiosk, false);
}

static void
enter(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;
	bool once = bank_session(kiosk->bank)->must_change;

	form->title = N_("Change your password");
	form->leaving = N_("back");
	form->back = SCREEN_SERVICES;
	form->submit = submit;
	form->done = N_("Change");
	form->questions = questions;
	form->count = QUESTIONS;
	if (once) {
		form->title = N_("Please choose a password of your own");
		form->leaving = N_("cancel");
		form->leave = cancel;
		form->questions = once_questions;
	}
	form_screen_ask(form, OLD);
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_screen *form = kiosk->state;

	(void)ask;
	if (kiosk_replied(reply, 401)) {
		form_screen_refuse(form, OLD,
		    form->questions == once_questions
			? N_("the one-time password is incorrect")
			: N_("the old password is incorrect"));
		return;
	}
	if (form_screen_take_refusal(form, reply, NEW))
		return;
	if (kiosk_replied(reply, 200))
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
	else
		form_screen_refuse(form, OLD, NULL);
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_password = {
	.name = "password",
	FORM_SCREEN_SLOTS,
	.enter = enter,
	.reply = reply,
};
