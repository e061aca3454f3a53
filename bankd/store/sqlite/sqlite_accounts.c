/* SPDX-License-Identifier: ISC */
/*
 * All accounts in the vault's memory: blocks of rows by number, the index by
 * ID, the numbers by line.  168 bytes a customer, 4 for the line, 6 to 12
 * for the index.  Blocks never move, so a pointer lasts as long as the store.
 */
#include "sqlite_accounts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "sqlite_state.h"

static_assert(sizeof(struct sqlite_row) <= 168, "as told above");

struct sqlite_row *
sqlite_row(const struct store *store, uint32_t number)
{
	return &store->accounts.blocks[(number - 1) / STORE_BLOCK]
				      [(number - 1) % STORE_BLOCK];
}

const char *
sqlite_id(void *context, uint32_t number)
{
	const struct store *store = context;

	if (number == 0 || number > store->batch.accounts)
		return NULL;
	return sqlite_row(store, number)->account.id;
}

/* One block more where the number needs it. */
static int
grow_blocks(struct store *store, uint32_t number)
{
	uint32_t blocks = store->accounts.blocks_count;

	if ((number - 1) / STORE_BLOCK < blocks)
		return 0;
	if (array_room(store->accounts.blocks, store->accounts.blocks_size,
		blocks + 1) != 0)
		return BANK_ENOMEM;
	store->accounts.blocks[blocks] =
	    calloc(STORE_BLOCK, sizeof(**store->accounts.blocks));
	if (store->accounts.blocks[blocks] == NULL)
		return BANK_ENOMEM;
	store->accounts.blocks_count++;
	return 0;
}

int
sqlite_rows_add(struct store *store, const struct ledger_account *account)
{
	struct store_head *head = &store->batch;
	int error;

	error = grow_blocks(store, account->number);
	if (error == 0)
		error = array_room(store->accounts.line_numbers,
		    store->accounts.line_numbers_size, head->lines + 1);
	if (error != 0)
		return error;
	*sqlite_row(store, account->number) =
	    (struct sqlite_row) { .account = *account };
	head->accounts++;
	error =
	    id_index_add(&store->accounts.index, account->id, account->number);
	if (error != 0) {
		head->accounts--;
		return error;
	}
	if (account->line >= 0)
		store->accounts.line_numbers[head->lines++] = account->number;
	return 0;
}

void
sqlite_rows_drop_last(struct store *store)
{
	uint32_t number = store->batch.accounts;
	const struct ledger_account *account =
	    &sqlite_row(store, number)->account;

	id_index_drop_last(&store->accounts.index, account->id, number);
	if (account->line >= 0)
		store->batch.lines--;
	store->batch.accounts--;
}

void
sqlite_rows_free(struct store *store)
{
	uint32_t i;

	for (i = 0; i < store->accounts.blocks_count; i++)
		free(store->accounts.blocks[i]);
	free(store->accounts.blocks);
	free(store->accounts.line_numbers);
	id_index_free(&store->accounts.index);
}

const struct ledger_account *
store_account(const struct store *store, const char *id)
{
	uint32_t number = id_index_find(&store->accounts.index, id);

	if (number == 0 || number > store->head.accounts)
		return NULL;
	return &sqlite_row(store, number)->account;
}

const struct ledger_account *
store_account_by_number(const struct store *store, uint32_t number)
{
	if (number == 0 || number > store->head.accounts)
		return NULL;
	return &sqlite_row(store, number)->account;
}

const struct ledger_account *
store_account_by_line(const struct store *store, uint32_t line)
{
	if (line >= store->head.lines)
		return NULL;
	return &sqlite_row(store, store->accounts.line_numbers[line])->account;
}

uint32_t
store_lines(const struct store *store)
{
	return store->head.lines;
}
