/* SPDX-License-Identifier: ISC */
/*
 * Opening an account.  What is wrong is told at its field; after it the
 * customer logs in.
 */
#include <string.h>

#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

enum { ID, NAME, PASSWORD, AGAIN };

static void
submit(struct kiosk *kiosk)
{
	struct form_page *page = &((struct form_screen *)kiosk->state)->page;
	const struct form_line *lines = page->lines;

	if (!wire_is_id(lines[ID].value, strlen(lines[ID].value)))
		form_fail(page, ID, N_("a letter or digit first"));
	else if (!wire_is_name(lines[NAME].value, strlen(lines[NAME].value)))
		form_fail(page, NAME, N_("this name is too long"));
	else if (*lines[PASSWORD].value == '\0')
		form_fail(page, PASSWORD, N_("please enter your password"));
	else if (strcmp(lines[PASSWORD].value, lines[AGAIN].value) != 0)
		form_fail(page, AGAIN, N_("the two are not the same"));
	else
		kiosk_sign_up(kiosk, lines[ID].value, lines[PASSWORD].value,
		    lines[NAME].value);
}

static void
enter(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	form->title = N_("Open an account");
	form->leaving = N_("cancel");
	form->back = SCREEN_LOGIN;
	form->submit = submit;
	form->page = (struct form_page) {
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
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_screen *form = kiosk->state;
	const char *refusal = NULL;

	(void)ask;
	if (kiosk_replied(reply, 422))
		refusal = limits_refusal(&reply->reader);
	if (refusal != NULL) {
		form_set(&form->page, AGAIN, "");
		form_fail(&form->page, PASSWORD, refusal);
		return;
	}
	if (kiosk_replied(reply, 200))
		kiosk_go(kiosk, SCREEN_LOGIN);
	else if (kiosk_replied(reply, 409))
		form_fail(&form->page, ID, N_("this ID is taken"));
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_sign_up = {
	.name = "sign-up",
	FORM_SCREEN_SLOTS,
	.enter = enter,
	.reply = reply,
};
