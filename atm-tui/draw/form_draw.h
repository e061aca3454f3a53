/* SPDX-License-Identifier: ISC */
/*
 * What libform shows of a form, for form.c, which has its values and keys.
 */
#ifndef ATM_FORM_DRAW_H
#define ATM_FORM_DRAW_H

#include "form.h"

/* Whether a text is written from right to left, an empty one as all is. */
bool form_is_right_to_left(const struct form_line *line);
/* Takes over what libform has of a text. */
void form_read_back(struct form_page *page, struct form_line *line);
/* Has libform show the line's value, a secret as bullets. */
void form_show(struct form_page *page, struct form_line *line);

#endif
