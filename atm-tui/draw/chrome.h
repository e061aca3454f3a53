/* SPDX-License-Identifier: ISC */
/*
 * What is around every screen: header (bank, kiosk, clock), message line,
 * key line, and above it a banner, the spinner, the notice that the window
 * is too small.  Owns the windows and where the cursor stands.
 */
#ifndef ATM_CHROME_H
#define ATM_CHROME_H

#include "../../shared/terminal/text.h"
#include "chrome_keys.h"
#include "chrome_state.h"

#define CHROME_ROWS 20 /* the smallest terminal */
#define CHROME_COLUMNS 60
#define CHROME_TOP 2 /* rows above the body, and below it */
#define CHROME_BOTTOM 3
#define CHROME_BODY_ROWS 26 /* of a screen that does not grow */
#define CHROME_BODY_COLUMNS 96

/* What is told of the bank around a screen while it is drawn. */
struct chrome_status {
	const char *waiting; /* what the bank is asked, or NULL: nothing */
	const char *link;    /* words for the link */
	bool linked;         /* it is as it should be */
	const char *host;    /* of several, or NULL */
	const char *banner;  /* what it says, while its time lasts */
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
 * A drawing: begin (body erased, no hints; `grown`: as large as the terminal
 * has room), the screen's own, frame, what lies above it, end (on the
 * terminal).
 */
void chrome_begin(struct chrome *chrome, bool grown);
void chrome_frame(struct chrome *chrome, const struct chrome_status *status);
void chrome_end(struct chrome *chrome);

/* For screens, while they draw; its keys: chrome_keys.h. */
void chrome_cursor(struct chrome *chrome, int body_y, int body_x);
/* The column of the screen where so many of the body from x on are seen. */
int chrome_seen_at(const struct chrome *chrome, int body_x, int columns);
/* The body has grown beyond what other screens have. */
bool chrome_is_wide(const struct chrome *chrome);
/* The column at which text begins. */
int chrome_margin(const struct chrome *chrome);
/* A title in the area's first free row; returns the next row to use. */
int chrome_title(struct chrome *chrome, const char *title);

/*
 * Puts a message, English (N_()), on the message line until the next key that
 * does more than change how the screen looks; empty: nothing.
 */
void chrome_say(struct chrome *chrome, enum role role, const char *text);
/* An amount in the kiosk's currency.  Returns `to`. */
const char *chrome_money(
    const struct chrome *chrome, char to[TEXT_MONEY_SIZE], int64_t cents);

/* A banner from now on, in place of the header: it covers nothing else. */
void chrome_banner(struct chrome *chrome);
/* Ends the banner's time; true where something changed. */
bool chrome_expire(struct chrome *chrome);

/* A dialog above all: lines in a box; NULL closes. */
void chrome_dialog(
    struct chrome *chrome, const char *const *lines, size_t count);

#endif
