/* SPDX-License-Identifier: ISC */
/*
 * What is around every screen: header (bank, kiosk, clock), message line,
 * key line, and above it a banner, the spinner, the notice that the window
 * is too small.  Owns the windows and where the cursor stands.
 */
#ifndef ATM_CHROME_H
#define ATM_CHROME_H

#include <panel.h>

#include "../../shared/terminal/text.h"
#include "draw.h"

#define CHROME_ROWS 20 /* the smallest terminal */
#define CHROME_COLUMNS 60
#define CHROME_HINTS 8
#define CHROME_TOP 2 /* rows above the body, and below it */
#define CHROME_BOTTOM 3
#define CHROME_BODY_ROWS 26 /* on a large terminal the body stays small */
#define CHROME_BODY_COLUMNS 96

struct kiosk;

/* One entry of the key line; a touch on it is the key. */
struct hint {
	const char *key;
	const char *text;
	int code; /* 0: can't be touched */
};

struct chrome {
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

int chrome_open(struct kiosk *kiosk);
void chrome_close(struct kiosk *kiosk);
/* The terminal has another size or the theme has changed. */
void chrome_resize(struct kiosk *kiosk);
bool chrome_is_small(void);

/* Starts a drawing: body erased, no hints; then the frame, then the rest. */
void chrome_begin(struct kiosk *kiosk);
void chrome_end(struct kiosk *kiosk);

/* For screens, while they draw. */
void chrome_hint(
    struct kiosk *kiosk, const char *key, const char *text, int code);
void chrome_cursor(struct kiosk *kiosk, int body_y, int body_x);
/* The column at which text begins. */
int chrome_margin(const struct kiosk *kiosk);
/* A title in the area's first free row; returns the next row to use. */
int chrome_title(struct kiosk *kiosk, const char *title);

/* The key of the hint at a place of the screen, or 0. */
int chrome_touched(const struct kiosk *kiosk, int y, int x);

void chrome_banner(struct kiosk *kiosk, const char *text);
/* Ends the banner's time; true where something changed. */
bool chrome_expire(struct kiosk *kiosk);

/* A dialog above all: lines in a box; NULL closes. */
void chrome_dialog(struct kiosk *kiosk, const char *const *lines, size_t count);

#endif
