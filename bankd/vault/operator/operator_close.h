/* SPDX-License-Identifier: ISC */
/*
 * The command `close`, which first empties the account.
 */
#ifndef BANKD_OPERATOR_CLOSE_H
#define BANKD_OPERATOR_CLOSE_H

#include "operator.h"

void operator_close_start(
    struct vault *vault, struct operator_command *command);
void operator_close_apply(struct books *books, struct step *step);
void operator_close_tell(struct vault *vault, struct operator_command *command);

#endif
