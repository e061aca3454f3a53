/* SPDX-License-Identifier: ISC */
/*
 * What a command did, in a sentence.
 */
#ifndef BANKD_OPERATOR_DONE_H
#define BANKD_OPERATOR_DONE_H

struct operator_command;

/* Of a command that had no error, unless it said so itself. */
void operator_done(struct operator_command *command);

#endif
