/* SPDX-License-Identifier: ISC */
/*
 * The screen of `bankctl top`: it draws what it is given, and asks nobody.
 */
#ifndef BANKD_BANKCTL_TOP_DRAW_H
#define BANKD_BANKCTL_TOP_DRAW_H

#include "bankctl_top_data.h"

/*
 * Prepares drawing once curses has started: colours, no cursor; the mouse is
 * left to the terminal, which can mark and copy.
 */
void bankctl_top_draw_start(void);
/* Makes the next drawing redraw everything. */
void bankctl_top_draw_again(void);
void bankctl_top_draw(
    const struct top_data *data, unsigned interval_ms, bool paused);

#endif
