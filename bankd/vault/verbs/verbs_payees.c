/* SPDX-License-Identifier: ISC */
/*
 * Masked names of payees (the vault's): the thread of statements.
 */
#include "verbs_payees.h"

#include <stdbool.h>
#include <string.h>

#include "../../../shared/base/utf8.h"
#include "../../../shared/base/util.h"

/*
 * `F** J****`: each character but the first of a word is a `*`.  Returns
 * `masked`, which is never longer than the name.
 */
static char *
mask(const char *name, char masked[WIRE_NAME_SIZE])
{
	size_t left = strlen(name), used = 0, length;
	bool first = true;

	for (; left > 0; name += length, left -= length) {
		length = utf8_length(name, left);
		if (length == 0 || used + length >= WIRE_NAME_SIZE)
			break;
		if (first || *name == ' ') {
			memcpy(masked + used, name, length);
			used += length;
		} else {
			masked[used++] = '*';
		}
		first = *name == ' ';
	}
	masked[used] = '\0';
	return masked;
}

void
verbs_payees_add(struct verbs_payees *payees, const struct ledger_entry *entry,
    uint32_t owner)
{
	if (entry->kind != LEDGER_TRANSFER || entry->debit.number != owner ||
	    entry->credit.number == owner || payees->count == VERBS_PAYEES)
		return;
	for (size_t i = 0; i < payees->count; i++)
		if (payees->payees[i].number == entry->credit.number)
			return;
	payees->payees[payees->count].number = entry->credit.number;
	string_copy(
	    payees->payees[payees->count].id, entry->credit.id, LEDGER_ID_SIZE);
	payees->count++;
}

int
verbs_payees_write(const struct verbs_payees *payees,
    struct store_reader *reader, struct wire_writer *writer)
{
	char name[WIRE_NAME_SIZE], masked[WIRE_NAME_SIZE];
	int error;

	for (size_t i = 0; i < payees->count; i++) {
		error =
		    store_reader_name(reader, payees->payees[i].number, name);
		if (error != 0)
			return error;
		if (*name != '\0')
			wire_key(writer, "payee", "%s %s", payees->payees[i].id,
			    mask(name, masked));
	}
	return 0;
}
