/* SPDX-License-Identifier: ISC */
/*
 * S5 to S9 in plain mode: the main menu, one table of commands, and the
 * dialogues about money.  Part of atm-tui.
 */
#include "plain_private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../shared/error.h"
#include "../shared/money.h"
#include "../shared/util.h"
#include "options.h"

static void plain_transfer(struct plain *plain, const char *argument);
static void plain_balances(struct plain *plain, const char *argument);
static void plain_leave(struct plain *plain, const char *argument);
static void plain_deposit(struct plain *plain, const char *argument);
static void plain_withdraw(struct plain *plain, const char *argument);

/* `label`: how the menu shows it, where it does. */
static const struct command {
	const char *word;
	bool full;   /* in the menu of seven alone */
	bool amount; /* an argument follows; else none may */
	const char *label;
	void (*run)(struct plain *, const char *argument);
} commands[] = {
	{ "1", false, false, N_("Transfer money"), plain_transfer },
	{ "2", false, false, N_("Check account balance"), plain_balances },
	{ "3", false, false, N_("Exit"), plain_leave },
	{ "4", true, false, N_("Deposit"), plain_deposit },
	{ "5", true, false, N_("Withdraw"), plain_withdraw },
	{ "6", true, false, N_("Statement"), plain_statement },
	{ "7", true, false, N_("Account services"), plain_services },
	{ "CONSULTA", false, false, NULL, plain_balances },
	{ "CONSULTAR", false, false, NULL, plain_balances },
	{ "BALANCE", false, false, NULL, plain_balances },
	{ "DEPOSITO", false, true, NULL, plain_deposit },
	{ "DEPOSITAR", false, true, NULL, plain_deposit },
	{ "DEPOSIT", false, true, NULL, plain_deposit },
	{ "RETIRO", false, true, NULL, plain_withdraw },
	{ "RETIRAR", false, true, NULL, plain_withdraw },
	{ "WITHDRAW", false, true, NULL, plain_withdraw },
	{ "SALIR", false, false, NULL, plain_leave },
	{ "EXIT", false, false, NULL, plain_leave },
};

/* The command of a line; *argument is what follows the word, or NULL. */
static const struct command *
find_command(const struct plain *plain, char *line, const char **argument)
{
	size_t length = strcspn(line, " \t");
	bool more = line[length] != '\0';

	line[length] = '\0';
	*argument =
	    more ? line + length + 1 + strspn(line + length + 1, " \t") : NULL;
	for (size_t i = 0; i < NELEM(commands); i++) {
		const struct command *command = &commands[i];

		if (strcasecmp(line, command->word) == 0)
			return command->amount == more &&
				(plain->full || !command->full)
			    ? command
			    : NULL;
	}
	return NULL;
}

void
plain_menu(struct plain *plain)
{
	const struct command *command;
	const char *argument;
	char line[PLAIN_LINE_SIZE];

	plain_say_news(plain);
	plain_say(plain->full ? _("Please select one of the following actions "
				  "(enter 1 to 7):")
			      : _("Please select one of the following actions "
				  "(enter 1, 2, or 3):"));
	for (size_t i = 0; i < NELEM(commands); i++)
		if (commands[i].label != NULL &&
		    (plain->full || !commands[i].full))
			printf(
			    "%s. %s\n", commands[i].word, _(commands[i].label));
	if (!plain_ask(plain, NULL, line))
		return;
	command = find_command(plain, line, &argument);
	if (command == NULL)
		plain_say(_("incorrect input"));
	else
		command->run(plain, argument);
}

/* `1` or `2`, as the wire says it; 0 at the end. */
static char
ask_account(struct plain *plain)
{
	static const char *const labels[] = { N_("Savings"), N_("Checking") };
	int choice =
	    plain_choose(plain, _("Please select an account (enter 1 or 2):"),
		labels, NELEM(labels));

	return choice < 0 ? '\0' : (char)('1' + choice);
}

static bool
is_amount(const char *text)
{
	const struct wire_token token = { text, strlen(text) };
	int64_t cents;

	return wire_token_amount(&token, &cents) == 0;
}

static void
transact(struct plain *plain, const char *verb, const char *arguments)
{
	const struct wire_reader *reader =
	    plain_transact(plain, verb, arguments);

	if (reader != NULL)
		plain_say_reply(reader);
}

/* To oneself is to one's other account, wherever transfers land else. */
static void
plain_transfer(struct plain *plain, const char *argument)
{
	char recipient[PLAIN_LINE_SIZE], amount[PLAIN_LINE_SIZE];
	char arguments[3 * PLAIN_LINE_SIZE];
	char account = ask_account(plain);
	bool own;

	(void)argument;
	if (account == '\0' ||
	    !plain_ask(plain, _("Recipient's ID: "), recipient) ||
	    !plain_ask(plain, _("Amount: "), amount))
		return;
	if (!wire_is_id(recipient, strlen(recipient)) || !is_amount(amount)) {
		plain_say(_("incorrect input"));
		return;
	}
	own = strcmp(recipient, bank_session(plain->bank)->id) == 0;
	snprintf(arguments, sizeof(arguments), "%c %s %s%s", account, recipient,
	    amount,
	    !own                 ? ""
		: account == '1' ? " 2"
				 : " 1");
	transact(plain, "1", arguments);
}

/* With an amount it came as a word, and is about plain.word_account. */
static void
plain_cash(struct plain *plain, const char *verb, const char *argument)
{
	char amount[PLAIN_LINE_SIZE], arguments[2 * PLAIN_LINE_SIZE];
	char account;

	if (argument != NULL) {
		account = (char)('1' +
		    config_number(plain->config, PLAIN_WORD_ACCOUNT));
		string_copy(amount, argument, sizeof(amount));
	} else {
		account = ask_account(plain);
		if (account == '\0' || !plain_ask(plain, _("Amount: "), amount))
			return;
	}
	if (!is_amount(amount)) {
		plain_say(_("incorrect input"));
		return;
	}
	snprintf(arguments, sizeof(arguments), "%c %s", account, amount);
	transact(plain, verb, arguments);
}

static void
plain_deposit(struct plain *plain, const char *argument)
{
	plain_cash(plain, "DEPOSIT", argument);
}

static void
plain_withdraw(struct plain *plain, const char *argument)
{
	plain_cash(plain, "WITHDRAW", argument);
}

static void
say_balances(const struct wire_reader *reader)
{
	char savings[MONEY_TEXT_SIZE], checking[MONEY_TEXT_SIZE];

	if (wire_find(reader, "savings", savings, sizeof(savings)) != 0 ||
	    wire_find(reader, "checking", checking, sizeof(checking)) != 0) {
		plain_say_reply(reader);
		return;
	}
	plain_sayf(_("Your savings account balance: %s"), savings);
	plain_sayf(_("Your checking account balance: %s"), checking);
}

static void
plain_balances(struct plain *plain, const char *argument)
{
	const struct wire_reader *reader = plain_request(plain, "2");

	(void)argument;
	if (reader == NULL)
		return;
	if (reader->code == 200)
		say_balances(reader);
	else
		plain_say_reply(reader);
}

static void
plain_leave(struct plain *plain, const char *argument)
{
	(void)argument;
	plain->end = true;
}

/*
 * A session that was over when its Exit arrived has ended as asked: there
 * are only no balances to say.
 */
int
plain_exit(struct plain *plain)
{
	const struct wire_reader *reader = plain_request(plain, "3");

	if (reader != NULL && reader->code == 200) {
		say_balances(reader);
		plain_say_reply(reader);
		return 0;
	}
	if (reader == NULL && plain->over && plain->over_by == BANK_OVER) {
		plain->over = false;
		plain_say(_("goodbye"));
		return 0;
	}
	if (reader != NULL)
		plain_say_reply(reader);
	return 1;
}
