/* SPDX-License-Identifier: ISC */
/*
 * What screens that are a form have in common: title, form, key line, and
 * what becomes of a key.  The first member of such a screen's state.
 */
#ifndef ATM_FORM_SCREEN_H
#define ATM_FORM_SCREEN_H

#include "../draw/form.h"
#include "../base/limits.h"
#include "../kiosk/screen.h"

struct form_screen {
	struct form_page page;
	const char *title;      /* English; shown through _() */
	char note[LIMITS_SIZE]; /* between title and form; may be empty */
	const char *leaving;    /* what Esc does, English */
	enum screen_id back;    /* where Esc and the last button lead */
	void (*submit)(struct kiosk *kiosk);
	/* Buttons between the first and the last; may be NULL. */
	void (*press)(struct kiosk *kiosk, int button);
};

void form_screen_draw(struct kiosk *kiosk);
void form_screen_key(struct kiosk *kiosk, int key);
void form_screen_mouse(struct kiosk *kiosk, int y, int x);
void form_screen_leave(struct kiosk *kiosk);

/* The slots of a screen that is a form and nothing else. */
#define FORM_SCREEN_SLOTS                                         \
	.state_size = sizeof(struct form_screen), .keypad = true, \
	.leave = form_screen_leave, .draw = form_screen_draw,     \
	.key = form_screen_key, .mouse = form_screen_mouse

#endif
