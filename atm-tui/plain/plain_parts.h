/* SPDX-License-Identifier: ISC */
/*
 * The dialogues of plain mode, as they call each other.
 */
#ifndef ATM_PLAIN_PARTS_H
#define ATM_PLAIN_PARTS_H

#include "plain_state.h"

/* plain_login.c */
/* -1: a customer is logged in; else the exit code to end with. */
int plain_login(struct plain *plain);

/* plain_menu.c */
/* The main menu, once: asks, and does it. */
void plain_menu(struct plain *plain);
/* `3`; returns the exit code. */
int plain_exit(struct plain *plain);

/* What a command does; `argument` is what follows its word, or NULL. */
typedef void plain_command(struct plain *plain, const char *argument);

/* plain_money.c */
plain_command plain_transfer, plain_deposit, plain_withdraw;
/* plain_statement.c */
plain_command plain_statement;
/* plain_services.c */
plain_command plain_receipt, plain_notices, plain_language, plain_services;
/* Prints any text and says how it went. */
void plain_print(
    struct plain *plain, const char *name, const char *text, size_t length);
/* Whether it was typed twice; else says so. */
bool plain_is_same(const char *password, const char *again);

#endif
