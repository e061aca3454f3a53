/* SPDX-License-Identifier: ISC */
/*
 * Single entries and audit records of a store, the open batch's included.  What
 * returns an int returns 0 or BANK_ENOTFOUND.
 */
#ifndef BANKD_STORE_FIND_H
#define BANKD_STORE_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "../ledger/audit.h"
#include "store.h"

/*
 * The entry of this customer's txid (NULL: of this operator's), the open
 * batch included. 0; BANK_ENOTFOUND.  `settled` is set where OUTCOME or V
 * called it unknown.
 */
int store_find_txid(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], struct ledger_entry *entry,
    bool *settled);
int store_find_seq(
    struct store *store, uint64_t seq, struct ledger_entry *entry);
/* The reversal of entry `seq`. 0 or BANK_ENOTFOUND. */
int store_find_reversal(
    struct store *store, uint64_t seq, struct ledger_entry *entry);

/* One by its number, and the first that settles it.  0 or BANK_ENOTFOUND. */
int store_find_audit(struct store *store, uint64_t number, struct audit *audit);
int store_find_settling(
    struct store *store, uint64_t number, struct audit *audit);
/* The newest case with these two texts, settled or not. */
int store_find_case(struct store *store, const char *about, const char *detail,
    struct audit *audit);
/* The newest that waits with these two texts.  0 or BANK_ENOTFOUND. */
int store_find_waiting(struct store *store, const char *about,
    const char *detail, struct audit *audit);
/* The newest request of this txid that waits.  The same. */
int store_find_request(
    struct store *store, const char *txid, struct audit *audit);
/* The newest request of a kiosk's `cash count` that waits.  The same. */
int store_find_count(
    struct store *store, const char *kiosk, struct audit *audit);

#endif
