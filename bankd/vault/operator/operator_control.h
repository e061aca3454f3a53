/* SPDX-License-Identifier: ISC */
/*
 * The vault's side of bankctl(8): commands come with the operator's own
 * connection (control.h has the language), changes go through the batch, and
 * whatever is read or written at length is the operator's thread's, so that
 * no question and no slow reader stalls the money.
 */
#ifndef BANKD_OPERATOR_CONTROL_H
#define BANKD_OPERATOR_CONTROL_H

#include <stddef.h>

struct vault;

/* A request of text[0..length); owns `fd` and answers on it. */
void operator_control_take(
    struct vault *vault, int fd, const char *text, size_t length);

#endif
