/* SPDX-License-Identifier: ISC */
/*
 * S5 to S9 in plain mode: the main menu, which is one table of commands, the
 * balances, and Exit.  Part of atm-tui.
 */
#include "plain_menu.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "plain_bank.h"
#include "plain_io.h"
#include "plain_money.h"
#include "plain_services.h"
#include "plain_statement.h"

static plain_command plain_balances, plain_leave, plain_help;

/*
 * `label`: how the menu shows a number, and HELP a word, in the words'
 * language; a word without one is another spelling.
 */
static const struct command {
	const char *word;
	const char *language; /* NULL: a number of the menu */
	bool full;            /* in the menu of seven alone */
	bool amount;          /* an argument follows; else none may */
	const char *label;
	plain_command *run;
} commands[] = {
	{ "1", NULL, false, false, N_("Transfer money"), plain_transfer },
	{ "2", NULL, false, false, N_("Check account balance"),
	    plain_balances },
	{ "3", NULL, false, false, N_("Exit"), plain_leave },
	{ "4", NULL, true, false, N_("Deposit"), plain_deposit },
	{ "5", NULL, true, false, N_("Withdraw"), plain_withdraw },
	{ "6", NULL, true, false, N_("Statement"), plain_statement },
	{ "7", NULL, true, false, N_("Account services"), plain_services },
	{ "BALANCE", "en", false, false, N_("Check account balance"),
	    plain_balances },
	{ "DEPOSIT", "en", false, true, N_("Deposit"), plain_deposit },
	{ "WITHDRAW", "en", false, true, N_("Withdraw"), plain_withdraw },
	{ "STATEMENT", "en", false, false, N_("Statement"), plain_statement },
	{ "SERVICES", "en", false, false, N_("Account services"),
	    plain_services },
	{ "RECEIPT", "en", false, false, N_("Receipt of the last transaction"),
	    plain_receipt },
	{ "NOTICES", "en", false, false, N_("Notices"), plain_notices },
	{ "LANGUAGE", "en", false, false, N_("Language"), plain_language },
	{ "HELP", "en", false, false, N_("Help"), plain_help },
	{ "EXIT", "en", false, false, N_("Exit"), plain_leave },
	{ "CONSULTA", "es", false, false, N_("Check account balance"),
	    plain_balances },
	{ "CONSULTAR", "es", false, false, NULL, plain_balances },
	{ "DEPOSITO", "es", false, true, N_("Deposit"), plain_deposit },
	{ "DEPOSITAR", "es", false, true, NULL, plain_deposit },
	{ "RETIRO", "es", false, true, N_("Withdraw"), plain_withdraw },
	{ "RETIRAR", "es", false, true, NULL, plain_withdraw },
	{ "MOVIMIENTOS", "es", false, false, N_("Statement"), plain_statement },
	{ "SERVICIOS", "es", false, false, N_("Account services"),
	    plain_services },
	{ "RECIBO", "es", false, false, N_("Receipt of the last transaction"),
	    plain_receipt },
	{ "AVISOS", "es", false, false, N_("Notices"), plain_notices },
	{ "IDIOMA", "es", false, false, N_("Language"), plain_language },
	{ "AYUDA", "es", false, false, N_("Help"), plain_help },
	{ "SALIR", "es", false, false, N_("Exit"), plain_leave },
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
		if (commands[i].language == NULL &&
		    (plain->full || !commands[i].full))
			printf(
			    "%s. %s\n", commands[i].word, _(commands[i].label));
	if (plain->full)
		plain_say(_("(HELP lists the words that can be entered too)"));
	if (!plain_ask(plain, NULL, line))
		return;
	command = find_command(plain, line, &argument);
	if (command == NULL)
		plain_say(_("incorrect input"));
	else
		command->run(plain, argument);
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

static void
plain_help(struct plain *plain, const char *argument)
{
	(void)plain;
	(void)argument;
	for (size_t i = 0; i < NELEM(commands); i++)
		if (commands[i].language != NULL && commands[i].label != NULL &&
		    strcmp(commands[i].language, intl_language()) == 0)
			plain_sayf("%s%s: %s", commands[i].word,
			    commands[i].amount ? " n" : "",
			    _(commands[i].label));
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
