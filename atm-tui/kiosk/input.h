/* SPDX-License-Identifier: ISC */
/*
 * Where a key goes: to the question that lies above all, the keypad, the key
 * line, the screen.  Also what holds for every key: nothing happens while
 * the bank carries something out, bounces count once, the operator's key.
 */
#ifndef ATM_INPUT_H
#define ATM_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#define INPUT_OPERATOR_SIZE 65

struct kiosk;

struct input {
	bool help;                    /* the help is open */
	int last_key, last_y, last_x; /* for debouncing */
	uint64_t last_key_ms;
	uint64_t chosen_ms; /* when a digit chose; Enter after it is dropped */
	char typed[INPUT_OPERATOR_SIZE]; /* at the welcome and the login */
};

/* A key of term_key(), or a touch at a place of the screen. */
void input_key(struct kiosk *kiosk, int key, int y, int x);
/* Draws the help, where it is open. */
void input_draw(struct kiosk *kiosk);

#endif
