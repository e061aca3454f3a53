/* SPDX-License-Identifier: ISC */
/*
 * What the exports as XML share: text in the length that a field may have, and
 * the customers, one statement after the other.
 */
#ifndef BANKD_EXPORT_XML_H
#define BANKD_EXPORT_XML_H

#include "export.h"

/* Its first characters, at most so many, with what XML escapes. */
void export_xml_text(FILE *out, const char *text, size_t most);

/*
 * What the bank says of an entry that an operator made: `adjustment: cash
 * count 27 Nov, by 1001:ann`; "" of any other.
 */
#define EXPORT_WORDS_SIZE 256
const char *export_xml_words(
    const struct ledger_entry *entry, char text[EXPORT_WORDS_SIZE]);

/* One account of one customer. */
struct export_statement {
	const struct export *export;
	const struct ledger_account *customer;
	const char *name; /* the customer's, "" */
	enum wire_account account;
	uint64_t now_ms;
};
/*
 * Calls `each` for both accounts of each customer that is wanted, of one
 * moment, until it returns an error.  0 or BANK_E....
 */
int export_xml_statements(const struct export *export, uint64_t now_ms,
    int (*each)(const struct export_statement *statement));

/* The statement's side of an entry, and the other; NULL: none is its. */
const struct ledger_posting *export_xml_side(
    const struct export_statement *statement, const struct ledger_entry *entry,
    bool is_debit, const struct ledger_posting **other);

#endif
