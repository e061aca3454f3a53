/* SPDX-License-Identifier: ISC */
/*
 * S2 and S4: ID, then password.  The password is wiped as soon as it is the
 * bank's to check.
 */
#include <stdio.h>

#include <openssl/crypto.h>

#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reply.h"
#include "errand.h"
#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

enum { ID, PASSWORD, QUESTIONS };
enum { OPEN_ACCOUNT = 1, LANGUAGE = 2 };

static const char welcome[] = N_("Welcome. Please enter your ID and password.");

static const char *
check_id(struct kiosk *kiosk, const char *answer)
{
	(void)kiosk;
	return *answer != '\0' ? NULL : N_("please enter your ID");
}

static const char *
check_password(struct kiosk *kiosk, const char *answer)
{
	(void)kiosk;
	return *answer != '\0' ? NULL : N_("please enter your password");
}

static const struct form_question questions[QUESTIONS] = {
	[ID] = { NULL, NULL,
	    { N_("ID"), FORM_ID, WIRE_ID_SIZE - 1, .optional = false },
	    check_id },
	[PASSWORD] = { NULL, NULL,
	    { N_("Password"), FORM_SECRET, WIRE_PASSWORD_SIZE - 1,
		.optional = false },
	    check_password },
};

static void
submit(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	kiosk_log_in(kiosk, form->answers[ID], form->answers[PASSWORD]);
	OPENSSL_cleanse(form->answers[PASSWORD], FORM_VALUE_SIZE);
	form_set(&form->page, 0, "");
}

static void
press(struct kiosk *kiosk, int button)
{
	if (button == OPEN_ACCOUNT)
		kiosk_go(kiosk, SCREEN_SIGN_UP);
	else if (button == LANGUAGE)
		kiosk_next_language(kiosk);
}

/* What the operator has to say, and then who is asked for the password. */
static int
draw_note(struct kiosk *kiosk, int y)
{
	struct form_screen *form = kiosk->state;
	char line[128];

	if (form->first == ID) /* not to who has just opened an account */
		y = errand_draw_line(kiosk, y, ROLE_DIM,
		    config_string(kiosk->config, SCREEN_LOGIN_NOTE));
	/* An E's words may be a stranger's; these are the kiosk's own. */
	if (form->locked)
		y = errand_draw_line(kiosk, y, ROLE_BODY,
		    config_string(kiosk->config, SCREEN_BRANCH_LINE));
	if (form->at != PASSWORD)
		return y;
	snprintf(line, sizeof(line), _("Your ID is %s."), form->answers[ID]);
	return errand_draw_line(kiosk, y, ROLE_DIM, line);
}

static void
enter(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;
	const char *new_id = kiosk->customer->new_id;

	*form = (struct form_screen) {
		.title =
		    *new_id != '\0' ? N_("Your account is open.") : welcome,
		.leaving = N_("cancel"),
		.back = SCREEN_WELCOME,
		.submit = submit,
		.press = press,
		.draw_note = draw_note,
		.buttons = { N_("Enter"), N_("Open an account"), N_("Language"),
		    N_("Cancel") },
		.questions = questions,
		.count = QUESTIONS,
		.first = *new_id != '\0' ? PASSWORD : ID,
	};
	string_copy(form->answers[ID], new_id, WIRE_ID_SIZE);
	form_screen_ask(form, form->first);
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_screen *form = kiosk->state;

	(void)ask;
	if (kiosk_replied(reply, 200)) {
		if (bank_session(kiosk->bank)->must_change)
			kiosk_go(kiosk, SCREEN_PASSWORD);
		else
			kiosk_go(kiosk, SCREEN_MAIN_MENU);
		kiosk_welcome_back(kiosk);
	} else {
		form->title = welcome;
		form->first = ID;
		form->locked = reply->outcome == BANK_REFUSED &&
		    reply->reader.code == wire_reply_code(WIRE_LOCKED);
		form_screen_refuse(form, ID, NULL);
	}
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_login = {
	.name = "login",
	FORM_SCREEN_SLOTS,
	.enter = enter,
	.reply = reply,
};
