/* SPDX-License-Identifier: ISC */
/*
 * What bankctl's exports share.  Each writes the entries of one customer, or
 * all, to standard output, from a reader of the state.
 */
#ifndef BANKD_BANKCTL_EXPORT_H
#define BANKD_BANKCTL_EXPORT_H

#include <stdio.h>

#include "store.h"

struct export
{
	struct store_reader *reader;
	const char *id; /* NULL: all customers */
	const char *bank;
	FILE *out;
};

/* 0 or BANK_E.... */
typedef int export_format(const struct export *export);
export_format export_csv, export_hledger, export_ofx;

#endif
