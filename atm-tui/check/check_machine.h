/* SPDX-License-Identifier: ISC */
/*
 * What belongs to the kiosk itself: its directory, cash, receipts, terminal
 * and locale.
 */
#ifndef ATM_CHECK_MACHINE_H
#define ATM_CHECK_MACHINE_H

#include "../../shared/config/config.h"
#include "check_report.h"

void check_machine(struct check_report *report, const struct config *config);

#endif
