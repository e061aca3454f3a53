/* SPDX-License-Identifier: ISC */
/*
 * Commands that wait for a second person (four eyes): a request is an audit
 * record until another operator approves or rejects it, or it expires.
 */
#ifndef BANKD_OPERATOR_REQUESTS_H
#define BANKD_OPERATOR_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "operator.h"

/*
 * For apply(): whether an entry of so many cents waits for a second person.
 * The step's record is then the request: `what` are the words of the command
 * that says the same again, without whom it is about and the ID.
 */
#define OPERATOR_WHAT_SIZE 64
bool operator_waits(
    struct books *books, struct step *step, int64_t cents, const char *what);
/* How long a request waits; when this one ends by itself. */
uint64_t operator_request_ms(const struct books *books);
uint64_t operator_expires_ms(
    const struct books *books, const struct audit *request);
/* For after(): tells of the request that the command became. */
void operator_tell_request(
    struct vault *vault, struct operator_command *command);

#endif
