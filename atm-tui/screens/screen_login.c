/* SPDX-License-Identifier: ISC */
/*
 * S2 and S4: ID and password.  The password is wiped as soon as it is the
 * bank's to check.
 */
#include <string.h>

#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

enum { ID, PASSWORD };
enum { OPEN_ACCOUNT = 1, LANGUAGE = 2 };

static void
submit(struct kiosk *kiosk)
{
	struct form_page *page = &((struct form_screen *)kiosk->state)->page;

	if (*page->lines[ID].value == '\0')
		form_fail(page, ID, N_("please enter your ID"));
	else if (*page->lines[PASSWORD].value == '\0')
		form_fail(page, PASSWORD, N_("please enter your password"));
	else {
		kiosk_log_in(
		    kiosk, page->lines[ID].value, page->lines[PASSWORD].value);
		form_set(page, PASSWORD, "");
	}
}

static void
press(struct kiosk *kiosk, int button)
{
	if (button == OPEN_ACCOUNT)
		kiosk_go(kiosk, SCREEN_SIGN_UP);
	else if (button == LANGUAGE)
		kiosk_next_language(kiosk);
}

static void
enter(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	form->title = N_("Welcome. Please enter your ID and password.");
	form->leaving = N_("cancel");
	form->back = SCREEN_WELCOME;
	form->submit = submit;
	form->press = press;
	form->page = (struct form_page) {
		.count = 2,
		.lines = {
		    { N_("ID"), FORM_ID, WIRE_ID_SIZE - 1, .optional = false },
		    { N_("Password"), FORM_SECRET, WIRE_PASSWORD_SIZE - 1,
			.optional = false },
		},
		.buttons = { N_("Enter"), N_("Open an account"),
		    N_("Language"), N_("Cancel") },
		.button_count = 4,
	};
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_screen *form = kiosk->state;

	(void)ask;
	if (kiosk_replied(reply, 200)) {
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
		kiosk_welcome_back(kiosk);
	} else
		form_focus(&form->page, ID, true);
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_login = {
	.name = "login",
	FORM_SCREEN_SLOTS,
	.enter = enter,
	.reply = reply,
};
