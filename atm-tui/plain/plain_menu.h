/* SPDX-License-Identifier: ISC */
/*
 * S5 to S9 in plain mode: the main menu, and Exit.
 */
#ifndef ATM_PLAIN_MENU_H
#define ATM_PLAIN_MENU_H

struct plain;

/* The main menu, once: asks, and does it. */
void plain_menu(struct plain *plain);
/* `3`; returns the exit code. */
int plain_exit(struct plain *plain);

#endif
