/* SPDX-License-Identifier: ISC */
/*
 * The bank's rules for new passwords, in words: which one a refused password
 * broke.  The rules are the bank's alone (bankd/vault/guard/password_rules.h).
 * Pure.
 */
#ifndef ATM_PASSWORD_RULES_H
#define ATM_PASSWORD_RULES_H

#include "../../shared/wire/wire.h"

/* What a 422 says of a new password, in English (N_()); NULL: nothing. */
const char *password_refusal(const struct wire_reader *reply);

#endif
