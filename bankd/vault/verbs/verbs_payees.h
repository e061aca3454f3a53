/* SPDX-License-Identifier: ISC */
/*
 * The masked names that HISTORY tells where `[bank] show_names` says so: of
 * those to whom the customer has sent money, and of nobody else, so that no
 * name can be had for a guessed ID.
 */
#ifndef BANKD_VERBS_PAYEES_H
#define BANKD_VERBS_PAYEES_H

#include <stddef.h>
#include <stdint.h>

#include "../../../shared/wire/wire_reply.h"
#include "../../ledger/ledger.h"
#include "../../store/store_reader.h"

#define VERBS_PAYEES 10

struct verbs_payees {
	size_t count;
	struct {
		uint32_t number;
		char id[LEDGER_ID_SIZE];
	} payees[VERBS_PAYEES]; /* the newest first */
};

/* Adds whom account `owner` paid by this entry, newest entries first. */
void verbs_payees_add(struct verbs_payees *payees,
    const struct ledger_entry *entry, uint32_t owner);
/* Writes `payee id name` for each who has a name.  0 or BANK_E.... */
int verbs_payees_write(const struct verbs_payees *payees,
    struct store_reader *reader, struct wire_writer *writer);

#endif
