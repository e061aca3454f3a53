/* SPDX-License-Identifier: ISC */
/*
 * Failed logins in a row, counted by a keyed hash of ID and kiosk, and by one
 * of the ID alone: its total.
 *
 * An attempt is recorded before it is compared: count and pending are one up.
 * It locks (locked_until_ms) only when the password was found wrong.  What is
 * pending when a store is opened was never compared: one of it is taken off the
 * count, and pending is 0.
 *
 * An ID has a bounded number of rows, from however many addresses it is
 * guessed: the oldest one that locks nobody goes first.  A row with a success
 * is trust: it is kept beside the others and goes only before newer trust.  The
 * total of an account's ID never goes.  IDs that nobody has are bounded in the
 * same way, so that nothing tells them from the others, and all of them
 * together as well. An account takes over what its ID gathered before the
 * account was opened.  A row of zeros isn't kept.
 */
#ifndef BANKD_STORE_ATTEMPTS_H
#define BANKD_STORE_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

#define STORE_ATTEMPT_KEY 16
/*
 * Rows of attempts that are kept: of an ID at kiosks where it never succeeded,
 * at kiosks that are trusted, and of all IDs together that nobody has.
 */
#define STORE_ATTEMPTS_KIOSKS 8
#define STORE_ATTEMPTS_TRUSTED 8
#define STORE_STRANGERS_MAX 100000

struct store_attempt {
	uint32_t owner;                   /* an account's number, 0: none */
	uint8_t total[STORE_ATTEMPT_KEY]; /* key of the ID's total */
	uint8_t key[STORE_ATTEMPT_KEY];   /* the total's own: the same */
	uint32_t count;
	uint32_t pending;         /* recorded, not yet compared */
	uint64_t time_ms;         /* of the newest attempt */
	uint64_t locked_until_ms; /* 0: not locked */
	uint64_t success_ms;      /* newest success, 0 never: trust */
	bool stranger;            /* was found among those without an owner */
};
/* The secret of the keyed hash, made with the store. 32 bytes. */
const uint8_t *store_attempt_secret(const struct store *store);
/*
 * By owner, total and key, which the caller has set: sets the rest to what is
 * kept, or zeros.  0 or BANK_EIO.
 */
int store_attempt_get(struct store *store, struct store_attempt *attempt);
/* Within a batch; of what store_attempt_get() gave. */
int store_attempt_put(struct store *store, const struct store_attempt *attempt);

#endif
