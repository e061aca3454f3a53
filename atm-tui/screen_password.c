/* SPDX-License-Identifier: ISC */
/*
 * Changing the password: the old one, the new one twice.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "form_util.h"
#include "kiosk.h"
#include "password_rules.h"
#include "term.h"

enum { OLD, NEW, AGAIN };

struct password {
	struct form_page page;
};

static void
enter(struct kiosk *kiosk)
{
	struct password *password = kiosk->state;

	password->page = (struct form_page) {
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
leave(struct kiosk *kiosk)
{
	form_close(&((struct password *)kiosk->state)->page);
}

static void
draw(struct kiosk *kiosk)
{
	struct password *password = kiosk->state;
	int y = chrome_title(kiosk, _("Change your password"));

	form_draw(&password->page, kiosk, y);
	chrome_hint(kiosk, "Enter", _("go on"), 0);
	chrome_hint(kiosk, "Backspace", _("clear"), 0);
	chrome_hint(kiosk, "Esc", _("back"), TERM_ESC);
}

static void
submit(struct kiosk *kiosk)
{
	struct form_page *page = &((struct password *)kiosk->state)->page;
	const struct form_line *lines = page->lines;
	char request[2 * FORM_VALUE_SIZE + 16];
	const char *weakness =
	    password_weakness(lines[NEW].value, bank_session(kiosk->bank)->id);

	if (*lines[OLD].value == '\0') {
		form_fail(page, OLD, N_("please enter your password"));
	} else if (weakness != NULL) {
		form_fail(page, NEW, weakness);
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
act(struct kiosk *kiosk, int result)
{
	if (result == FORM_SUBMIT)
		submit(kiosk);
	else if (result == FORM_CANCEL)
		kiosk_go(kiosk, SCREEN_SERVICES);
	else if (result == FORM_REFUSED)
		beep();
}

static void
key(struct kiosk *kiosk, int key)
{
	act(kiosk, form_key(&((struct password *)kiosk->state)->page, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	act(kiosk, form_mouse(&((struct password *)kiosk->state)->page, y, x));
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct form_page *page = &((struct password *)kiosk->state)->page;

	(void)ask;
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
	.state_size = sizeof(struct password),
	.keypad = true,
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
