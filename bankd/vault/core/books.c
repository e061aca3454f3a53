/* SPDX-License-Identifier: ISC */
/*
 * The bank's books (the vault's): what the steps of a batch have in common.
 */
#include "books.h"

#include <assert.h>
#include <stdlib.h>

#include "../../../shared/base/error.h"
#include "../../../shared/config/config.h"

#define TOUCHED_PER_STEP 2

int
books_init(struct books *books, size_t steps)
{
	books->touched_most = steps * TOUCHED_PER_STEP;
	books->touched = calloc(books->touched_most, sizeof(*books->touched));
	return books->touched != NULL ? 0 : BANK_ENOMEM;
}

void
books_free(struct books *books)
{
	free(books->touched);
}

int64_t
books_option(const struct books *books, enum bankd_option option)
{
	return config_number(books->config, option);
}

void
books_failed(struct books *books, int error)
{
	if (books->error == 0)
		books->error = error;
}

void
books_touch(
    struct books *books, const struct ledger_account *account, const char *hash)
{
	if (account->line < 0)
		return;
	assert(books->touched_count < books->touched_most);
	books->touched[books->touched_count++] =
	    (struct books_touched) { account->line, hash };
}

void
books_append(struct books *books, struct ledger_entry *entry,
    struct ledger_account *debit, struct ledger_account *credit)
{
	int error = store_append(books->store, entry, debit, credit);

	if (error != 0)
		books_failed(books, error);
	books_touch(books, debit, NULL);
	if (credit != debit)
		books_touch(books, credit, NULL);
}

struct ledger_account *
books_bank_account(struct books *books, const char *id)
{
	struct ledger_account *account = NULL;
	int error;

	error = store_begin(books->store, &id, 1, &account);
	if (error == 0 && account == NULL)
		error = store_account_new(
		    books->store, id, "", "", books->now_ms, &account);
	if (error != 0)
		books_failed(books, error);
	return error == 0 ? account : NULL;
}
