/* SPDX-License-Identifier: ISC */
/*
 * The last question before something happens: one line that says what, the
 * amount large, Enter or Esc.
 */
#ifndef ATM_CONFIRM_H
#define ATM_CONFIRM_H

#include <stdint.h>

struct chrome;

/* `cents` of 0 shows no amount.  Returns the next free row. */
int confirm_draw(struct chrome *chrome, const char *question, int64_t cents);
/* After all that stands above them.  Sets hints and cursor. */
void confirm_buttons(struct chrome *chrome);
/* TERM_ENTER or TERM_ESC where one of the two was touched, or 0. */
int confirm_mouse(const struct chrome *chrome, int y, int x);

/* An amount of money in block digits, where it fits; the rows taken. */
int confirm_amount(struct chrome *chrome, int y, int x, int64_t cents);

#endif
