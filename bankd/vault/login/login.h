/* SPDX-License-Identifier: ISC */
/*
 * L, O, R and V: from the frame to the answer.  The kiosk's signature and
 * the envelope are opened by a worker, the attempt is recorded, a worker
 * compares the password; whatever fails after the kiosk's check ends in the
 * same 401 after the same work.
 *
 * The room is closed: it alone holds Kprb, the bank's private key, and who
 * has a `struct vault` can't reach it.
 */
#ifndef BANKD_LOGIN_H
#define BANKD_LOGIN_H

#include <stddef.h>
#include <stdint.h>

/* For each kiosk: accounts that it asks to open, R that are refused. */
#define LOGIN_SIGN_UPS_AN_HOUR 10
#define LOGIN_CASES_AN_HOUR 10 /* of a kiosk's, that wait for an operator */
#define LOGIN_REFUSED_A_MINUTE 8

struct connection;
struct logins;
struct vault;

/*
 * Makes the room, with the bank's key from the file of this path.  0, or a
 * code of sysexits(3) with what is wrong and what to do in error, empty where
 * memory is lacking.  *logins is freed by logins_free() in any case.
 */
int logins_new(
    struct logins **logins, const char *path, char *error, size_t size);
/* Wipes the key; NULL is allowed. */
void logins_free(struct logins *logins);
/* Those on their way. */
size_t logins_count(const struct logins *logins);

/* A frame of these types has come on a connection with a nonce. */
void login_take(struct vault *vault, struct connection *connection,
    uint8_t type, const uint8_t *body, size_t length);

#endif
