/* SPDX-License-Identifier: ISC */
/*
 * Opening an account.  What is wrong is told at its field; after it the
 * customer logs in.
 */
#include <string.h>

#include "form_util.h"
#include "kiosk.h"
#include "password_rules.h"
#include "term.h"

enum { ID, NAME, PASSWORD, AGAIN };

struct sign_up {
	struct form_page page;
};

static void
enter(struct kiosk *kiosk)
{
	struct sign_up *sign_up = kiosk->state;

	sign_up->page = (struct form_page) {
		.count = 4,
		.lines = {
		    { N_("New ID"), FORM_ID, WIRE_ID_SIZE - 1,
			.optional = false },
		    { N_("Full name"), FORM_TEXT, WIRE_NAME_SIZE - 1,
			.optional = true },
		    { N_("Password"), FORM_SECRET, WIRE_PASSWORD_SIZE - 1,
			.optional = false },
		    { N_("Password again"), FORM_SECRET,
			WIRE_PASSWORD_SIZE - 1, .optional = false },
		},
		.buttons = { N_("Open the account"), N_("Cancel") },
		.button_count = 2,
	};
}

static void
leave(struct kiosk *kiosk)
{
	form_close(&((struct sign_up *)kiosk->state)->page);
}

static void
draw(struct kiosk *kiosk)
{
	struct sign_up *sign_up = kiosk->state;
	int y = chrome_title(kiosk, _("Open an account"));

	form_draw(&sign_up->page, kiosk, y);
	chrome_hint(kiosk, "Enter", _("go on"), 0);
	chrome_hint(kiosk, "Backspace", _("clear"), 0);
	chrome_hint(kiosk, "Esc", _("cancel"), TERM_ESC);
}

static void
submit(struct kiosk *kiosk)
{
	struct form_page *page = &((struct sign_up *)kiosk->state)->page;
	const struct form_line *lines = page->lines;
	const char *weakness =
	    password_weakness(lines[PASSWORD].value, lines[ID].value);

	if (!wire_is_id(lines[ID].value, strlen(lines[ID].value)))
		form_fail(page, ID, N_("a letter or digit first"));
	else if (!wire_is_name(lines[NAME].value, strlen(lines[NAME].value)))
		form_fail(page, NAME, N_("this name is too long"));
	else if (weakness != NULL)
		form_fail(page, PASSWORD, weakness);
	else if (strcmp(lines[PASSWORD].value, lines[AGAIN].value) != 0)
		form_fail(page, AGAIN, N_("the two are not the same"));
	else
		kiosk_sign_up(kiosk, lines[ID].value, lines[PASSWORD].value,
		    lines[NAME].value);
}

static void
act(struct kiosk *kiosk, int result)
{
	if (result == FORM_SUBMIT)
		submit(kiosk);
	else if (result == FORM_CANCEL)
		kiosk_go(kiosk, SCREEN_LOGIN);
	else if (result == FORM_REFUSED)
		beep();
}

static void
key(struct kiosk *kiosk, int key)
{
	act(kiosk, form_key(&((struct sign_up *)kiosk->state)->page, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	act(kiosk, form_mouse(&((struct sign_up *)kiosk->state)->page, y, x));
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct sign_up *sign_up = kiosk->state;

	(void)ask;
	if (kiosk_replied(reply, 200))
		kiosk_go(kiosk, SCREEN_LOGIN);
	else if (kiosk_replied(reply, 409))
		form_fail(&sign_up->page, ID, N_("this ID is taken"));
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_sign_up = {
	.name = "sign-up",
	.state_size = sizeof(struct sign_up),
	.keypad = true,
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
