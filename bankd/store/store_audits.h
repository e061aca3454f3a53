/* SPDX-License-Identifier: ISC */
/*
 * Audit records, as readers see them (store_reader.h).
 */
#ifndef BANKD_STORE_AUDITS_H
#define BANKD_STORE_AUDITS_H

#include <stdint.h>

#include "../ledger/audit.h"

struct store_reader;

/* Returns false to stop. */
typedef bool store_reader_audit(void *context, const struct audit *audit);
/* All audit records after `number`. */
int store_reader_audits(struct store_reader *reader, uint64_t number,
    store_reader_audit *each, void *context);
/* Those that wait for an operator. */
int store_reader_waiting(
    struct store_reader *reader, store_reader_audit *each, void *context);

#endif
