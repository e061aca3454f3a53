/* SPDX-License-Identifier: ISC */
/*
 * The inside of struct chrome: for chrome.c, and for what is drawn on it.
 */
#ifndef ATM_CHROME_STATE_H
#define ATM_CHROME_STATE_H

#include <panel.h>

#include "../../shared/config/config.h"
#include "draw.h"
#include "keypad.h"
#include "speech.h"

#define CHROME_HINTS 8

/* One entry of the key line; a touch on it is the key. */
struct hint {
	const char *key;
	const char *text;
	int code; /* 0: can't be touched */
};

struct chrome {
	const struct config *config;
	struct speech *speech; /* NULL: no voice */
	struct theme theme;
	struct keypad keypad;
	bool again; /* what was drawn has to be drawn once more */
	WINDOW *body;
	PANEL *body_panel;
	int top, left; /* of the body on the screen */
	PANEL *over;   /* dialog or notice above all, NULL: none */
	PANEL *banner;
	struct canvas canvas; /* the body's */
	struct rect area;     /* of the body: what the screen may use */
	enum role message_role;
	char message[256];
	char banner_text[192];
	uint64_t banner_until_ms;
	struct hint hints[CHROME_HINTS];
	struct rect hint_places[CHROME_HINTS]; /* on the screen */
	size_t hint_count;
	int cursor_y, cursor_x; /* on the screen */
	unsigned step;          /* of the spinner */
};

#endif
