/* SPDX-License-Identifier: ISC */
/*
 * Keys to where they belong.  Runs in atm-tui, called by its event loop.
 */
#include "input.h"

#include <openssl/crypto.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/clock.h"
#include "../draw/bidi.h"
#include "idle.h"
#include "kiosk.h"

/* Who types `1` and Enter, where `1` is enough, means one thing. */
#define CHOSEN_MS 1000

/* The last characters typed, compared with the operator's key. */
static bool
is_operator(struct kiosk *kiosk, int key)
{
	const char *wanted = config_string(kiosk->config, KIOSK_OPERATOR_KEY);
	char *typed = kiosk->input->typed;
	size_t length = strlen(typed), size = strlen(wanted);

	if (size == 0 || size >= INPUT_OPERATOR_SIZE)
		return false;
	if (kiosk_in_session(kiosk) || key <= ' ' || key > '~') {
		OPENSSL_cleanse(typed, INPUT_OPERATOR_SIZE);
		return false;
	}
	if (length == size)
		memmove(typed, typed + 1, length--);
	typed[length] = (char)key;
	typed[length + 1] = '\0';
	return length + 1 == size && CRYPTO_memcmp(typed, wanted, size) == 0;
}

/* A touch counts as a bounce only at the place of the last one. */
static bool
is_bounce(struct kiosk *kiosk, int key, int y, int x)
{
	struct input *input = kiosk->input;
	uint64_t now = clock_steady_ms();
	uint64_t limit =
	    (uint64_t)config_number(kiosk->config, SCREEN_DEBOUNCE_MS);
	bool same = key == input->last_key &&
	    (key != TERM_MOUSE || (y == input->last_y && x == input->last_x));
	bool bounce = same && now - input->last_key_ms < limit;

	input->last_key = key;
	input->last_y = y;
	input->last_x = x;
	input->last_key_ms = now;
	return bounce;
}

static bool
is_afterthought(struct kiosk *kiosk, int key)
{
	uint64_t chosen_ms = kiosk->input->chosen_ms;

	kiosk->input->chosen_ms = 0;
	return key == TERM_ENTER && chosen_ms != 0 &&
	    clock_steady_ms() - chosen_ms < CHOSEN_MS;
}

/* Keys for the terminal, not for a screen; true where it was one. */
static bool
take_control(struct kiosk *kiosk, int key)
{
	if (key == TERM_REDRAW) {
		chrome_resize(kiosk->chrome);
		return true;
	}
	if (key != TERM_INTERRUPT && key != TERM_SUSPEND)
		return false;
	if (kiosk->locked)
		return true;
	if (key == TERM_INTERRUPT) {
		kiosk_end(kiosk);
	} else {
		term_suspend();
		chrome_resize(kiosk->chrome);
	}
	return true;
}

/* The keys that each screen has; true where it was one. */
static bool
take_common(struct kiosk *kiosk, int key)
{
	switch (chrome_common_key(kiosk->chrome, key)) {
	case CHROME_HELP:
		kiosk->input->help = true;
		return true;
	case CHROME_LANGUAGE:
		kiosk_next_language(kiosk);
		return true;
	case CHROME_THEME:
		kiosk_next_theme(kiosk);
		return true;
	case CHROME_AGAIN:
		speech_repeat(kiosk->chrome->speech);
		return true;
	default:
		return false;
	}
}

/* The help stays: in another language or other colours, or said again. */
static bool
leaves_help_open(const struct kiosk *kiosk, int key)
{
	return chrome_common_key(kiosk->chrome, key) > CHROME_HELP;
}

/* It has been answered, and another may come. */
static void
forget_message(struct kiosk *kiosk)
{
	chrome_say(kiosk->chrome, ROLE_MESSAGE, "");
}

/* A key for the screen: no question or help lies above it. */
static void
give_key(struct kiosk *kiosk, int key)
{
	const struct screen *screen = kiosk->screens[kiosk->at];
	unsigned visit = kiosk->visit;

	if (take_common(kiosk, key))
		return;
	forget_message(kiosk);
	if (key == KEYPAD_KEY)
		keypad_toggle(kiosk->chrome);
	else if (screen->key != NULL)
		screen->key(kiosk, key);
	if (key >= '1' && key <= '9' && kiosk->visit != visit)
		kiosk->input->chosen_ms = clock_steady_ms();
}

static void
give_touch(struct kiosk *kiosk, int y, int x)
{
	const struct screen *screen = kiosk->screens[kiosk->at];
	int key, body_x;

	if (keypad_touched(kiosk->chrome, y, x, &key)) {
		if (key != 0)
			give_key(kiosk, key);
		return;
	}
	body_x = x - kiosk->chrome->left;
	if (bidi_is_mirrored()) {
		body_x = getmaxx(kiosk->chrome->body) - 1 - body_x;
		x = COLS - 1 - x;
	}
	key = chrome_touched(kiosk->chrome, y, x);
	if (key != 0)
		give_key(kiosk, key);
	else if (screen->mouse == NULL)
		give_key(kiosk, ' ');
	else {
		forget_message(kiosk);
		screen->mouse(kiosk, y - kiosk->chrome->top, body_x);
	}
}

void
input_key(struct kiosk *kiosk, int key, int y, int x)
{
	if (take_control(kiosk, key) || idle_touch(kiosk) ||
	    chrome_is_small() || key == TERM_OTHER)
		return;
	if (is_operator(kiosk, key)) {
		kiosk_end(kiosk);
		return;
	}
	if (kiosk_is_busy(kiosk) || is_bounce(kiosk, key, y, x) ||
	    is_afterthought(kiosk, key))
		return;
	speech_hush(kiosk->chrome->speech);
	if (kiosk->input->help && leaves_help_open(kiosk, key)) {
		take_common(kiosk, key);
		return;
	}
	if (kiosk->input->help) {
		kiosk->input->help = false;
		chrome_dialog(kiosk->chrome, NULL, 0);
		if (key != TERM_MOUSE ||
		    (key = chrome_help_touched(kiosk->chrome, y)) == 0)
			return;
	}
	if (key == TERM_MOUSE)
		give_touch(kiosk, y, x);
	else
		give_key(kiosk, key);
}

void
input_draw(struct kiosk *kiosk)
{
	if (kiosk->input->help && !kiosk->idle->asking)
		chrome_help(kiosk->chrome);
}
