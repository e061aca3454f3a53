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

#define CHROME_HINTS 16

/* One entry of the key line; a touch on it is the key. */
struct hint {
	const char *key; /* English; two that do the same: `p/5` */
	const char *text;
	const char *also; /* another that does the same, told in the help */
	int code;         /* 0: can't be touched */
	bool spare;       /* left out where there is no room for its words */
	char name[48];    /* the key's, in the language in force */
};

/* What the keyboard's characters are for while a screen is drawn. */
enum chrome_typing {
	CHROME_TYPING_NOTHING, /* each is a key of its own */
	CHROME_TYPING_AMOUNT,  /* digits and a point */
	CHROME_TYPING_ID,      /* letters too, but no `?` */
	CHROME_TYPING_TEXT
};

struct chrome {
	const struct config *config;
	struct speech *speech; /* NULL: no voice */
	struct theme theme;
	struct keypad keypad;
	bool again; /* what was drawn has to be drawn once more */
	bool grown; /* the body takes the whole terminal */
	enum chrome_typing typing;
	WINDOW *body;
	PANEL *body_panel;
	int top, left; /* of the body on the screen */
	PANEL *over;   /* dialog or notice above all, NULL: none */
	int over_top;  /* its first line, on the screen */
	int help_row;  /* the help's line with the first key */
	PANEL *banner;
	struct canvas canvas; /* the body's */
	struct rect area;     /* of the body: what the screen may use */
	enum role message_role;
	char message[256];
	uint64_t banner_until_ms; /* 0: there is none */
	struct hint hints[CHROME_HINTS];
	struct rect hint_places[CHROME_HINTS]; /* on the screen */
	size_t hint_count;
	int cursor_y, cursor_x; /* on the screen */
	unsigned step;          /* of the spinner */
};

#endif
