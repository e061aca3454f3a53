/* SPDX-License-Identifier: ISC */
/*
 * The rules of a new password, by O, PASSWORD or bankctl(8).  Passwords that
 * are in use already are not looked at.  Pure.
 */
#ifndef BANKD_PASSWORD_RULES_H
#define BANKD_PASSWORD_RULES_H

struct password_rule {
	const char *name;   /* in a 422, as `rule` (atm-protocol(7)) */
	const char *reason; /* a sentence's end, for an operator */
};

/*
 * The first rule that a password for `id` breaks, or NULL.  `password` has the
 * right form; `old` is the password that it replaces, or NULL.
 */
const struct password_rule *password_rule_broken(
    const char *password, const char *id, const char *old);

#endif
