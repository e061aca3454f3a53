/* SPDX-License-Identifier: ISC */
/*
 * The flow from screen to screen, and the kiosk's end.  Runs in atm-tui, on
 * its event loop; draws nothing itself and never blocks.
 */
#include "kiosk.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/clock.h"
#include "input.h"

#define END_SECONDS 3

/* What belongs to the customer who has gone. */
static void
forget_customer(struct kiosk *kiosk)
{
	news_forget(&kiosk->customer->news);
	OPENSSL_cleanse(kiosk->customer, sizeof(*kiosk->customer));
	kiosk->input->help = false;
}

/* It may tell of money. */
static void
drop_banner(struct kiosk *kiosk)
{
	OPENSSL_cleanse(
	    &kiosk->customer->banner, sizeof(kiosk->customer->banner));
	if (kiosk->chrome->banner_until_ms != 0) {
		kiosk->chrome->banner_until_ms = 1;
		chrome_expire(kiosk->chrome);
	}
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
	if (id == SCREEN_WELCOME || id == SCREEN_GOODBYE)
		drop_banner(kiosk);
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
kiosk_was_shown(const struct kiosk *kiosk, uint64_t *since_ms, uint64_t ms)
{
	uint64_t now_ms = clock_steady_ms();

	if (speech_is_speaking(kiosk->chrome->speech))
		*since_ms = now_ms;
	return now_ms - *since_ms >= ms;
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
	int next = 0;

	while (strcmp(intl_name(next), intl_language()) != 0)
		next++;
	next = (next + 1) % INTL_LANGUAGE_COUNT;
	if (intl_open(intl_name(next)) != 0)
		chrome_say(kiosk->chrome, ROLE_BAD,
		    N_("This language is not installed here"));
	/* Without UTF-8 there are no letters for it. */
	if (intl_is_right_to_left() && !kiosk->chrome->theme.utf8)
		intl_open(intl_name(0));
}

void
kiosk_next_theme(struct kiosk *kiosk)
{
	theme_set(&kiosk->chrome->theme,
	    (kiosk->chrome->theme.asked + 1) % THEME_COUNT,
	    kiosk->chrome->theme.clock);
	chrome_resize(kiosk->chrome);
}
