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
#include "../../shared/wire/wire_memo.h"
#include "../base/limits.h"
#include "../base/options.h"
#include "plain_bank.h"
#include "plain_io.h"
#include "plain_services.h"

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
	struct limits limits;
	char words[LIMITS_SIZE];

	if (!plain->full)
		return;
	reader = plain_request(plain, "DETAILS");
	if (reader == NULL || reader->code != 200)
		return;
	limits = limits_read(reader, what);
	limits_words(
	    &limits, config_string(plain->config, SCREEN_CURRENCY), words);
	if (*words != '\0')
		plain_say(words);
}

static const char *
amount_fault(const char *text)
{
	const size_t units = strspn(text, "0123456789");
	const char *rest = text + units + (text[units] == '.');
	const size_t cents = strspn(rest, "0123456789");

	if (units > 0 && rest[cents] == '\0' && cents > 2)
		return _("An amount has at most two digits after the point");
	if (units > 0 && rest[cents] == '\0' &&
	    strspn(text, "0.") == strlen(text))
		return _("An amount must be more than 0");
	return _("Please enter digits only, for example 250 or 250.50");
}

/* A person may type a comma before the cents, as on the screens. */
static bool
read_amount(const struct plain *plain, const char *typed, int64_t *cents)
{
	char text[PLAIN_LINE_SIZE], *comma;
	struct wire_token token = { text, strlen(typed) };

	string_copy(text, typed, sizeof(text));
	comma = plain->person ? strchr(text, ',') : NULL;
	if (comma != NULL)
		*comma = '.';
	if (wire_token_amount(&token, cents) == 0)
		return true;
	plain_refuse(plain, amount_fault(text));
	return false;
}

static void
keep_receipt(struct plain *plain, const char *verb, enum wire_account account,
    int64_t cents, const char *other, const char *remark)
{
	plain->has_receipt = receipt_read(
	    &plain->receipt, verb, account, cents, other, &plain->reply.reader);
	plain->receipt.remark = remark;
}

/* Whether the bank has answered. */
static bool
transact(struct plain *plain, const char *verb, const char *arguments,
    enum wire_account account, int64_t cents, const char *other)
{
	const struct wire_reader *reader =
	    plain_transact(plain, verb, arguments);

	if (reader == NULL)
		return false;
	plain_say_reply(reader);
	keep_receipt(plain, verb, account, cents, other, NULL);
	return true;
}

struct transfer {
	enum wire_account account;
	char recipient[PLAIN_LINE_SIZE], amount[PLAIN_LINE_SIZE];
	char memo[PLAIN_LINE_SIZE]; /* empty: none */
	int64_t cents;
	bool own; /* to one's other account, wherever transfers land else */
};

static const char *
account_name(enum wire_account account)
{
	return account == WIRE_SAVINGS ? _("Savings") : _("Checking");
}

/* `fey 10.50`, after the word: from plain.word_account. */
static void
split_transfer(
    struct plain *plain, const char *argument, struct transfer *transfer)
{
	size_t length = strcspn(argument, " \t");
	const char *rest = argument + length;

	transfer->account =
	    (enum wire_account)config_number(plain->config, PLAIN_WORD_ACCOUNT);
	snprintf(transfer->recipient, sizeof(transfer->recipient), "%.*s",
	    (int)length, argument);
	string_copy(transfer->amount, rest + strspn(rest, " \t"),
	    sizeof(transfer->amount));
}

static bool
ask_transfer(struct plain *plain, struct transfer *transfer)
{
	int account = ask_account(plain);

	if (account < 0)
		return false;
	transfer->account = (enum wire_account)account;
	say_limit(plain, "transfer");
	return plain_ask(plain, _("Recipient's ID: "), transfer->recipient) &&
	    plain_ask(plain, _("Amount: "), transfer->amount);
}

static bool
check_transfer(struct plain *plain, struct transfer *transfer)
{
	if (!wire_is_id(transfer->recipient, strlen(transfer->recipient))) {
		plain_refuse(plain,
		    _("An ID has at most 32 letters and digits, with . _ or - "
		      "between them"));
		return false;
	}
	transfer->own = strcmp(transfer->recipient, plain->customer) == 0;
	return read_amount(plain, transfer->amount, &transfer->cents);
}

/* A script is asked nothing that the seeds don't ask. */
static bool
is_read_back(const struct plain *plain)
{
	return plain->person && config_number(plain->config, PLAIN_CONFIRM);
}

/* Until it is one that the bank takes, which may be none; false at the end. */
static bool
ask_memo(struct plain *plain, struct transfer *transfer)
{
	char *memo = transfer->memo;

	while (plain_ask(plain, _("Message (optional): "), memo)) {
		if (wire_is_name(memo, strlen(memo)))
			return true;
		plain_refuse_text(plain, memo);
	}
	return false;
}

static bool
confirm_transfer(struct plain *plain, const struct transfer *transfer)
{
	const enum wire_account other =
	    transfer->account == WIRE_SAVINGS ? WIRE_CHECKING : WIRE_SAVINGS;
	char money[TEXT_MONEY_SIZE], question[3 * PLAIN_LINE_SIZE];

	if (!is_read_back(plain))
		return true;
	if (*transfer->memo != '\0')
		plain_sayf("%s: %s", _("Message"), transfer->memo);
	text_money(money, config_string(plain->config, SCREEN_CURRENCY),
	    transfer->cents);
	snprintf(question, sizeof(question),
	    _("Transfer %1$s from %2$s to %3$s? (enter 1 or 2):"), money,
	    account_name(transfer->account),
	    transfer->own ? account_name(other) : transfer->recipient);
	if (plain_confirm(plain, question))
		return true;
	if (!plain->end && !plain->over)
		plain_say(_("Nothing was sent"));
	return false;
}

void
plain_transfer(struct plain *plain, const char *argument)
{
	char arguments[4 * PLAIN_LINE_SIZE], memo[WIRE_MEMO_TEXT];
	char amount[MONEY_TEXT_SIZE];
	struct transfer transfer = { .memo = "" };

	if (argument != NULL)
		split_transfer(plain, argument, &transfer);
	else if (!ask_transfer(plain, &transfer))
		return;
	if (!check_transfer(plain, &transfer))
		return;
	if (argument == NULL && !transfer.own && is_read_back(plain) &&
	    !ask_memo(plain, &transfer))
		return;
	if (!confirm_transfer(plain, &transfer))
		return;
	wire_format_memo(transfer.memo, memo);
	snprintf(arguments, sizeof(arguments), "%d %s %s%s%s%s",
	    (int)transfer.account + 1, transfer.recipient,
	    money_format(transfer.cents, amount),
	    !transfer.own                          ? ""
		: transfer.account == WIRE_SAVINGS ? " 2"
						   : " 1",
	    *memo == '\0' ? "" : " m=", memo);
	if (transact(plain, "1", arguments, transfer.account, transfer.cents,
		transfer.recipient))
		string_copy(plain->receipt.memo, transfer.memo,
		    sizeof(plain->receipt.memo));
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
		return read_amount(plain, argument, cents);
	}
	chosen = ask_account(plain);
	if (chosen < 0)
		return false;
	*account = (enum wire_account)chosen;
	if (limit != NULL)
		say_limit(plain, limit);
	return plain_ask(plain, _("Amount: "), amount) &&
	    read_amount(plain, amount, cents);
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
	plain_say(_("this machine can't make that amount"));
	if (plan->below != 0 && plan->above != 0)
		plain_sayf(_("The nearest amounts are %s and %s."), low, high);
	else if (plan->below != 0)
		plain_sayf(_("The nearest amount is %s."), low);
	else if (plan->above != 0)
		plain_sayf(_("The smallest amount is %s."), high);
	else
		plain_say(_("The machine has no notes now"));
}

static void
say_reference(const struct wire_reader *reader)
{
	char seq[TEXT_NUMBER_SIZE];

	if (wire_find(reader, "seq", seq, sizeof(seq)) == 0)
		plain_sayf(_("Reference %s"), text_digits(seq, sizeof(seq)));
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
