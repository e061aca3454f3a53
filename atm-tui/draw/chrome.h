/* SPDX-License-Identifier: ISC */
/*
 * What is around every screen: header (bank, kiosk, clock), message line,
 * key line, and above it a banner, the spinner, the notice that the window
 * is too small.  Owns the windows and where the cursor stands.
 */
#ifndef ATM_CHROME_H
#define ATM_CHROME_H

#include "../../shared/terminal/text.h"
#include "chrome_state.h"

#define CHROME_ROWS 20 /* the smallest terminal */
#define CHROME_COLUMNS 60
#define CHROME_TOP 2 /* rows above the body, and below it */
#define CHROME_BOTTOM 3
#define CHROME_BODY_ROWS 26 /* on a large terminal the body stays small */
#define CHROME_BODY_COLUMNS 96

/* What the lowest rows tell of the bank while a screen is drawn. */
struct chrome_status {
	const char *waiting; /* what the bank is asked, or NULL: nothing */
	const char *link;    /* words for the link */
	bool linked;         /* it is as it should be */
};

/*
 * After curses has started and the theme is set; config, theme and speech
 * are the caller's to set before.  0 or BANK_ENOMEM.
 */
int chrome_open(struct chrome *chrome);
void chrome_close(struct chrome *chrome);
/* The terminal has another size or the theme has changed. */
void chrome_resize(struct chrome *chrome);
bool chrome_is_small(void);

/*
 * A drawing: begin (body erased, no hints), the screen's own, frame, what
 * lies above it, end (on the terminal).
 */
void chrome_begin(struct chrome *chrome);
void chrome_frame(struct chrome *chrome, const struct chrome_status *status);
void chrome_end(struct chrome *chrome);

/* For screens, while they draw. */
void chrome_hint(
    struct chrome *chrome, const char *key, const char *text, int code);
void chrome_cursor(struct chrome *chrome, int body_y, int body_x);
/* The column at which text begins. */
int chrome_margin(const struct chrome *chrome);
/* A title in the area's first free row; returns the next row to use. */
int chrome_title(struct chrome *chrome, const char *title);

/* Puts a message on the message line until the next key. */
void chrome_say(struct chrome *chrome, enum role role, const char *text);
/* An amount in the kiosk's currency.  Returns `to`. */
const char *chrome_money(
    const struct chrome *chrome, char to[TEXT_MONEY_SIZE], int64_t cents);

/* The key of the hint at a place of the screen, or 0. */
int chrome_touched(const struct chrome *chrome, int y, int x);

void chrome_banner(struct chrome *chrome, const char *text);
/* Ends the banner's time; true where something changed. */
bool chrome_expire(struct chrome *chrome);

/* A dialog above all: lines in a box; NULL closes. */
void chrome_dialog(
    struct chrome *chrome, const char *const *lines, size_t count);

#endif
