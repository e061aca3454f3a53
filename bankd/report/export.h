/* SPDX-License-Identifier: ISC */
/*
 * The books for other programs: the entries of one customer, or all, as text
 * of a format, from a reader of the state.  Made by bankctl of a state that
 * it may read, else by the vault.
 */
#ifndef BANKD_EXPORT_H
#define BANKD_EXPORT_H

#include <stdio.h>

#include "../store/store_reader.h"

struct export
{
	struct store_reader *reader;
	const char *id; /* NULL: all customers */
	const char *bank;
	FILE *out;
};

/* 0 or BANK_E...; what can't be written is for the caller to see in `out`. */
typedef int export_format(const struct export *export);
export_format export_csv, export_hledger, export_ofx;

/* `csv`, `hledger`, `ofx`; or NULL. */
export_format *export_find(const char *name);

#endif
