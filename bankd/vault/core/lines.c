/* SPDX-License-Identifier: ISC */
/*
 * The lines of the two files after a commit (the vault's).
 */
#include "lines.h"

#include <stdlib.h>
#include <sysexits.h>

#include "../../files/files.h"
#include "vault_state.h"

static int
by_line(const void *a, const void *b)
{
	const struct books_touched *one = a, *other = b;

	return (one->line > other->line) - (one->line < other->line);
}

static void
fail(struct vault *vault)
{
	vault_fail(vault, EX_SOFTWARE,
	    "the files password and balance can't be written");
}

void
lines_update(struct vault *vault)
{
	struct books *books = vault->books;
	const struct ledger_account *account;
	const char *hash = NULL;

	if (books->touched_count > 1)
		qsort(books->touched, books->touched_count,
		    sizeof(*books->touched), by_line);
	for (size_t i = 0; i < books->touched_count; i++) {
		if (books->touched[i].hash != NULL)
			hash = books->touched[i].hash;
		if (i + 1 < books->touched_count &&
		    books->touched[i + 1].line == books->touched[i].line)
			continue;
		account = store_account_by_line(
		    books->store, (uint32_t)books->touched[i].line);
		if (account == NULL ||
		    files_update(vault->files, account, hash) != 0)
			fail(vault);
		hash = NULL;
	}
	if (books->touched_count > 0 && files_flush(vault->files) != 0)
		fail(vault);
	books->touched_count = 0;
}
