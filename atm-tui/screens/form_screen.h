/* SPDX-License-Identifier: ISC */
/*
 * What screens that are a form have in common: title, form, key line, and
 * what becomes of a key.  The first member of such a screen's state.
 *
 * A form asks one question at a time: Enter goes on to the next, Esc back to
 * the one before, and from the first away.  After the last, submit() has all
 * the answers.
 */
#ifndef ATM_FORM_SCREEN_H
#define ATM_FORM_SCREEN_H

#include "../draw/form.h"
#include "../kiosk/screen.h"

#define FORM_QUESTIONS 4

struct form_question {
	const char *title; /* English; NULL: the screen's */
	const char *rule;  /* what an answer must be, English; may be NULL */
	struct form_line line;
	/* What is wrong with the answer, English; NULL: nothing. */
	const char *(*check)(struct kiosk *kiosk, const char *answer);
};

struct form_screen {
	struct form_page page; /* of the question that is asked */
	const char *title;     /* English; shown through _() */
	const char *leaving;   /* what Esc does, English */
	enum screen_id back;   /* where Esc and the last button lead */
	void (*leave)(struct kiosk *kiosk); /* or this, where it is set */
	void (*submit)(struct kiosk *kiosk);
	/* Buttons of the first question, Enter and Cancel where there are
	 * none; press() gets those between the first and the last. */
	const char *buttons[FORM_BUTTONS];
	void (*press)(struct kiosk *kiosk, int button);
	const char *done; /* the first button of the last; NULL: Enter */
	/* Between title and form, from row y on; the next row.  Or NULL. */
	int (*draw_note)(struct kiosk *kiosk, int y);
	const struct form_question *questions;
	int count, at, first; /* `first`: from where Esc leads away */
	bool locked;          /* the bank has locked the account (423) */
	char range[16];       /* the digits of the buttons, `1-2` */
	char answers[FORM_QUESTIONS][FORM_VALUE_SIZE];
};

/* Asks a question; what was answered before stands in it. */
void form_screen_ask(struct form_screen *form, int question);
/* The same with what is wrong (English); later secrets are forgotten. */
void form_screen_refuse(
    struct form_screen *form, int question, const char *error);

/* What may be wrong with a password, and with the same one once more. */
const char *form_screen_check_password(struct kiosk *kiosk, const char *answer);
const char *form_screen_check_again(struct kiosk *kiosk, const char *answer);
/* Whether the bank refused the new password (422), told at its question. */
bool form_screen_take_refusal(
    struct form_screen *form, const struct bank_reply *reply, int question);

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
