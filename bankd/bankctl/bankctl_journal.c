/* SPDX-License-Identifier: ISC */
/*
 * bankctl verify --journal: walks the lots of the journal beside the entries
 * of bank.db, while the bank serves too.  Of a file the lots that are still
 * there, of a journal of many hosts all of them.
 */
#include "bankctl_journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../base/options.h"
#include "../journal/journal_courier.h"
#include "../journal/journal_file.h"
#include "../store/record.h"
#include "../store/store_copy.h"
#include "../store/store_reader.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_hosts.h"
#include "bankctl_offline.h"

#define ERROR_SIZE 1024
#define TRIES 10 /* of a file that is written to meanwhile */

struct walk {
	struct store_reader *reader;
	struct lot_view view; /* of the lot in hand */
	uint64_t left;        /* entries of it that weren't compared yet */
	const char *wrong;    /* what doesn't fit, or NULL */
	uint64_t first, last, seq, entries, behind;
	uint8_t chain[CHAIN_SIZE];
};

static bool
is_entry(const struct lot_record *bytes)
{
	return bytes->kind == RECORD_ENTRY || bytes->kind == RECORD_ENTRY_TEXTS;
}

/* How many entries it has; *leaps: bank.db alone has them. */
static uint64_t
count_entries(struct lot_view view, bool *leaps)
{
	struct lot_record bytes;
	uint64_t count = 0;

	*leaps = false;
	while (lot_next(&view, &bytes)) {
		count += is_entry(&bytes);
		*leaps = *leaps || bytes.kind == RECORD_LEAP;
	}
	return count;
}

static bool
is_same(const struct ledger_entry *one, const struct ledger_entry *other)
{
	return one->seq == other->seq && one->time_ms == other->time_ms &&
	    one->kind == other->kind &&
	    one->amount_cents == other->amount_cents &&
	    one->debit.number == other->debit.number &&
	    one->credit.number == other->credit.number &&
	    one->reverses == other->reverses &&
	    memcmp(one->txid, other->txid, WIRE_TXID_SIZE) == 0;
}

/* An entry of bank.db beside the next one of the lot. */
static bool
compare(void *context, const struct ledger_entry *entry)
{
	struct walk *walk = context;
	struct lot_record bytes;
	struct record record;

	while (lot_next(&walk->view, &bytes) && !is_entry(&bytes))
		continue;
	if (record_read(&bytes, &record) != 0 ||
	    !is_same(&record.entry, entry)) {
		walk->wrong = "has another entry than bank.db";
		return false;
	}
	walk->entries++;
	memcpy(walk->chain, entry->chain, CHAIN_SIZE);
	return --walk->left > 0;
}

static void
walk_lot(struct walk *walk, const struct lot_view *view)
{
	bool leaps;
	uint64_t count = count_entries(*view, &leaps);
	int error = 0;

	walk->view = *view;
	walk->left = count;
	if (walk->last != 0 && !leaps && view->head.seq != walk->seq + count)
		walk->wrong = "doesn't follow from the one before";
	if (walk->first == 0)
		walk->first = view->head.number;
	walk->last = view->head.number;
	walk->seq = view->head.seq;
	if (walk->wrong != NULL || count == 0)
		return;
	error = store_reader_entries_to(walk->reader, view->head.seq - count,
	    view->head.seq, compare, walk);
	if (error != 0)
		walk->wrong = bank_strerror(error);
	else if (walk->left > 0 && walk->wrong == NULL)
		walk->behind++;
	else if (walk->wrong == NULL &&
	    memcmp(walk->chain, view->head.chain, CHAIN_SIZE) != 0)
		walk->wrong = "has another chain than bank.db";
}

static int
walk_all(
    struct walk *walk, struct journal *journal, const struct bankctl *bankctl)
{
	struct lot_view view;
	int answer;

	while ((answer = bankctl_hosts_next(bankctl, journal, &view)) ==
	    JOURNAL_LOT) {
		walk_lot(walk, &view);
		if (walk->wrong != NULL)
			return bankctl_complain(EX_DATAERR,
			    "lot %" PRIu64 " %s", view.head.number,
			    walk->wrong);
	}
	if (answer == JOURNAL_NONE)
		return 0;
	if (answer < 0)
		return bankctl_complain(EX_DATAERR,
		    "the lot after %" PRIu64 ": %s", walk->last,
		    bank_strerror(answer));
	return bankctl_complain(
	    answer == JOURNAL_FORK ? EX_CONFIG : EX_UNAVAILABLE,
	    "the database: %s", journal_why(journal));
}

/* What is written to at this moment may look torn: it is read again. */
static int
walk_file(struct walk *walk, const struct bankctl *bankctl)
{
	const char *directory = config_string(bankctl->config, BANK_STATE);
	struct journal_options options = { .directory = directory,
		.looking = true };
	char error[ERROR_SIZE] = "";
	struct journal *journal;
	int code, result = BANK_EDAMAGED;

	for (int i = 0; i < TRIES && result != 0; i++) {
		result = journal_file_oldest(directory, &options.place);
		if (result == BANK_ENOTFOUND)
			return 0;
		if (result == 0)
			result = journal_file_open(
			    &journal, &options, error, sizeof(error));
	}
	if (result != 0)
		return bankctl_complain(EX_DATAERR, "%s",
		    error[0] != '\0' ? error : bank_strerror(result));
	code = walk_all(walk, journal, bankctl);
	journal_close(journal);
	return code;
}

static int
walk_hosts(struct walk *walk, struct hosts *hosts)
{
	uint8_t secret[JOURNAL_SECRET];
	struct journal_options options = { .engine = hosts->link,
		.secret = secret,
		.host = 1,
		.looking = true };
	char error[ERROR_SIZE] = "";
	struct journal *journal;
	int code, result = store_reader_secret(walk->reader, secret);

	if (result == 0)
		result = journal_courier_open(
		    &journal, &options, error, sizeof(error));
	if (result != 0)
		return bankctl_complain(
		    EX_DATAERR, "bank.db: %s", bank_strerror(result));
	code = walk_all(walk, journal, hosts->bankctl);
	journal_close(journal);
	OPENSSL_cleanse(secret, sizeof(secret));
	return code;
}

static int
tell(const struct bankctl *bankctl, const struct walk *walk)
{
	struct control_text answer = { 0 };

	control_put_fact(&answer, "first-lot", "%" PRIu64, walk->first);
	control_put_fact(&answer, "last-lot", "%" PRIu64, walk->last);
	control_put_fact(&answer, "entries", "%" PRIu64, walk->entries);
	control_put_fact(&answer, "lots-behind", "%" PRIu64, walk->behind);
	return bankctl_client_print_made(&answer, 0,
	    "proven: the journal and bank.db have the same entries",
	    bankctl->json);
}

int
bankctl_journal_verify(const struct bankctl *bankctl)
{
	struct walk walk = { 0 };
	struct offline *offline = NULL;
	struct hosts hosts = { .program = { 0, -1, -1 } };
	bool shared = bankctl_hosts_are(bankctl);
	int code = shared ? bankctl_hosts_open(&hosts, bankctl) : 0;

	if (code == 0)
		code = bankctl_offline_reader(&offline, &walk.reader, bankctl);
	if (code == 0)
		code = shared ? walk_hosts(&walk, &hosts)
			      : walk_file(&walk, bankctl);
	if (walk.reader != NULL)
		store_reader_close(walk.reader);
	if (offline != NULL)
		bankctl_offline_close(offline);
	if (shared)
		bankctl_hosts_close(&hosts);
	return code == 0 ? tell(bankctl, &walk) : code;
}
