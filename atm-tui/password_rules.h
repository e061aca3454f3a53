/* SPDX-License-Identifier: ISC */
/*
 * What a new password must be: told at the field, before it is sent.  Pure.
 */
#ifndef ATM_PASSWORD_RULES_H
#define ATM_PASSWORD_RULES_H

/*
 * NULL where `password` will do for `id`, else what is wrong with it, in
 * English (N_()).  The bank's own rule, 1 to 64 bytes, is looser.
 */
const char *password_weakness(const char *password, const char *id);

#endif
