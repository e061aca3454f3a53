/* SPDX-License-Identifier: ISC */
/*
 * The journal's engine whose lots are in a database.  The vault's thread of
 * money: each call sends a message to the courier and waits for its answer,
 * as it waits for the disk where the journal is a file; no longer than a
 * second, then it is AWAY.
 *
 * The boot of the seal is this opening's own, 16 random bytes: so no two
 * openings share a key, and within one no counter comes twice.
 */
#include "journal_courier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "journal_courier_link.h"
#include "journal_courier_lots.h"

#define GRACE_MS 3000 /* for the first connection after an opening */

struct journal_link *
journal_courier_link(const struct journal_link_options *options)
{
	struct journal_link *link = calloc(1, sizeof(*link));

	if (link != NULL)
		link->options = *options;
	return link;
}

void
journal_courier_free(struct journal_link *link)
{
	if (link == NULL)
		return;
	ipc_free(link->ipc);
	close(link->options.fd);
	free(link);
}

static bool
fresh(const struct journal *journal)
{
	const struct journal_courier *courier =
	    (const struct journal_courier *)(const void *)journal;

	return courier->fresh_ms != 0 &&
	    clock_steady_ms() - courier->fresh_ms <=
	    courier->link->options.stale_ms;
}

static int
firm(struct journal *journal)
{
	struct journal_courier *courier = courier_of(journal);
	struct ipc_message message;
	const struct ipc_part none = { 0 };
	uint64_t number = courier->place.number;
	int answer = JOURNAL_AWAY;

	if (courier->forked)
		return JOURNAL_FORK;
	if (number <= courier->firm)
		return JOURNAL_NONE;
	if (journal_link_ask(courier, IPC_LOT_FIRM, none, none) &&
	    journal_link_hear(courier, &message, journal_link_soon()) == 1)
		answer = journal_link_answer(courier, &message);
	courier->asked = 0;
	if (answer == JOURNAL_NONE)
		courier->firm = number;
	return answer;
}

static int
serve(struct journal *journal)
{
	(void)journal;
	return 0;
}

/* The database keeps them all. */
static int
release(struct journal *journal, uint64_t number)
{
	(void)journal;
	(void)number;
	return 0;
}

static void
status(struct journal *journal, struct journal_status *told)
{
	*told = (struct journal_status) {
		.newest = courier_of(journal)->newest,
	};
}

static void
close_courier(struct journal *journal)
{
	struct journal_courier *courier = courier_of(journal);

	lot_seal_close(&courier->seal);
	chain_close(&courier->sha);
	free(courier->row);
	if (courier->bytes != NULL)
		OPENSSL_cleanse(courier->bytes, courier->bytes_size);
	free(courier->bytes);
	free(courier);
}

static const struct journal_engine engine = {
	.begin = journal_courier_propose,
	.wait = journal_courier_settle,
	.next = journal_courier_next,
	.fresh = fresh,
	.firm = firm,
	.serve = serve,
	.release = release,
	.status = status,
	.close = close_courier,
};

/* What is there is behind our place, or isn't; which can't be known now: 0. */
static int
prove_place(struct journal_courier *courier)
{
	struct ipc_message message;
	int answer;

	do {
		answer = JOURNAL_AWAY;
		if (journal_courier_get(courier) &&
		    journal_link_hear(courier, &message, journal_link_soon()) ==
			1)
			answer = message.type == IPC_LOT_ROW
			    ? JOURNAL_LOT
			    : journal_link_answer(courier, &message);
		courier->asked = 0;
		if (answer == JOURNAL_AWAY)
			journal_link_wait(courier->link, JOURNAL_LINK_AGAIN_MS);
	} while (
	    answer == JOURNAL_AWAY && clock_steady_ms() < courier->grace_ms);
	return answer == JOURNAL_FORK ? BANK_EFORK : 0;
}

int
journal_courier_open(struct journal **journal,
    const struct journal_options *options, char *text, size_t size)
{
	static const uint8_t nowhere[LOT_DIGEST];
	struct journal_courier *courier = calloc(1, sizeof(*courier));
	struct journal_link *link = options->engine;
	int error;

	*journal = NULL;
	if (courier == NULL)
		return BANK_ENOMEM;
	courier->journal.engine = &engine;
	courier->journal.poll_ms = link->options.poll_ms;
	courier->link = link;
	courier->place = options->place;
	courier->newest = options->place.number;
	courier->looking = options->looking;
	courier->unplaced = options->looking && options->secret != NULL &&
	    memcmp(options->place.digest, nowhere, LOT_DIGEST) == 0;
	courier->host = options->host;
	courier->grace_ms = clock_steady_ms() + GRACE_MS;
	error = lot_seal_open(&courier->seal, options->secret);
	if (error == 0 && options->secret != NULL)
		error = lot_seal_mark(&courier->seal, courier->mark);
	if (error == 0)
		error = chain_open(&courier->sha);
	if (error == 0 && RAND_bytes(courier->boot, LOT_BOOT) != 1)
		error = BANK_ECRYPTO;
	if (error == 0 && !courier->looking)
		error = prove_place(courier);
	if (error == 0) {
		*journal = &courier->journal;
		return 0;
	}
	snprintf(text, size, "%s",
	    error == BANK_EFORK ? courier->journal.why : bank_strerror(error));
	close_courier(&courier->journal);
	return error;
}

/* -- bankctl's questions -- */

static int
ask_once(
    struct journal_courier *courier, const struct journal_question *question)
{
	struct ipc_message message;

	if (!journal_link_ask(courier, question->type,
		(struct ipc_part) { question->body, question->length },
		(struct ipc_part) { 0 }))
		return JOURNAL_AWAY;
	while (journal_link_hear(courier, &message, question->by_ms) == 1) {
		if (message.type == IPC_LOT_ANSWER)
			return journal_link_answer(courier, &message);
		if (question->each != NULL)
			question->each(question->context,
			    (const char *)message.body, message.length);
	}
	return JOURNAL_AWAY;
}

int
journal_courier_ask(struct journal *journal,
    const struct journal_question *question, char why[JOURNAL_WHY])
{
	struct journal_courier *courier = courier_of(journal);
	int answer;

	why[0] = '\0';
	for (;;) {
		answer = ask_once(courier, question);
		/* What a courier said tells more than that it is silent. */
		if (courier->asked == 0 || why[0] == '\0')
			string_copy(why, journal->why, JOURNAL_WHY);
		if (answer != JOURNAL_AWAY ||
		    clock_steady_ms() >= question->by_ms)
			return answer;
		journal_link_wait(courier->link, JOURNAL_LINK_AGAIN_MS);
	}
}

int
journal_courier_begin(struct journal *journal,
    const struct journal_beginning *beginning, char why[JOURNAL_WHY])
{
	struct journal_courier *courier = courier_of(journal);
	struct journal_question question = { .type = IPC_HOST_INIT,
		.by_ms = beginning->by_ms };
	struct lot_row row = { .number = courier->place.number,
		.seq = beginning->seq };
	int error;

	memcpy(row.chain, beginning->chain, CHAIN_SIZE);
	memcpy(row.digest, courier->place.digest, LOT_DIGEST);
	error = journal_courier_make_row(courier, &row, NULL, 0);
	if (error != 0)
		return error;
	question.body = courier->row;
	question.length = courier->row_length;
	return journal_courier_ask(journal, &question, why);
}
