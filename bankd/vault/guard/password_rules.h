/* SPDX-License-Identifier: ISC */
/*
 * What a new password must be, whoever gives it: a customer by O or PASSWORD,
 * an operator by bankctl(8).  Passwords that there are stay as they are.
 * Pure.
 */
#ifndef BANKD_PASSWORD_RULES_H
#define BANKD_PASSWORD_RULES_H

struct password_rule {
	const char *name;   /* in a 422, as `rule` (atm-protocol(7)) */
	const char *reason; /* a sentence's end, for an operator */
};

/*
 * The first rule that a password for `id` breaks, or NULL.  `password` has
 * the form of one; `old` is the one that it takes the place of, or NULL.
 */
const struct password_rule *password_rule_broken(
    const char *password, const char *id, const char *old);

#endif
