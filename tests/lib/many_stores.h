/* SPDX-License-Identifier: ISC */
/*
 * Several stores of one bank, each with its bank.db, over one journal
 * (shared_journal.h), and batches for them.
 */
#ifndef TESTS_MANY_STORES_H
#define TESTS_MANY_STORES_H

#include "../../bankd/store/record.h"
#include "../../bankd/store/store_hosts.h"
#include "shared_journal.h"

#define STORES_MOST 3
#define STORES_CUSTOMERS 5 /* c0, c1 ... */

struct host {
	char *directory;
	struct store *store;
	struct shared_options options;
	unsigned waits, records[RECORD_KINDS], lots;
};

struct hosts {
	char *directory; /* of the journal */
	char path[4096];
	struct host host[STORES_MOST];
	unsigned count;
};

/* All of one bank, which the first of them has made. */
void stores_begin(struct hosts *hosts, unsigned count);
void stores_end(struct hosts *hosts);
/* Opens one that is closed; the second has an error for it. */
void stores_open(struct hosts *hosts, unsigned i);
int stores_try_open(struct hosts *hosts, unsigned i, char *error, size_t size);
/* Every host takes over everything, and has the same. */
void stores_agree(struct hosts *hosts);
/* A batch, until its host isn't behind any more, as the vault does. */
void stores_run(struct host *host,
    void (*batch)(struct store *store, void *context), void *context);

/* Batches: 100 cents from c0 to c1; an account of this ID, if it is new. */
void stores_transfer(struct store *store, void *context);
void stores_add(struct store *store, void *id);
/* A guess begins, or ends: an int, 1 or -1. */
void stores_guess(struct store *store, void *context);

#endif
