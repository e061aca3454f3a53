/* SPDX-License-Identifier: ISC */
/*
 * The cases of the load generator: one row each, and the texts that they
 * send.
 */
#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../shared/base/error.h"
#include "../../shared/wire/wire.h"

#define MOST_SESSIONS 100000
#define MOST_RATE 10e6
/* Of a mix, one request in so many is a transfer. */
#define MIX 5
#define PAGE "20"

void
customer_id(uint64_t customer, char *id, size_t size)
{
	snprintf(id, size, "c%07llu", (unsigned long long)customer);
}

/* Somebody else; savings pay into checking, so that nobody runs dry soon. */
static size_t
ask_transfer(struct session *session, char text[LOAD_TEXT_SIZE])
{
	struct load *load = session->group->load;
	uint64_t random = random_next(&load->random);
	uint64_t to = random % (load->customers - 1);
	uint8_t txid[WIRE_TXID_SIZE];
	char id[WIRE_ID_SIZE], number[WIRE_TXID_TEXT];
	struct timespec now;
	int64_t ms;

	if (to >= session->customer)
		to++;
	customer_id(to, id, sizeof(id));
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (wire_make_txid((uint64_t)(ms + load->ahead_ms), txid) != 0)
		abort();
	wire_format_txid(txid, number);
	session->moves = true;
	return (size_t)snprintf(text, LOAD_TEXT_SIZE, "1 %s 1 %s 0.%02u",
	    number, id, 1 + (unsigned)(random >> 40) % 99);
}

static size_t
ask_balance(struct session *session, char text[LOAD_TEXT_SIZE])
{
	(void)session;
	text[0] = '2';
	return 1;
}

static size_t
ask_mix(struct session *session, char text[LOAD_TEXT_SIZE])
{
	return (session->calls + session->number) % MIX == 0
	    ? ask_transfer(session, text)
	    : ask_balance(session, text);
}

static size_t
ask_history(struct session *session, char text[LOAD_TEXT_SIZE])
{
	static const char request[] = "HISTORY " PAGE;

	(void)session;
	memcpy(text, request, sizeof(request));
	return sizeof(request) - 1;
}

static size_t
ask_ping(struct session *session, char text[LOAD_TEXT_SIZE])
{
	(void)session;
	memcpy(text, "PING", 4);
	return 4;
}

/* For the cases whose request is no text: a block, a connection. */
static size_t
ask_nothing(struct session *session, char text[LOAD_TEXT_SIZE])
{
	(void)session;
	(void)text;
	return 0;
}

static const struct bench_case cases[] = {
	{ "transfer", true, false, false, ask_transfer },
	{ "balance", true, false, false, ask_balance },
	{ "mix", true, false, false, ask_mix },
	{ "history", true, false, false, ask_history },
	{ "ping", true, false, false, ask_ping },
	{ "idle", true, false, false, NULL },
	{ "login", true, true, false, ask_nothing },
	{ "flood", true, false, true, ask_nothing },
	{ "echo", false, false, false, ask_nothing },
	{ "handshake", false, true, false, ask_nothing },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

void
cases_print(FILE *out)
{
	for (size_t i = 0; i < CASES; i++)
		fprintf(out, " %s", cases[i].name);
}

int
group_parse(struct group *group, const char *text)
{
	size_t length = strcspn(text, ":");
	unsigned long size = 1;
	char *end;

	group->what = NULL;
	for (size_t i = 0; i < CASES; i++)
		if (strlen(cases[i].name) == length &&
		    strncmp(cases[i].name, text, length) == 0)
			group->what = &cases[i];
	if (group->what == NULL)
		return BANK_EINVAL;
	if (text[length] == ':') {
		size = strtoul(text + length + 1, &end, 10);
		if (*end == ':')
			group->rate = strtod(end + 1, &end);
		if (*end != '\0')
			return BANK_EINVAL;
	}
	if (size == 0 || size > MOST_SESSIONS || !(group->rate >= 0) ||
	    group->rate > MOST_RATE)
		return BANK_EINVAL;
	group->size = (unsigned)size;
	return 0;
}
