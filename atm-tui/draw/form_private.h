/* SPDX-License-Identifier: ISC */
/*
 * Between form.c (values and keys) and form_draw.c (looks).
 */
#ifndef ATM_FORM_PRIVATE_H
#define ATM_FORM_PRIVATE_H

#include "form.h"

/* Takes over what libform has of a text. */
void form_read_back(struct form_page *page, struct form_line *line);
/* Has libform show the line's value, a secret as bullets. */
void form_show(struct form_page *page, struct form_line *line);

#endif
