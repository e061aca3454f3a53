/* SPDX-License-Identifier: ISC */
/*
 * The idle clock.  Runs in atm-tui; it is the steady clock, so that a step
 * of the wall clock logs nobody out.
 */
#include "idle.h"

#include <stdio.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "kiosk.h"
#include "../draw/speech.h"

static uint64_t
idle_ms(const struct kiosk *kiosk)
{
	return clock_steady_ms() - kiosk->idle->touched_ms;
}

static uint64_t
option_ms(const struct kiosk *kiosk, enum atm_option option)
{
	return 1000 * (uint64_t)config_number(kiosk->config, option);
}

bool
idle_touch(struct kiosk *kiosk)
{
	bool asked = kiosk->idle->asking;

	kiosk->idle->touched_ms = clock_steady_ms();
	kiosk->idle->asking = false;
	if (asked)
		chrome_dialog(kiosk->chrome, NULL, 0);
	return asked;
}

/* Who listens presses no key. */
static bool
is_listening(const struct kiosk *kiosk)
{
	return !kiosk->idle->asking &&
	    speech_is_speaking(kiosk->chrome->speech);
}

void
idle_tick(struct kiosk *kiosk)
{
	uint64_t ask_ms = option_ms(kiosk, SCREEN_IDLE_SECONDS);
	uint64_t end_ms = ask_ms + option_ms(kiosk, SCREEN_WARN_SECONDS);

	if (kiosk->screens[kiosk->at]->unwatched || kiosk_is_busy(kiosk) ||
	    is_listening(kiosk)) {
		idle_touch(kiosk);
	} else if (idle_ms(kiosk) >= end_ms) {
		idle_touch(kiosk);
		kiosk_end_session(kiosk, true);
	} else if (idle_ms(kiosk) >= ask_ms) {
		kiosk->idle->asking = true;
	}
}

void
idle_draw(struct kiosk *kiosk)
{
	uint64_t end_ms = option_ms(kiosk, SCREEN_IDLE_SECONDS) +
	    option_ms(kiosk, SCREEN_WARN_SECONDS);
	uint64_t past_ms = idle_ms(kiosk);
	unsigned long left;
	char countdown[128];
	const char *lines[5] = { _("Do you need more time?"), "", countdown, "",
		_("Press any key or touch the screen for more time.") };

	if (!kiosk->idle->asking)
		return;
	left = past_ms >= end_ms ? 0 : (end_ms - past_ms + 999) / 1000;
	snprintf(countdown, sizeof(countdown),
	    intl_plural("The session ends in %lu second",
		"The session ends in %lu seconds", left),
	    left);
	text_digits(countdown, sizeof(countdown));
	/* Not the countdown: it would cut itself off each second. */
	speech_hear(kiosk->chrome->speech, SPEECH_MESSAGE, lines[0]);
	speech_hear(kiosk->chrome->speech, SPEECH_MESSAGE, lines[4]);
	chrome_dialog(kiosk->chrome, lines, NELEM(lines));
}
