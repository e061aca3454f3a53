/* SPDX-License-Identifier: ISC */
/*
 * The statement in plain mode.
 */
#ifndef ATM_PLAIN_STATEMENT_H
#define ATM_PLAIN_STATEMENT_H

#include "plain_state.h"

plain_command plain_statement;

#endif
