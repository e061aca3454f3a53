/* SPDX-License-Identifier: ISC */
/*
 * The flow from screen to screen, and the kiosk's end.  Runs in atm-tui, on
 * its event loop; draws nothing itself and never blocks.
 */
#include "kiosk.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

#define END_SECONDS 3

/* What belongs to the customer who has gone. */
static void
forget_customer(struct kiosk *kiosk)
{
	OPENSSL_cleanse(kiosk->customer, sizeof(*kiosk->customer));
	OPENSSL_cleanse(
	    kiosk->chrome->banner_text, sizeof(kiosk->chrome->banner_text));
	if (kiosk->chrome->banner_until_ms != 0) {
		kiosk->chrome->banner_until_ms = 1;
		chrome_expire(kiosk->chrome);
	}
	kiosk->input->help = false;
}

void
kiosk_leave(struct kiosk *kiosk)
{
	const struct screen *screen = kiosk->screens[kiosk->at];

	if (kiosk->state == NULL)
		return;
	if (screen->leave != NULL)
		screen->leave(kiosk);
	OPENSSL_cleanse(kiosk->state, screen->state_size);
	free(kiosk->state);
	kiosk->state = NULL;
}

void
kiosk_go(struct kiosk *kiosk, enum screen_id id)
{
	kiosk_leave(kiosk);
	keypad_close(kiosk->chrome);
	if (id == SCREEN_WELCOME) {
		forget_customer(kiosk);
		if (bank_link_state(kiosk->bank) == BANK_LINK_DOWN)
			id = SCREEN_OUT;
	}
	kiosk->state = calloc(1, kiosk->screens[id]->state_size + 1);
	if (kiosk->state == NULL) {
		kiosk_end(kiosk);
		return;
	}
	kiosk->at = id;
	kiosk->visit++;
	chrome_say(kiosk->chrome, ROLE_MESSAGE, "");
	kiosk->chrome->keypad.open = kiosk->screens[id]->keypad &&
	    config_number(kiosk->config, SCREEN_KEYPAD) != 0;
	if (kiosk->screens[id]->enter != NULL)
		kiosk->screens[id]->enter(kiosk);
}

bool
kiosk_in_session(const struct kiosk *kiosk)
{
	return bank_session(kiosk->bank)->id[0] != '\0';
}

void
kiosk_end(struct kiosk *kiosk)
{
	const struct timeval bound = { END_SECONDS, 0 };

	if (kiosk->ending)
		return;
	/* What the machine was told to hand out, it hands out. */
	kiosk->end_after_cash = cash_is_busy(kiosk->cash);
	if (kiosk->end_after_cash)
		return;
	kiosk->ending = true;
	if (kiosk->state != NULL && kiosk_in_session(kiosk)) {
		kiosk_end_session(kiosk, true);
		event_base_loopexit(kiosk->base, &bound);
	} else {
		event_base_loopbreak(kiosk->base);
	}
}

void
kiosk_next_language(struct kiosk *kiosk)
{
	const char *next = strcmp(intl_language(), "en") == 0 ? "es" : "en";

	if (intl_open(next) != 0)
		chrome_say(kiosk->chrome, ROLE_BAD,
		    _("This language isn't installed here"));
}

void
kiosk_next_theme(struct kiosk *kiosk)
{
	theme_set(&kiosk->chrome->theme,
	    (kiosk->chrome->theme.asked + 1) % THEME_COUNT,
	    kiosk->chrome->theme.clock);
	chrome_resize(kiosk->chrome);
}
