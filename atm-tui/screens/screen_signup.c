/* SPDX-License-Identifier: ISC */
/*
 * Opening an account, a question at a time, its rule before it.  What is
 * wrong is told at its question; after the last the customer logs in.
 */
#include <string.h>

#include "../../shared/base/util.h"
#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

enum { ID, NAME, PASSWORD, AGAIN, QUESTIONS };

static const char *
check_id(struct kiosk *kiosk, const char *answer)
{
	(void)kiosk;
	return wire_is_id(answer, strlen(answer))
	    ? NULL
	    : N_("begin with a letter or digit");
}

static const struct form_question questions[QUESTIONS] = {
	[ID] = { NULL,
	    N_("You log in with this ID, and others send money to it. Use "
	       "letters, digits and . _ -"),
	    { N_("New ID"), FORM_ID, WIRE_ID_SIZE - 1, .optional = false },
	    check_id },
	[NAME] = { NULL,
	    N_("The bank greets you by this name. You can leave it empty."),
	    { N_("Full name"), FORM_TEXT, WIRE_NAME_SIZE - 1,
		.optional = true },
	    NULL },
	[PASSWORD] = { NULL,
	    N_("At least 4 characters, hard to guess, and not your ID."),
	    { N_("Password"), FORM_SECRET, WIRE_PASSWORD_SIZE - 1,
		.optional = false },
	    form_screen_check_password },
	[AGAIN] = { NULL, N_("Please enter the same password again."),
	    { N_("Password again"), FORM_SECRET, WIRE_PASSWORD_SIZE - 1,
		.optional = false },
	    form_screen_check_again },
};

static void
submit(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	kiosk_sign_up(kiosk, form->answers[ID], form->answers[PASSWORD],
	    form->answers[NAME]);
}

static void
enter(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	form->title = N_("Open an account");
	form->leaving = N_("cancel");
	form->back = SCREEN_LOGIN;
	form->submit = submit;
	form->done = N_("Open the account");
	form->questions = questions;
	form->count = QUESTIONS;
	form_screen_ask(form, ID);
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_screen *form = kiosk->state;

	(void)ask;
	if (form_screen_take_refusal(form, reply, PASSWORD))
		return;
	if (kiosk_replied(reply, 200)) {
		string_copy(kiosk->customer->new_id, form->answers[ID],
		    sizeof(kiosk->customer->new_id));
		kiosk_go(kiosk, SCREEN_LOGIN);
	} else if (kiosk_replied(reply, 409)) {
		form_screen_refuse(form, ID, N_("this ID is taken"));
	}
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_sign_up = {
	.name = "sign-up",
	FORM_SCREEN_SLOTS,
	.enter = enter,
	.reply = reply,
};
