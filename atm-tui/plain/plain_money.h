/* SPDX-License-Identifier: ISC */
/*
 * Transfer, deposit and withdrawal in plain mode.
 */
#ifndef ATM_PLAIN_MONEY_H
#define ATM_PLAIN_MONEY_H

#include "plain_state.h"

plain_command plain_transfer, plain_deposit, plain_withdraw;

#endif
