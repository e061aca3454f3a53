/* SPDX-License-Identifier: ISC */
/*
 * The dialogues about money in plain mode: transfer, deposit, withdrawal.
 * Part of atm-tui.
 */
#include "plain_money.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/base/money.h"
#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "../base/limits.h"
#include "../base/options.h"
#include "plain_bank.h"
#include "plain_io.h"

/* -1 at the end. */
static int
ask_account(struct plain *plain)
{
	static const char *const labels[] = { N_("Savings"), N_("Checking") };

	return plain_choose(plain,
	    _("Please select an account (enter 1 or 2):"), labels,
	    NELEM(labels));
}

/* The seeds' dialogue has no place for it. */
static void
say_limit(struct plain *plain, const char *what)
{
	const struct wire_reader *reader;
	char words[LIMITS_SIZE];

	if (!plain->full)
		return;
	reader = plain_request(plain, "DETAILS");
	if (reader == NULL || reader->code != 200)
		return;
	limits_words(
	    reader, what, config_string(plain->config, SCREEN_CURRENCY), words);
	if (*words != '\0')
		plain_say(words);
}

static bool
read_amount(const char *text, int64_t *cents)
{
	const struct wire_token token = { text, strlen(text) };

	if (wire_token_amount(&token, cents) == 0)
		return true;
	plain_say(_("incorrect input"));
	return false;
}

static void
keep_receipt(struct plain *plain, const char *verb, enum wire_account account,
    int64_t cents, const char *other, const char *remark)
{
	struct receipt receipt;

	plain->receipt_length = 0;
	if (!receipt_read(
		&receipt, verb, account, cents, other, &plain->reply.reader))
		return;
	receipt.remark = remark;
	plain->receipt_length = receipt_write(
	    &receipt, plain->config, plain->customer, plain->receipt);
}

static void
transact(struct plain *plain, const char *verb, const char *arguments,
    enum wire_account account, int64_t cents, const char *other)
{
	const struct wire_reader *reader =
	    plain_transact(plain, verb, arguments);

	if (reader == NULL)
		return;
	plain_say_reply(reader);
	keep_receipt(plain, verb, account, cents, other, NULL);
}

/* To oneself is to one's other account, wherever transfers land else. */
void
plain_transfer(struct plain *plain, const char *argument)
{
	char recipient[PLAIN_LINE_SIZE], amount[PLAIN_LINE_SIZE];
	char arguments[3 * PLAIN_LINE_SIZE];
	int account = ask_account(plain);
	int64_t cents;
	bool own;

	(void)argument;
	if (account < 0)
		return;
	say_limit(plain, "transfer");
	if (!plain_ask(plain, _("Recipient's ID: "), recipient) ||
	    !plain_ask(plain, _("Amount: "), amount))
		return;
	if (!wire_is_id(recipient, strlen(recipient))) {
		plain_say(_("incorrect input"));
		return;
	}
	if (!read_amount(amount, &cents))
		return;
	own = strcmp(recipient, plain->customer) == 0;
	snprintf(arguments, sizeof(arguments), "%d %s %s%s", account + 1,
	    recipient, amount,
	    !own               ? ""
		: account == 0 ? " 2"
			       : " 1");
	transact(plain, "1", arguments, (enum wire_account)account, cents,
	    recipient);
}

/*
 * Account and amount: with an argument it came as a word, and is about
 * plain.word_account.
 */
static bool
ask_cash(struct plain *plain, const char *argument, const char *limit,
    enum wire_account *account, int64_t *cents)
{
	char amount[PLAIN_LINE_SIZE];
	int chosen;

	if (argument != NULL) {
		*account = (enum wire_account)config_number(
		    plain->config, PLAIN_WORD_ACCOUNT);
		return read_amount(argument, cents);
	}
	chosen = ask_account(plain);
	if (chosen < 0)
		return false;
	*account = (enum wire_account)chosen;
	if (limit != NULL)
		say_limit(plain, limit);
	return plain_ask(plain, _("Amount: "), amount) &&
	    read_amount(amount, cents);
}

void
plain_deposit(struct plain *plain, const char *argument)
{
	char arguments[64], amount[MONEY_TEXT_SIZE];
	enum wire_account account;
	int64_t cents;

	if (!ask_cash(plain, argument, NULL, &account, &cents))
		return;
	snprintf(arguments, sizeof(arguments), "%d %s", (int)account + 1,
	    money_format(cents, amount));
	transact(plain, "DEPOSIT", arguments, account, cents, "");
}

static void
say_nearest(const struct plain *plain, const struct cash_plan *plan)
{
	const char *currency = config_string(plain->config, SCREEN_CURRENCY);
	char low[TEXT_MONEY_SIZE], high[TEXT_MONEY_SIZE];

	text_money(low, currency, plan->below);
	text_money(high, currency, plan->above);
	plain_say(_("this machine's notes can't make it"));
	if (plan->below != 0 && plan->above != 0)
		plain_sayf(_("The nearest amounts are %s and %s"), low, high);
	else if (plan->below != 0)
		plain_sayf(_("The nearest amount is %s"), low);
	else if (plan->above != 0)
		plain_sayf(_("The smallest amount is %s"), high);
	else
		plain_say(_("It has no notes now"));
}

static void
say_reference(const struct wire_reader *reader)
{
	char seq[24];

	if (wire_find(reader, "seq", seq, sizeof(seq)) == 0)
		plain_sayf(_("Reference %s"), seq);
}

/*
 * A command word may ask for any amount where the machine only simulates
 * notes.  The menu's item, and a word where notes are real, may ask only for
 * an amount that the notes can make.
 */
void
plain_withdraw(struct plain *plain, const char *argument)
{
	bool exact = argument == NULL || cash_is_real(plain->cash);
	const struct wire_reader *reader;
	const char *words, *advice;
	enum wire_account account;
	struct cash_plan plan;
	int64_t cents;

	if (!ask_cash(plain, argument, "withdraw", &account, &cents))
		return;
	cash_plan(plain->cash, cents, &plan);
	if (exact && !plan.made) {
		say_nearest(plain, &plan);
		return;
	}
	reader = plain_hand_out(plain, account, cents, exact);
	words = cash_words(plain->cash_result);
	advice = cash_advice(plain->cash, plain->cash_result);
	if (words != NULL)
		plain_say(_(words));
	else if (reader != NULL)
		plain_say_reply(reader);
	if (advice != NULL)
		plain_say(_(advice));
	if (reader == NULL)
		return;
	keep_receipt(plain, "WITHDRAW", account, cents, "",
	    words != NULL ? advice : NULL);
	if (words != NULL)
		say_reference(reader);
}
