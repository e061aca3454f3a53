/* SPDX-License-Identifier: ISC */
/*
 * Plain mode: one session as lines on standard input and output, without
 * escape sequences, to the letter of S2 to S9: for screen readers, serial
 * consoles and scripts.  Standard output has the session and nothing else.
 */
#ifndef ATM_PLAIN_H
#define ATM_PLAIN_H

#include "../../shared/config/config.h"

/*
 * Runs one session, and of a person another one after each whose link was
 * lost; `config` is of the table atm_options.  Returns the exit code: 0 where
 * the session ended as asked (the end of the input and a signal ask for it
 * too), 1 where the bank refused or could not be reached, else a sysexits(3)
 * one.  What went wrong is on standard error.
 */
int plain_run(const struct config *config);

#endif
