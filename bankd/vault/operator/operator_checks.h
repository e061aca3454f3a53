/* SPDX-License-Identifier: ISC */
/*
 * Checks of commands, for apply(): each that says no has refused the command.
 */
#ifndef BANKD_OPERATOR_CHECKS_H
#define BANKD_OPERATOR_CHECKS_H

#include <stdbool.h>

#include "operator.h"

/* The open account that the step names, or NULL. */
struct ledger_account *operator_customer(
    struct books *books, struct step *step);
/* Whether records may be written now. */
bool operator_can_write(struct books *books, struct operator_command *command);
/* Whether entries may be made now. */
bool operator_has_room(struct books *books, struct operator_command *command);

#endif
