/* SPDX-License-Identifier: ISC */
/*
 * S5 to S9 in plain mode: the main menu, which is one table of commands, the
 * balances, and Exit.  Part of atm-tui.
 */
#include "plain_menu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "plain_bank.h"
#include "plain_io.h"
#include "plain_money.h"
#include "plain_services.h"
#include "plain_statement.h"

static plain_command plain_balances, plain_holder, plain_leave, plain_help;

/* What has to follow a word, or may: an ID and an amount. */
enum following { NONE, AMOUNT, PAYEE };

/*
 * `label`: how the menu shows a number, and HELP a word, in the words'
 * language; a word without one is another spelling.
 */
static const struct command {
	const char *word;
	const char *language; /* NULL: a number of the menu */
	bool full;            /* in the menu of seven alone */
	enum following more;
	const char *label;
	plain_command *run;
} commands[] = {
	{ "1", NULL, false, NONE, N_("Transfer money"), plain_transfer },
	{ "2", NULL, false, NONE, N_("Check account balance"), plain_balances },
	{ "3", NULL, false, NONE, N_("Exit"), plain_leave },
	{ "4", NULL, true, NONE, N_("Deposit"), plain_deposit },
	{ "5", NULL, true, NONE, N_("Withdraw"), plain_withdraw },
	{ "6", NULL, true, NONE, N_("Statement"), plain_statement },
	{ "7", NULL, true, NONE, N_("Account services"), plain_services },
	{ "TRANSFER", "en", false, PAYEE, N_("Transfer money"),
	    plain_transfer },
	{ "BALANCE", "en", false, NONE, N_("Check account balance"),
	    plain_holder },
	{ "DEPOSIT", "en", false, AMOUNT, N_("Deposit"), plain_deposit },
	{ "WITHDRAW", "en", false, AMOUNT, N_("Withdraw"), plain_withdraw },
	{ "STATEMENT", "en", false, NONE, N_("Statement"), plain_statement },
	{ "SERVICES", "en", false, NONE, N_("Account services"),
	    plain_services },
	{ "RECEIPT", "en", false, NONE, N_("Receipt of the last transaction"),
	    plain_receipt },
	{ "NOTICES", "en", false, NONE, N_("Notices"), plain_notices },
	{ "LANGUAGE", "en", false, NONE, N_("Language"), plain_language },
	{ "HELP", "en", false, NONE, N_("Help"), plain_help },
	{ "EXIT", "en", false, NONE, N_("Exit"), plain_leave },
	{ "TRANSFERIR", "es", false, PAYEE, N_("Transfer money"),
	    plain_transfer },
	{ "CONSULTA", "es", false, NONE, N_("Check account balance"),
	    plain_holder },
	{ "CONSULTAR", "es", false, NONE, NULL, plain_holder },
	{ "DEPOSITO", "es", false, AMOUNT, N_("Deposit"), plain_deposit },
	{ "DEPOSITAR", "es", false, AMOUNT, NULL, plain_deposit },
	{ "RETIRO", "es", false, AMOUNT, N_("Withdraw"), plain_withdraw },
	{ "RETIRAR", "es", false, AMOUNT, NULL, plain_withdraw },
	{ "MOVIMIENTOS", "es", false, NONE, N_("Statement"), plain_statement },
	{ "SERVICIOS", "es", false, NONE, N_("Account services"),
	    plain_services },
	{ "RECIBO", "es", false, NONE, N_("Receipt of the last transaction"),
	    plain_receipt },
	{ "AVISOS", "es", false, NONE, N_("Notices"), plain_notices },
	{ "IDIOMA", "es", false, NONE, N_("Language"), plain_language },
	{ "AYUDA", "es", false, NONE, N_("Help"), plain_help },
	{ "SALIR", "es", false, NONE, N_("Exit"), plain_leave },
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
			return (command->more == PAYEE ||
				   (command->more == AMOUNT) == more) &&
				(plain->full || !command->full)
			    ? command
			    : NULL;
	}
	return NULL;
}

/* Another spelling has the label of the word that does the same. */
static const char *
label_of(const struct command *command)
{
	for (size_t i = 0; i < NELEM(commands); i++)
		if (commands[i].run == command->run &&
		    commands[i].label != NULL)
			return _(commands[i].label);
	return "";
}

void
plain_menu(struct plain *plain)
{
	const struct command *command;
	const char *argument;
	char line[PLAIN_LINE_SIZE], number[TEXT_NUMBER_SIZE];

	plain_say_news(plain);
	plain_say(plain->full ? _("Please select one of the following actions "
				  "(enter 1 to 7):")
			      : _("Please select one of the following actions "
				  "(enter 1, 2, or 3):"));
	for (size_t i = 0; i < NELEM(commands); i++)
		if (commands[i].language == NULL &&
		    (plain->full || !commands[i].full))
			printf("%s. %s\n",
			    text_number(
				number, strtoul(commands[i].word, NULL, 10)),
			    _(commands[i].label));
	if (plain->full)
		plain_say(_("(HELP lists the words that you can also enter)"));
	if (!plain_ask(plain, NULL, line))
		return;
	command = find_command(plain, line, &argument);
	if (command == NULL) {
		plain_refuse(plain, _("Enter a number of the menu, or HELP"));
		return;
	}
	plain_heading(plain, label_of(command));
	command->run(plain, argument);
}

static void
plain_balances(struct plain *plain, const char *argument)
{
	const struct wire_reader *reader = plain_request(plain, "2");

	(void)argument;
	if (reader == NULL)
		return;
	if (reader->code == 200)
		plain_say_balances(plain, reader);
	else
		plain_say_reply(reader);
}

/* As a counter's clerk does: whose account it is, then what is on it. */
static void
plain_holder(struct plain *plain, const char *argument)
{
	const struct bank_session *session = bank_session(plain->bank);

	if (session->name[0] != '\0')
		plain_sayf("%s: %s", _("Name"), session->name);
	plain_sayf("%s: %s", _("ID"), session->id);
	plain_balances(plain, argument);
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
	static const char *const arguments[] = {
		[NONE] = "", [AMOUNT] = " n", [PAYEE] = " [ID n]"
	};

	(void)plain;
	(void)argument;
	for (size_t i = 0; i < NELEM(commands); i++)
		if (commands[i].language != NULL && commands[i].label != NULL &&
		    strcmp(commands[i].language, intl_language()) == 0)
			plain_sayf("%s%s: %s", commands[i].word,
			    arguments[commands[i].more], _(commands[i].label));
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
		plain_say_balances(plain, reader);
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
