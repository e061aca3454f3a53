/* SPDX-License-Identifier: ISC */
/*
 * The checks of a request, in the protocol's order.  Each answers it or lets
 * it pass with STEP_GO_ON.  The form is checked by request_read(), 402 and the
 * last 429 by the ledger.
 */
#ifndef BANKD_CHECKS_H
#define BANKD_CHECKS_H

#include "../core/batch.h"

typedef enum wire_reply check(struct books *books, struct step *step);

extern check *const checks[];
extern const size_t checks_count;

/* Where a transfer lands: as asked for, else as the configuration says. */
enum wire_account checks_to_account(
    const struct books *books, const struct request *request);
/* store_find_txid(), except that the zero txid is never found. */
int checks_find_txid(struct books *books, const struct step *step,
    const uint8_t txid[WIRE_TXID_SIZE], struct ledger_entry *entry,
    bool *settled);
/* Whether a txid is more than ten minutes before or after the bank's time. */
bool checks_is_old(const struct books *books, const uint8_t *txid);
bool checks_is_ahead(const struct books *books, const uint8_t *txid);

#endif
