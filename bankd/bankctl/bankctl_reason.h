/* SPDX-License-Identifier: ISC */
/*
 * Why an operator does something: `--reason text`, or asked for at a terminal.
 */
#ifndef BANKD_BANKCTL_REASON_H
#define BANKD_BANKCTL_REASON_H

struct bankctl;

/*
 * Asks for it where it wasn't given, a terminal is there and -y is not.  An
 * empty line is no reason.
 */
void bankctl_reason_ask(struct bankctl *bankctl);
/*
 * Of what is done without the bank: 0, or an exit code where the configuration
 * requires a reason and none was given, or it is no reason.
 */
int bankctl_reason_check(const struct bankctl *bankctl, const char *command);

#endif
