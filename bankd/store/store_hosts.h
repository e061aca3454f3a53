/* SPDX-License-Identifier: ISC */
/*
 * A store whose lots are in a journal that other hosts share (bankd-hosts(7)):
 * it takes over the lots of the others, and its own may come second.
 *
 * Each call that returns an int may fail with BANK_EAWAY, the journal can't be
 * reached now, or with BANK_EFORK, it is of another history.
 */
#ifndef BANKD_STORE_HOSTS_H
#define BANKD_STORE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct record;

/* What a store among many hosts tells while it is called. */
struct store_follower {
	void *context;
	/*
	 * Each record of others' lots that were taken over, in order, when all
	 * of its lot is in the state; NULL at the end of a lot.
	 */
	void (*taken)(void *context, const struct record *record);
	/*
	 * The journal hasn't answered for a second or so: what was committed
	 * is in doubt.  It may end the process.
	 */
	void (*waits)(void *context);
};
void store_follow(struct store *store, const struct store_follower *follower);
/*
 * From now on its lots are in a journal that many hosts share: bank.db says
 * so, and is opened with no other.  Not while one serves; 0 or BANK_E...
 */
int store_share(struct store *store);
bool store_is_shared(const struct store *store);
/*
 * Takes over others' lots, so many at most; not within a batch, and before
 * it is run again after BANK_EAGAIN.  How many, and unless that is `most`,
 * there was no newer one when this was called; or an error, after which the
 * process must end unless it is BANK_EAWAY: some may have come, and more be
 * there.
 */
int store_take_over(struct store *store, unsigned most);
/* Whether nobody has been before this one for longer than a moment. */
bool store_fresh(const struct store *store);
/* All that was taken over and committed survives the loss of a disk. */
int store_firm(struct store *store);
/* How often to take over while nothing else is done; 0: there are no others. */
unsigned store_poll_ms(const struct store *store);
/* Why a call failed, in words; both heads where it is a fork. */
const char *store_why(const struct store *store);
/* Within a batch: a notice to this customer's sessions on other hosts. */
int store_tell(struct store *store, uint32_t number, const char *text);
/* Attempts that were never compared, of this host, which has begun anew. */
int store_take_back(struct store *store, uint32_t host);

#endif
