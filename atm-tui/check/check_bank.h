/* SPDX-License-Identifier: ISC */
/*
 * What lies between the kiosk and its bank: hosts, ports, clock, certificate
 * and the kiosk's key.
 */
#ifndef ATM_CHECK_BANK_H
#define ATM_CHECK_BANK_H

#include "../../shared/config/config.h"
#include "check_report.h"

/* 0 or BANK_ENOMEM. */
int check_bank(struct check_report *report, const struct config *config);

#endif
