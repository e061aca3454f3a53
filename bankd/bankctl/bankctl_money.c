/* SPDX-License-Identifier: ISC */
/*
 * bankctl deposit, adjust, reverse and cash: the bank's own entries.  Each has
 * a transaction ID, by which it is carried out once, however often it is asked
 * for.  The ID is given by the operator, or noted until it is answered.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../control/control_reason.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_pending.h"
#include "bankctl_reason.h"

#define WORDS_MAX 6 /* command id account amount reason txid */

struct wanted {
	const char *words[WORDS_MAX];
	int count;
	const char *reason, *id; /* NULL: not given as options */
};

/* The option's place for its argument, or NULL for any other word. */
static const char **
option_of(struct wanted *wanted, const char *word, bool has_reason)
{
	if (strcmp(word, "--id") == 0)
		return &wanted->id;
	return has_reason && strcmp(word, "--reason") == 0 ? &wanted->reason
							   : NULL;
}

/*
 * `least` counts the words without the reason, which is a word or an option, or
 * lacks.
 */
static bool
read_words(
    struct wanted *wanted, int argc, char *argv[], int least, bool has_reason)
{
	int most = least + has_reason;
	const char **option;

	for (int i = 0; i < argc; i++) {
		option = option_of(wanted, argv[i], has_reason);
		if (option != NULL && *option == NULL && i + 1 < argc)
			*option = argv[++i];
		else if (option == NULL && wanted->count < most)
			wanted->words[wanted->count++] = argv[i];
		else
			return false;
	}
	if (wanted->reason == NULL && wanted->count == least)
		return true;
	if (wanted->reason != NULL && wanted->count < most)
		wanted->words[wanted->count++] = wanted->reason;
	else if (wanted->reason != NULL)
		return false;
	return wanted->count == most &&
	    strncmp(wanted->words[least], "--", 2) != 0;
}

/* The reason as the command's last word, which is asked for if it lacks. */
static int
need_reason(struct bankctl *bankctl, struct wanted *wanted, int least)
{
	if (wanted->count == least) {
		bankctl_reason_ask(bankctl);
		if (bankctl->reason != NULL)
			wanted->words[wanted->count++] = bankctl->reason;
		bankctl->reason = NULL;
	}
	return wanted->count > least &&
		!control_reason_is_blank(wanted->words[least])
	    ? 0
	    : bankctl_complain(
		  EX_USAGE, "%s needs --reason text", wanted->words[0]);
}

/*
 * Asks the vault.  Sets *settled if the vault said what became of this ID.  A
 * bank that doesn't run, or not now, was told nothing, which settles only a new
 * ID.
 */
static int
ask(const struct bankctl *bankctl, const struct wanted *wanted, bool again,
    bool *settled)
{
	char *answer = NULL;
	int code;

	code =
	    bankctl_client_ask(bankctl, wanted->count, wanted->words, &answer);
	*settled = code == CLIENT_NOBODY && !again;
	if (code == 0) {
		bool whole = control_get_code(answer) != -1;

		code = bankctl_client_print(answer, bankctl->json);
		*settled = whole && code != EX_IOERR &&
		    (code != EX_UNAVAILABLE || !again);
		if (!whole)
			bankctl_complain(code,
			    "it may have been booked or not: repeat the same "
			    "command to find out; it is booked at most once");
	}
	free(answer);
	return code;
}

static int
ask_noted(const struct bankctl *bankctl, struct wanted *wanted)
{
	struct pending pending;
	uint8_t txid[WIRE_TXID_SIZE];
	char time[WIRE_TIME_TEXT];
	bool settled = false;
	int code;

	code = bankctl_pending_open(
	    &pending, bankctl, wanted->count, wanted->words);
	if (code == 0 && pending.again &&
	    wire_parse_txid(pending.txid, strlen(pending.txid), txid) == 0)
		bankctl_complain(0,
		    "the same command was sent at %s and not answered; asking "
		    "for its result",
		    wire_format_time(wire_txid_ms(txid), time));
	if (code == 0) {
		wanted->words[wanted->count++] = pending.txid;
		code = ask(bankctl, wanted, pending.again, &settled);
	}
	bankctl_pending_close(&pending, settled);
	return code;
}

static int
run(struct bankctl *bankctl, struct wanted *wanted)
{
	uint8_t txid[WIRE_TXID_SIZE];
	bool settled;

	if (wanted->id == NULL)
		return ask_noted(bankctl, wanted);
	if (wire_parse_txid(wanted->id, strlen(wanted->id), txid) != 0)
		return bankctl_complain(EX_DATAERR,
		    "--id %s: a transaction ID has 32 digits, 0-9 and a-f",
		    wanted->id);
	wanted->words[wanted->count++] = wanted->id;
	return ask(bankctl, wanted, true, &settled);
}

/* Customers know their accounts by number, people in a bank by name. */
static const char *
number_of(const char *account)
{
	if (strcmp(account, "savings") == 0)
		return "1";
	return strcmp(account, "checking") == 0 ? "2" : account;
}

int
bankctl_money_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct wanted wanted = { .count = 0 };
	int code;

	if (!read_words(&wanted, argc, argv, 4, true))
		return bankctl_complain(EX_USAGE,
		    "usage: bankctl %s id account amount --reason text "
		    "[--id txid]",
		    argv[0]);
	wanted.words[2] = number_of(wanted.words[2]);
	code = need_reason(bankctl, &wanted, 4);
	return code == 0 ? run(bankctl, &wanted) : code;
}

int
bankctl_reverse_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct wanted wanted = { .count = 0 };

	if (!read_words(&wanted, argc, argv, 2, false))
		return bankctl_complain(
		    EX_USAGE, "usage: bankctl reverse seq [--id txid]");
	return run(bankctl, &wanted);
}

int
bankctl_cash_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct wanted wanted = { .count = 0 };

	if (argc == 2)
		return bankctl_client_run(bankctl, argc, argv, NULL);
	if ((strcmp(argv[1], "load") != 0 && strcmp(argv[1], "count") != 0) ||
	    !read_words(&wanted, argc, argv, 4, false))
		return bankctl_complain(EX_USAGE,
		    "usage: bankctl cash kiosk | load kiosk amount "
		    "[--id txid] | count kiosk amount [--id txid]");
	return run(bankctl, &wanted);
}
