/* SPDX-License-Identifier: ISC */
/*
 * All connections of the front's: found by number, counted by address.  Each
 * has a number that no other has, never 0.
 */
#ifndef BANKD_FRONT_TABLE_H
#define BANKD_FRONT_TABLE_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "../base/limit_address.h"

#define FRONT_BUCKETS 4096 /* a power of two */
/* So many past the limits are told so by a 429; any more are just closed. */
#define FRONT_OVERFLOW_MAX 16

struct client;

/* An address as limits see it, and how many connections it has. */
struct address {
	LIST_ENTRY(address) entries;
	char limit[LIMIT_ADDRESS_SIZE];
	unsigned count;
};

TAILQ_HEAD(client_list, client);
LIST_HEAD(client_bucket, client);
LIST_HEAD(address_bucket, address);

struct front_table {
	struct client_list connections;
	struct client_bucket numbers[FRONT_BUCKETS];
	struct address_bucket addresses[FRONT_BUCKETS];
	uint32_t next_number;
	unsigned count;    /* within the limits */
	unsigned overflow; /* past them: each gets a 429 and is closed */
	uint64_t accepted, refused;
};

/*
 * Numbers and lists the connection: within the limits, where it has an
 * address then, or past them.  False where there is no room for that either.
 */
bool front_table_add(struct front_table *table, struct client *client,
    unsigned most, unsigned most_per_address);
void front_table_remove(struct front_table *table, struct client *client);

/* NULL: there is none. */
struct client *front_table_find(struct front_table *table, uint32_t number);
/* Calls `each` for all of them; it may free the one that it is called for. */
void front_table_each(
    struct front_table *table, void (*each)(struct client *client));

#endif
