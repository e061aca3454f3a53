/* SPDX-License-Identifier: ISC */
/*
 * A customer's hash out of the store, and the work of a comparison (the
 * vault's).
 */
#include "guard_work.h"

#include <openssl/crypto.h>

#include "../../files/hash_form.h"
#include "../core/vault_state.h"
#include "hash_kinds.h"

/* The store is asked in any case: an unknown ID costs no less. */
void
guard_hash(struct vault *vault, const struct ledger_account *customer,
    char hash[STORE_HASH_SIZE])
{
	static const struct ledger_account nobody;
	bool open = customer != NULL && customer->closed_ms == 0;
	char name[WIRE_NAME_SIZE];

	hash[0] = '\0';
	if (store_account_texts(
		vault->store, open ? customer : &nobody, name, hash) != 0 ||
	    !open || hash[0] == HASH_FORM_LOCKED)
		OPENSSL_cleanse(hash, STORE_HASH_SIZE);
}

void
guard_work(struct vault *vault, const struct ledger_account *customer,
    struct hashing_work *work)
{
	guard_hash(vault, customer, work->hash);
	work->kinds = vault->hash_kinds;
	work->old = hash_kinds_old(vault->hash_kinds);
	work->cost = (unsigned long)vault_option(vault, LOGIN_HASH_COST);
}
