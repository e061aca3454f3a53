/* SPDX-License-Identifier: ISC */
/*
 * What else plain mode does, and what its other files use of it.
 */
#ifndef ATM_PLAIN_SERVICES_H
#define ATM_PLAIN_SERVICES_H

#include "plain_state.h"

plain_command plain_receipt, plain_notices, plain_language, plain_services;
/* Prints any text and says how it went. */
void plain_print(
    struct plain *plain, const char *name, const char *text, size_t length);
/* A question that 1 answers with yes and 2 with no; no at the end. */
bool plain_confirm(struct plain *plain, const char *question);
/* Asks for the old password and the new one, and says what came of it. */
void plain_change_password(struct plain *plain);
/* Whether it was typed twice; else says so. */
bool plain_is_same(const char *password, const char *again);

#endif
