/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the files that a kiosk finds when it starts: a note of a
 * transaction under way, one that was set aside, the stock of notes.  What is
 * taken has the form of its parts.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../atm-tui/bank/bank_journal.h"
#include "../../atm-tui/machine/cash_stock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../lib/memory_directory.h"

#define TXID "018bd572a4f40a27e3de9db3d2624b71"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { TXID, BANK_NOTE_ASIDE TXID, "stock" };
static char directory[64];
static struct bank_journal *journal;

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_note: %s\n", what);
	abort();
}

static void
at_exit(void)
{
	char path[128];

	bank_journal_close(journal);
	for (size_t i = 0; i < NELEM(names); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", directory, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(directory);
}

static void
write_all(const uint8_t *data, size_t size)
{
	char path[128];
	FILE *file;

	for (size_t i = 0; i < NELEM(names); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", directory, names[i]);
		must((file = fopen(path, "w")) != NULL &&
			fwrite(data, 1, size, file) == size &&
			fclose(file) == 0,
		    path);
	}
}

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static void
check_notes(int error, struct bank_note *notes)
{
	struct bank_note *next;

	must(error >= 0, "notes can't be read");
	for (; notes != NULL; notes = next) {
		next = notes->next;
		must(strcmp(notes->txid, TXID) == 0, "another txid");
		must(wire_is_id(notes->customer, strlen(notes->customer)),
		    "a customer of no form");
		must(ends(notes->kiosk, sizeof(notes->kiosk)), "a kiosk");
		must(ends(notes->request, sizeof(notes->request)) &&
			strchr(notes->request, '\n') == NULL,
		    "a request");
		must(notes->step < NOTE_STEP_COUNT, "a step");
		for (size_t i = 0; i < NOTE_STEP_COUNT; i++)
			must(ends(notes->details[i], BANK_NOTE_DETAIL),
			    "a detail");
		bank_note_leave(notes);
	}
}

static void
check_stock(void)
{
	static const int64_t refill[CASH_NOTES_MAX] = { 100, 100 };
	struct cash_notes notes = { .count = 2, .units = { 20, 50 } };
	int error = cash_stock_read(directory, refill, &notes);

	must(error == 0 || error == BANK_EDAMAGED, "the stock can't be read");
	for (size_t i = 0; error == 0 && i < notes.count; i++)
		must(notes.left[i] >= 0, "fewer notes than none");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bank_note *notes = NULL;
	int error;

	if (journal == NULL) {
		memory_directory("note", directory, sizeof(directory));
		must(bank_journal_open(&journal, directory) == 0 &&
			atexit(at_exit) == 0,
		    "no journal");
	}
	write_all(data, size);
	error = bank_journal_left(journal, "chris", &notes);
	check_notes(error, notes);
	notes = NULL;
	error = bank_journal_withdrawals(journal, &notes);
	check_notes(error, notes);
	notes = NULL;
	error = bank_journal_aside(journal, &notes);
	check_notes(error, notes);
	check_stock();
	return 0;
}
