/* SPDX-License-Identifier: ISC */
/*
 * Exports for other programs: the entries of one customer or of all, as text in
 * a format, read from the state.  Each keeps to the lengths and the codes of
 * its own standard.  bankctl makes them of a state that it may
 * read; otherwise the vault does.
 */
#ifndef BANKD_EXPORT_H
#define BANKD_EXPORT_H

#include <stdio.h>

#include "../store/store_reader.h"

struct export
{
	struct store_reader *reader;
	const char *id; /* NULL: all customers */
	const char *bank, *currency;
	FILE *out;
};

/* Returns 0 or BANK_E....  The caller checks `out` for write errors. */
typedef int export_format(const struct export *export);
export_format export_ofx, export_camt;

/* Finds `camt053`, `csv`, `hledger` or `ofx`; else returns NULL. */
export_format *export_find(const char *name);

#endif
