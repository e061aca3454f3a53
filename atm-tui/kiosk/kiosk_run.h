/* SPDX-License-Identifier: ISC */
/*
 * The kiosk's screens: curses on the terminal, the flow S1 to S9 on it.
 */
#ifndef ATM_KIOSK_RUN_H
#define ATM_KIOSK_RUN_H

#include <stdbool.h>

#include "../../shared/config/config.h"
#include "screen.h"

/*
 * Runs the kiosk on standard input and output until its operator, a signal
 * or the end of the terminal ends it; `config` is of the table atm_options.
 * `kiosk_mode` is -k: no key but the operator's leaves; `screens` are by
 * enum screen_id.  Returns the exit
 * code (sysexits(3)); what went wrong is on standard error.
 */
int kiosk_run_screens(const struct config *config, bool kiosk_mode,
    const struct screen *const *screens);

#endif
