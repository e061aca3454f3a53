/* SPDX-License-Identifier: ISC */
/*
 * The enrolled kiosks of a store, and the notes that each last said it has.
 * What returns an int returns 0 or BANK_E...; all writes are within a batch.
 */
#ifndef BANKD_STORE_KIOSKS_H
#define BANKD_STORE_KIOSKS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/wire/wire.h"
#include "store.h"

struct store_kiosk {
	char name[KIOSK_NAME_SIZE];
	uint8_t public_key[KIOSK_PUBLIC_SIZE];
	bool cash, revoked;
};
/* Replaces a kiosk of the same name. */
int store_kiosk_put(struct store *store, const struct store_kiosk *kiosk);
/* What a kiosk last said that it has: `20:37 50:12`, the bank's time. */
#define STORE_NOTES_SIZE 256
struct store_stock {
	char kiosk[KIOSK_NAME_SIZE];
	uint64_t time_ms;
	char notes[STORE_NOTES_SIZE];
};
/* Replaces that of the same kiosk. */
int store_stock_put(struct store *store, const struct store_stock *stock);
/* 0 or BANK_ENOTFOUND. */
int store_stock_get(
    struct store *store, const char *kiosk, struct store_stock *stock);
/* Calls back for each, in order of name. */
int store_kiosk_each(struct store *store,
    void (*each)(void *context, const struct store_kiosk *kiosk),
    void *context);
/*
 * When a kiosk last proved its name at this host, from where, and with which
 * software by its own word, or "".  In no lot: no host needs another's, and
 * bank.db may lose the newest.
 */
#define STORE_ADDRESS_SIZE 64
struct store_visit {
	char kiosk[KIOSK_NAME_SIZE], address[STORE_ADDRESS_SIZE];
	char software[WIRE_SOFTWARE_SIZE];
	uint64_t time_ms; /* the bank's */
};
/*
 * Replaces that of the same kiosk, between two batches; store_publish() then
 * commits it.  Where it fails, nothing else is lost by that.
 */
int store_visit_put(struct store *store, const struct store_visit *visit);
/* Calls back for each, in no order. */
int store_visit_each(struct store *store,
    void (*each)(void *context, const struct store_visit *visit),
    void *context);

#endif
