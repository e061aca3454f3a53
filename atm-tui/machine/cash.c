/* SPDX-License-Identifier: ISC */
/*
 * Withdrawals between the bank and the machine.  Part of atm-tui, on its
 * event loop.  Every step is on disk before what follows from it happens
 * (bank_journal.h), so that this process may end at any of them.
 */
#include "cash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/terminal/text.h"
#include "../bank/bank_ask.h"
#include "../bank/bank_report.h"
#include "../bank/bank_withdrawal.h"
#include "cash_stock.h"
#include "../base/intl.h"
#include "../base/options.h"

#define DISPENSE_SECONDS 120
/* Of the command: it can't tell what left it.  sysexits(3): EX_IOERR. */
#define DISPENSE_UNCLEAR 74
#define REPLY_SIZE 512

struct cash {
	struct devices *devices;
	const struct config *config;
	struct bank *bank;
	struct cash_notes notes;
	int64_t refill[CASH_NOTES_MAX];
	bool counted; /* there is a `stock` */

	bool busy;
	struct cash_plan plan;
	int64_t cents;
	cash_fn *done;
	void *context;
	struct bank_reply reply; /* a copy, with the two below */
	char lines[REPLY_SIZE], text[REPLY_SIZE];
	struct device *device;
};

static const char *
directory_of(const struct cash *cash)
{
	return config_string(cash->config, KIOSK_STATE);
}

static bool
is_low(const struct cash *cash, int64_t left)
{
	return left < config_number(cash->config, CASH_LOW);
}

static void
log_low(const struct cash *cash, size_t i)
{
	log_event(LOG_WARNING, "cash_low", "note",
	    LOG_NUMBER(cash->notes.units[i]), "left",
	    LOG_NUMBER(cash->notes.left[i]), NULL);
}

/* Where the stock can't be read, the machine has no notes. */
static void
read_stock(struct cash *cash)
{
	int error;

	if (!cash->counted)
		return;
	error = cash_stock_read(directory_of(cash), cash->refill, &cash->notes);
	if (error == 0)
		return;
	memset(cash->notes.left, 0, sizeof(cash->notes.left));
	log_event(LOG_ERR, "cash_stock", "file", LOG_TEXT(CASH_STOCK_FILE),
	    "error", LOG_TEXT(bank_strerror(error)), NULL);
}

static void
report_stock(const struct cash *cash)
{
	if (cash->counted && cash->bank != NULL)
		bank_report_stock(cash->bank, cash->notes.count,
		    cash->notes.units, cash->notes.left);
}

static int
read_notes(struct cash *cash, char *error, size_t size)
{
	const char *notes = config_string(cash->config, CASH_NOTES);
	const char *stock = config_string(cash->config, CASH_STOCK);
	int count = cash_notes_read(notes, cash->notes.units, CASH_NOTES_MAX);
	int counts = cash_notes_read(stock, cash->refill, CASH_NOTES_MAX);

	for (int i = 0; i < count && i < CASH_NOTES_MAX; i++)
		if (cash->notes.units[i] == 0)
			count = BANK_EINVAL;
	if (count < 0 || count > CASH_NOTES_MAX) {
		snprintf(error, size,
		    _("cash.notes: \"%s\" is not a list of notes"), notes);
		return BANK_ECONFIG;
	}
	cash->notes.count = (size_t)count;
	cash->counted = counts != 0;
	if (cash->counted && counts != count) {
		snprintf(error, size,
		    _("cash.stock: \"%s\" must have one number for each of "
		      "cash.notes"),
		    stock);
		return BANK_ECONFIG;
	}
	for (int i = 0; i < count; i++)
		cash->notes.left[i] = CASH_NOTES_ENOUGH;
	return 0;
}

int
cash_new(struct cash **result, struct devices *devices,
    const struct config *config, struct bank *bank, char *error, size_t size)
{
	struct cash *cash = calloc(1, sizeof(*cash));
	int code;

	if (cash == NULL) {
		snprintf(error, size, "%s", bank_strerror(BANK_ENOMEM));
		return BANK_ENOMEM;
	}
	cash->devices = devices;
	cash->config = config;
	cash->bank = bank;
	code = read_notes(cash, error, size);
	if (code != 0) {
		free(cash);
		return code;
	}
	read_stock(cash);
	for (size_t i = 0; i < cash->notes.count && cash->counted; i++)
		if (is_low(cash, cash->notes.left[i]))
			log_low(cash, i);
	report_stock(cash);
	*result = cash;
	return 0;
}

void
cash_free(struct cash *cash)
{
	if (cash == NULL)
		return;
	if (cash->device != NULL)
		device_forget(cash->device);
	free(cash);
}

const struct cash_notes *
cash_left(struct cash *cash, bool *counted)
{
	read_stock(cash);
	*counted = cash->counted;
	return &cash->notes;
}

bool
cash_is_real(const struct cash *cash)
{
	return cash->counted ||
	    *config_string(cash->config, CASH_DISPENSE) != '\0';
}

bool
cash_is_busy(const struct cash *cash)
{
	return cash->busy;
}

bool
cash_is_handing_out(const struct cash *cash)
{
	return cash->device != NULL;
}

char *
cash_handed_out(const struct cash *cash, char *text, size_t size)
{
	const struct cash_style style = { text_is_utf8() ? "×" : "x",
		config_string(cash->config, SCREEN_CURRENCY) };

	cash_notes_words(&cash->notes, &cash->plan, &style, text, size);
	return text_digits(text, size);
}

void
cash_plan(struct cash *cash, int64_t cents, struct cash_plan *plan)
{
	read_stock(cash);
	if (cash_notes_plan(&cash->notes, cents, plan) != 0)
		log_event(LOG_ERR, "cash_plan", "error",
		    LOG_TEXT(bank_strerror(BANK_ENOMEM)), NULL);
	/* Without notes to speak of, any amount will do. */
	if (cash->notes.count == 0)
		plan->made = true;
}

static void
finish(struct cash *cash, enum cash_result result)
{
	cash->busy = false;
	cash->device = NULL;
	cash->done(cash->context, result, &cash->reply);
}

static void
keep_reply(struct cash *cash, const struct bank_reply *reply)
{
	const struct wire_reader *from = &reply->reader;
	struct wire_reader *to = &cash->reply.reader;

	cash->reply = *reply;
	if (reply->outcome != BANK_ANSWERED)
		return;
	if (from->lines_length > sizeof(cash->lines))
		to->lines_length = 0;
	if (from->text.length > sizeof(cash->text))
		to->text.length = sizeof(cash->text);
	if (to->lines_length > 0)
		memcpy(cash->lines, from->lines, to->lines_length);
	memcpy(cash->text, from->text.text, to->text.length);
	to->lines = cash->lines;
	to->text.text = cash->text;
}

/* The stock by `sign` times what the plan uses. */
static int
change_stock(struct cash *cash, int sign)
{
	int64_t before[CASH_NOTES_MAX];
	int error;

	if (!cash->counted)
		return 0;
	read_stock(cash);
	memcpy(before, cash->notes.left, sizeof(before));
	error = cash_stock_take(
	    directory_of(cash), cash->refill, &cash->notes, &cash->plan, sign);
	for (size_t i = 0; i < cash->notes.count && error == 0; i++)
		if (is_low(cash, cash->notes.left[i]) &&
		    !is_low(cash, before[i]))
			log_low(cash, i);
	if (error != 0)
		log_event(LOG_ERR, "cash_stock", "file",
		    LOG_TEXT(CASH_STOCK_FILE), "error",
		    LOG_TEXT(bank_strerror(error)), NULL);
	else
		report_stock(cash);
	return error;
}

static void
on_taken_back(void *context, enum bank_taken taken)
{
	static const enum cash_result results[] = {
		[BANK_TAKEN_BACK] = CASH_TAKEN_BACK,
		[BANK_TAKEN_LATER] = CASH_GOES_BACK,
		[BANK_NOT_TAKEN] = CASH_KEPT,
	};

	finish(context, results[taken]);
}

/* No notes left the machine. */
static void
give_up(struct cash *cash, const char *why)
{
	log_event(LOG_ERR, "cash_not_handed_out", "why", LOG_TEXT(why),
	    "amount", LOG_MONEY(cash->cents), NULL);
	bank_withdrawal_failed(cash->bank, on_taken_back, cash);
}

static void
on_dispensed(void *context, int status)
{
	struct cash *cash = context;
	char why[64];

	cash->device = NULL;
	if (status == 0) {
		bank_withdrawal_done(cash->bank);
		finish(cash, CASH_GIVEN);
		return;
	}
	snprintf(why, sizeof(why),
	    status == DEVICE_KILLED     ? "the command was killed"
		: status == DEVICE_LATE ? "the command took too long"
					: "the command ended with %d",
	    status);
	if (status < 0 || status == DISPENSE_UNCLEAR) {
		bank_withdrawal_unclear(cash->bank, why);
		finish(cash, CASH_UNCLEAR);
		return;
	}
	change_stock(cash, -1);
	give_up(cash, why);
}

/* `40.00 20x2`: for the command, the journal, and people. */
static void
describe(const struct cash *cash, char text[BANK_NOTES_SIZE])
{
	char amount[MONEY_TEXT_SIZE], notes[BANK_NOTES_SIZE - 32];

	cash_notes_text(&cash->notes, &cash->plan, notes, sizeof(notes));
	snprintf(text, BANK_NOTES_SIZE, "%s%s%s",
	    money_format(cash->cents, amount), *notes == '\0' ? "" : " ",
	    notes);
}

static void
run_command(struct cash *cash, const char *notes)
{
	char text[BANK_NOTES_SIZE], *rest = text;
	const char *arguments[CASH_NOTES_MAX + 2];
	size_t count = 0;

	string_copy(text, notes, sizeof(text));
	while (count <= CASH_NOTES_MAX && rest != NULL)
		arguments[count++] = strsep(&rest, " ");
	arguments[count] = NULL;
	cash->device = device_run(cash->devices,
	    &(struct device_job) {
		.command = config_string(cash->config, CASH_DISPENSE),
		.arguments = arguments,
		.limit_s = DISPENSE_SECONDS,
		.done = on_dispensed,
		.context = cash });
	if (cash->device == NULL) {
		change_stock(cash, -1);
		give_up(cash, "the command can't be started");
	}
}

static void
hand_out(struct cash *cash)
{
	char notes[BANK_NOTES_SIZE];

	describe(cash, notes);
	if (bank_withdrawal_begin(cash->bank, notes) != 0) {
		give_up(cash, "it can't be noted on disk");
	} else if (change_stock(cash, 1) != 0) {
		give_up(cash, "the stock of notes is not right");
	} else if (*config_string(cash->config, CASH_DISPENSE) != '\0') {
		run_command(cash, notes);
	} else {
		bank_withdrawal_done(cash->bank);
		finish(cash, CASH_GIVEN);
	}
}

static void
on_booked(void *context, const struct bank_reply *reply)
{
	struct cash *cash = context;

	keep_reply(cash, reply);
	if (reply->outcome == BANK_LOST)
		finish(cash, CASH_LOST);
	else if (reply->outcome != BANK_ANSWERED || reply->reader.code != 200)
		finish(cash, CASH_NOT_BOOKED);
	else
		hand_out(cash);
}

int
cash_withdraw(struct cash *cash, enum wire_account account, int64_t cents,
    bool exact, cash_fn *done, void *context)
{
	char arguments[64], amount[MONEY_TEXT_SIZE];
	int error;

	if (cash->busy)
		return BANK_EBUSY;
	cash_plan(cash, cents, &cash->plan);
	if (exact && !cash->plan.made)
		return BANK_EINVAL;
	cash->cents = cents;
	cash->done = done;
	cash->context = context;
	snprintf(arguments, sizeof(arguments), "%d %s", (int)account + 1,
	    money_format(cents, amount));
	cash->busy = true;
	error =
	    bank_transact(cash->bank, "WITHDRAW", arguments, on_booked, cash);
	if (error != 0)
		cash->busy = false;
	return error;
}

const char *
cash_words(enum cash_result result)
{
	static const char *const words[CASH_RESULT_COUNT] = {
		[CASH_LOST] = N_("No cash was paid out"),
		[CASH_TAKEN_BACK] =
		    N_("The machine could not pay out your cash"),
		[CASH_GOES_BACK] =
		    N_("The machine could not pay out your cash"),
		[CASH_KEPT] = N_("The machine could not pay out your cash"),
		[CASH_UNCLEAR] = N_("Some of your cash may not have come out"),
	};

	return words[result];
}

const char *
cash_advice(const struct cash *cash, enum cash_result result)
{
	static const char *const words[CASH_RESULT_COUNT] = {
		[CASH_LOST] =
		    N_("The connection was lost. Any charge will be reversed."),
		[CASH_GIVEN] = N_("Please take your cash"),
		[CASH_TAKEN_BACK] = N_("The money is back in your account"),
		[CASH_GOES_BACK] =
		    N_("The money will go back into your account"),
		[CASH_KEPT] = N_("Please contact the bank with your reference"),
		[CASH_UNCLEAR] =
		    N_("Please contact the bank with your reference"),
	};

	return result == CASH_GIVEN && !cash_is_real(cash) ? NULL
							   : words[result];
}
