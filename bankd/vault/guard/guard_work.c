/* SPDX-License-Identifier: ISC */
/*
 * A customer's hash out of the store, and the work of a comparison (the
 * vault's).
 */
#include "guard_work.h"

#include <string.h>

#include <openssl/crypto.h>

#include "../../files/hash_form.h"
#include "../core/books.h"
#include "hash_kinds.h"

/* The store is asked in any case, so that an unknown ID takes as long. */
bool
guard_hash(struct books *books, const struct ledger_account *customer,
    char hash[STORE_HASH_SIZE])
{
	static const struct ledger_account nobody;
	bool open = customer != NULL && customer->closed_ms == 0;
	char name[WIRE_NAME_SIZE];
	bool locked;

	hash[0] = '\0';
	if (store_account_texts(
		books->store, open ? customer : &nobody, name, hash) != 0 ||
	    !open)
		OPENSSL_cleanse(hash, STORE_HASH_SIZE);
	locked = hash[0] == HASH_FORM_LOCKED;
	if (locked)
		memmove(hash, hash + 1, strlen(hash));
	return locked;
}

void
guard_work(struct books *books, const struct ledger_account *customer,
    struct hashing_work *work)
{
	work->locked = guard_hash(books, customer, work->hash);
	work->kinds = books->hash_kinds;
	work->old = hash_kinds_old(books->hash_kinds);
	work->cost = (unsigned long)books_option(books, LOGIN_HASH_COST);
}
