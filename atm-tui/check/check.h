/* SPDX-License-Identifier: ISC */
/*
 * `atm-tui -t`: what an installer wants to know of a kiosk before a customer
 * comes.  A line on standard output for each thing that is looked at, in
 * English as the log is; nothing is changed and nobody logs in.
 */
#ifndef ATM_CHECK_H
#define ATM_CHECK_H

#include "../../shared/config/config.h"

/*
 * Looks at everything that `config`, of the table atm_options, names.
 * Returns the exit code: 0 where a customer may come; EX_CONFIG where
 * something has to be put right at this kiosk; EX_UNAVAILABLE where it is all
 * right but a host of the bank isn't.  EX_OSERR: no memory.
 */
int check_run(const struct config *config);

#endif
