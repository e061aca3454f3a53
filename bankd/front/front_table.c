/* SPDX-License-Identifier: ISC */
/*
 * The tables in which the front finds its connections by number and counts
 * them by address.
 */
#include "front_table.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/base/util.h"
#include "front_client.h"

static struct address_bucket *
address_bucket(struct front_table *table, const char *limit)
{
	uint32_t hash = 2166136261U;

	for (; *limit != '\0'; limit++)
		hash = (hash ^ (uint8_t)*limit) * 16777619U;
	return &table->addresses[hash % FRONT_BUCKETS];
}

static struct address *
address_get(struct front_table *table, const struct client *client)
{
	struct address_bucket *bucket;
	struct address *address = NULL;
	char text[LIMIT_ADDRESS_SIZE];

	front_client_address(client, text);
	if (limit_address(text, text) != 0)
		return NULL;
	bucket = address_bucket(table, text);
	LIST_FOREACH (address, bucket, entries) {
		if (strcmp(address->limit, text) == 0)
			return address;
	}
	if ((address = calloc(1, sizeof(*address))) == NULL)
		return NULL;
	string_copy(address->limit, text, sizeof(address->limit));
	LIST_INSERT_HEAD(bucket, address, entries);
	return address;
}

static void
address_put(struct address *address)
{
	if (address->count > 0)
		return;
	LIST_REMOVE(address, entries);
	free(address);
}

static struct client_bucket *
number_bucket(struct front_table *table, uint32_t number)
{
	return &table->numbers[number % FRONT_BUCKETS];
}

struct client *
front_table_find(struct front_table *table, uint32_t number)
{
	struct client *client = NULL;

	LIST_FOREACH (client, number_bucket(table, number), by_number) {
		if (client->number == number)
			return client;
	}
	return NULL;
}

/* Not 0, and, after four billion of them, none that is still in use. */
static uint32_t
new_number(struct front_table *table)
{
	do {
		table->next_number++;
	} while (table->next_number == 0 ||
	    front_table_find(table, table->next_number) != NULL);
	return table->next_number;
}

/* Whether there is room: if not, an overflow slot may tell it with a 429. */
static bool
admit(struct front_table *table, struct client *client, unsigned most,
    unsigned most_per_address)
{
	struct address *address = address_get(table, client);

	if (address == NULL)
		return false;
	if (table->count < most && address->count < most_per_address) {
		address->count++;
		table->count++;
		table->accepted++;
		client->address = address;
		return true;
	}
	address_put(address);
	table->refused++;
	if (table->overflow >= FRONT_OVERFLOW_MAX)
		return false;
	table->overflow++;
	return true;
}

bool
front_table_add(struct front_table *table, struct client *client, unsigned most,
    unsigned most_per_address)
{
	if (!admit(table, client, most, most_per_address))
		return false;
	client->number = new_number(table);
	TAILQ_INSERT_TAIL(&table->connections, client, all);
	LIST_INSERT_HEAD(
	    number_bucket(table, client->number), client, by_number);
	return true;
}

void
front_table_remove(struct front_table *table, struct client *client)
{
	TAILQ_REMOVE(&table->connections, client, all);
	LIST_REMOVE(client, by_number);
	if (client->address == NULL) {
		table->overflow--;
		return;
	}
	table->count--;
	client->address->count--;
	address_put(client->address);
}

void
front_table_each(struct front_table *table, void (*each)(struct client *client))
{
	struct client *client, *next;

	for (client = TAILQ_FIRST(&table->connections); client != NULL;
	     client = next) {
		next = TAILQ_NEXT(client, all);
		each(client);
	}
}
