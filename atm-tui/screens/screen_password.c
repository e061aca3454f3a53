/* SPDX-License-Identifier: ISC */
/*
 * Changing the password: the old one, the new one twice.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "form_screen.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

enum { OLD, NEW, AGAIN };

static void
submit(struct kiosk *kiosk)
{
	struct form_page *page = &((struct form_screen *)kiosk->state)->page;
	const struct form_line *lines = page->lines;
	char request[2 * FORM_VALUE_SIZE + 16];

	if (*lines[OLD].value == '\0') {
		form_fail(page, OLD, N_("please enter your password"));
	} else if (*lines[NEW].value == '\0') {
		form_fail(page, NEW, N_("please enter your password"));
	} else if (strcmp(lines[NEW].value, lines[AGAIN].value) != 0) {
		form_fail(page, AGAIN, N_("the two are not the same"));
	} else {
		snprintf(request, sizeof(request), "PASSWORD %s\n%s",
		    lines[OLD].value, lines[NEW].value);
		kiosk_ask(kiosk, ASK_PASSWORD, request, NULL);
		OPENSSL_cleanse(request, sizeof(request));
	}
}

static void
enter(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	form->title = N_("Change your password");
	form->leaving = N_("back");
	form->back = SCREEN_SERVICES;
	form->submit = submit;
	form->page = (struct form_page) {
		.count = 3,
		.lines = {
		    { N_("Old password"), FORM_SECRET, WIRE_PASSWORD_SIZE - 1,
			.optional = false },
		    { N_("New password"), FORM_SECRET, WIRE_PASSWORD_SIZE - 1,
			.optional = false },
		    { N_("New password again"), FORM_SECRET,
			WIRE_PASSWORD_SIZE - 1, .optional = false },
		},
		.buttons = { N_("Change"), N_("Cancel") },
		.button_count = 2,
	};
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_page *page = &((struct form_screen *)kiosk->state)->page;
	const char *refusal = NULL;

	(void)ask;
	if (kiosk_replied(reply, 422))
		refusal = limits_refusal(&reply->reader);
	if (refusal != NULL) {
		form_set(page, AGAIN, "");
		form_fail(page, NEW, refusal);
		return;
	}
	if (kiosk_replied(reply, 200)) {
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
	} else {
		for (int i = 0; i < page->count; i++)
			form_set(page, i, "");
		form_focus(page, OLD, true);
	}
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_password = {
	.name = "password",
	FORM_SCREEN_SLOTS,
	.enter = enter,
	.reply = reply,
};
