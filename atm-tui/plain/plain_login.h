/* SPDX-License-Identifier: ISC */
/*
 * S2 to S4 in plain mode: ID and password.
 */
#ifndef ATM_PLAIN_LOGIN_H
#define ATM_PLAIN_LOGIN_H

struct plain;

/* -1: a customer is logged in; else the exit code to end with. */
int plain_login(struct plain *plain);

#endif
