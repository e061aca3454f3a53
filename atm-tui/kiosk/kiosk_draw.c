/* SPDX-License-Identifier: ISC */
/*
 * One drawing of the kiosk: the screen, what is around it, what lies above
 * it.  Runs in atm-tui at the end of each event.
 */
#include "kiosk_draw.h"

#include "../../shared/base/clock.h"
#include "idle.h"
#include "input.h"
#include "kiosk.h"

#define SPINNER_AFTER_MS 300

/* What is waited for, where that takes long enough to be told. */
static const char *
waiting_words(const struct kiosk *kiosk)
{
	static const char *const words[ASK_COUNT] = {
		[ASK_LOGIN] = N_("Checking your ID and password..."),
		[ASK_SIGN_UP] = N_("Opening your account..."),
		[ASK_MONEY] = N_("Processing your transaction..."),
		[ASK_CASH] = N_("Please wait for your cash..."),
		[ASK_BALANCES] = N_("Asking for your balances..."),
		[ASK_HISTORY] = N_("Asking for your statement..."),
		[ASK_DETAILS] = N_("Asking for your account's details..."),
		[ASK_PASSWORD] = N_("Changing your password..."),
		[ASK_CLOSE] = N_("Closing your account..."),
		[ASK_EXIT] = N_("Ending your session..."),
	};

	const struct kiosk_ask *ask = kiosk_waiting(kiosk);

	if (ask == NULL || clock_steady_ms() - ask->since_ms < SPINNER_AFTER_MS)
		return NULL;
	/* The screen itself tells of the notes that come. */
	if (ask->ask == ASK_CASH && cash_is_handing_out(kiosk->cash))
		return NULL;
	return _(words[ask->ask]);
}

static const char *
link_words(const struct kiosk *kiosk)
{
	switch (bank_link_state(kiosk->bank)) {
	case BANK_LINK_READY:
	case BANK_LINK_SESSION:
		return _("connected");
	case BANK_LINK_RESUMING:
		return _("connection lost, reconnecting");
	case BANK_LINK_CONNECTING:
		return _("connecting");
	case BANK_LINK_DOWN:
		break;
	}
	return _("no connection");
}

static void
draw_around(struct kiosk *kiosk)
{
	enum bank_link link = bank_link_state(kiosk->bank);
	char banner[SENTENCE_SIZE];
	const struct chrome_status status = {
		.waiting = waiting_words(kiosk),
		.link = link_words(kiosk),
		.linked = link == BANK_LINK_READY || link == BANK_LINK_SESSION,
		.host = bank_host_name(kiosk->bank),
		.banner = sentence_write(&kiosk->customer->banner,
		    config_string(kiosk->config, SCREEN_CURRENCY), banner),
	};

	chrome_frame(kiosk->chrome, &status);
	input_draw(kiosk);
	idle_draw(kiosk);
}

void
kiosk_redraw(struct kiosk *kiosk)
{
	struct chrome *chrome = kiosk->chrome;

	do {
		chrome->again = false;
		speech_begin(chrome->speech);
		chrome_begin(chrome, kiosk->screens[kiosk->at]->grows);
		if (chrome_is_small())
			break;
		keypad_place(chrome);
		kiosk->screens[kiosk->at]->draw(kiosk);
		chrome->again |= keypad_hide(
		    chrome, chrome->typing == CHROME_TYPING_NOTHING);
		if (chrome->typing != CHROME_TYPING_NOTHING)
			chrome_hint(chrome, _("Keypad"), "", KEYPAD_KEY);
		chrome_hint_common(chrome);
		keypad_draw(chrome);
	} while (chrome->again);
	if (!chrome_is_small())
		draw_around(kiosk);
	chrome_end(chrome);
	speech_end(chrome->speech, kiosk->visit);
}
