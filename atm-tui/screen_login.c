/* SPDX-License-Identifier: ISC */
/*
 * S2 and S4: ID and password.  The password is wiped as soon as it is the
 * bank's to check.
 */
#include <string.h>

#include "form_util.h"
#include "kiosk.h"
#include "term.h"

enum { ID, PASSWORD };
enum { OPEN_ACCOUNT = 1, LANGUAGE = 2 };

struct login {
	struct form_page page;
};

static void
enter(struct kiosk *kiosk)
{
	struct login *login = kiosk->state;

	login->page = (struct form_page) {
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
leave(struct kiosk *kiosk)
{
	form_close(&((struct login *)kiosk->state)->page);
}

static void
draw(struct kiosk *kiosk)
{
	struct login *login = kiosk->state;
	int y = chrome_title(
	    kiosk, _("Welcome. Please enter your ID and password."));

	form_draw(&login->page, kiosk, y);
	chrome_hint(kiosk, "Enter", _("go on"), 0);
	chrome_hint(kiosk, "Backspace", _("clear"), 0);
	chrome_hint(kiosk, "Esc", _("cancel"), TERM_ESC);
}

static void
submit(struct kiosk *kiosk)
{
	struct form_page *page = &((struct login *)kiosk->state)->page;

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
act(struct kiosk *kiosk, int result)
{
	if (result == FORM_SUBMIT)
		submit(kiosk);
	else if (result == FORM_CANCEL)
		kiosk_go(kiosk, SCREEN_WELCOME);
	else if (result == OPEN_ACCOUNT)
		kiosk_go(kiosk, SCREEN_SIGN_UP);
	else if (result == LANGUAGE)
		kiosk_next_language(kiosk);
	else if (result == FORM_REFUSED)
		beep();
}

static void
key(struct kiosk *kiosk, int key)
{
	act(kiosk, form_key(&((struct login *)kiosk->state)->page, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	act(kiosk, form_mouse(&((struct login *)kiosk->state)->page, y, x));
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct login *login = kiosk->state;

	(void)ask;
	if (kiosk_replied(reply, 200)) {
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
		kiosk_welcome_back(kiosk);
	} else
		form_focus(&login->page, ID, true);
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_login = {
	.name = "login",
	.state_size = sizeof(struct login),
	.keypad = true,
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
