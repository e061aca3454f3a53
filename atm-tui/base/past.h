/* SPDX-License-Identifier: ISC */
/*
 * What a customer usually does, from their own newest entries: to whom they
 * send money, how much they take out.  Pure.
 */
#ifndef ATM_PAST_H
#define ATM_PAST_H

#include <stdbool.h>

#include "history.h"

#define PAST_PAYEES 5
#define PAST_AMOUNTS 2

struct payee {
	char id[WIRE_ID_SIZE];
	char name[WIRE_NAME_SIZE]; /* masked, as `F** J****`; or empty */
};

struct past {
	bool known; /* the bank has answered, or won't */
	size_t payee_count, amount_count;
	struct payee payees[PAST_PAYEES]; /* the newest first */
	int64_t cents[PAST_AMOUNTS];      /* likewise */
};

/* From entries[0..count), newest first, of the customer `id`. */
void past_read(struct past *past, const struct history_entry *entries,
    size_t count, const char *id);
/* Then the names of these, where the same answer tells them. */
void past_read_names(struct past *past, const struct wire_reader *reader);
/* The name of a payee, empty where it isn't known. */
const char *past_name(const struct past *past, const char *id);
/* What happens now becomes the newest. */
void past_add_payee(struct past *past, const char *id);
void past_add_amount(struct past *past, int64_t cents);

#endif
