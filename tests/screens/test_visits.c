/* SPDX-License-Identifier: ISC */
/*
 * Visits that a usual day has none of: somebody who waits, paper, a customer
 * of whom there is nothing to tell; in each language and size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tour.h"

/* Nobody presses a key. */
static void
waiting(struct tour *tour)
{
	static const char *const hurry[] = { "screen.idle_seconds=5",
		"screen.warn_seconds=5", NULL };
	static const struct step steps[] = {
		{ "", WELCOME, NULL },
		{ " ", LOGIN, NULL },
		{ "chris\r" CHRIS "\r", MENU, NULL },
		{ "", "Do you need more time?", "¿Necesita más tiempo?",
		    "idle" },
		{ "", WELCOME, NULL },
	};

	tour_kiosk(tour, hurry);
	walk(tour, steps);
}

/* A deposit, up to its result. */
static void
deposit(struct tour *tour, const char *option, const char *result)
{
	tour_kiosk(tour, (const char *const[]) { option, NULL });
	tour_log_in(tour);
	tour_see(tour, "4", ACCOUNTS, NULL);
	tour_see(tour, "1", "to deposit?", "desea depositar?", NULL);
	tour_see(tour, "20\r", SURE, NULL);
	tour_see(tour, "\r", DONE, result);
}

/* What is listed, searched and printed of a statement. */
static const struct step listing[] = {
	{ "6", "Deposited", "Depósito", "statement-printer" },
	{ "k", "accounts, transfers", "cuentas, transferencias",
	    "statement-transfers" },
	{ "k", "accounts, deposits", "cuentas, depósitos",
	    "statement-deposits" },
	{ "k", "accounts, withdrawals", "cuentas, retiros",
	    "statement-withdrawals" },
	{ "k", "accounts, the bank's", "cuentas, ajustes", "statement-others" },
	{ "ksxyz", "Search: xyz", "Buscar: xyz", "statement-search" },
	{ "\r", "with xyz", "con xyz", "statement-found" },
	{ "s", "Search: xyz", "Buscar: xyz", NULL },
	{ "\033", "Deposited", "Depósito", NULL },
	{ "p", "like to print", "desea imprimir", "statement-print" },
	{ "3", "everything", "todo", NULL },
};

static void
receipts(struct tour *tour)
{
	deposit(tour, "receipt.command=/bin/false", "result-receipt");
	tour_see(tour, "1", "could not be printed", "No se pudo imprimir",
	    "receipt-failed");
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "3", GOODBYE, "goodbye-no-receipt");
	tour_held_script(tour, "printer", 0);
	deposit(tour, "receipt.command=@/printer", NULL);
	tour_see(tour, "1", "being printed", "imprimiendo", NULL);
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "3", GOODBYE, "goodbye-printing");
	tour_let_go(tour, "printer");
	tour_see(tour, "", "take your receipt", "Tome su recibo", NULL);
	deposit(tour, "receipt.directory=@", NULL);
	tour_see(tour, "1", "take your receipt", "Tome su recibo",
	    "receipt-printed");
	tour_see(tour, " ", MENU, NULL);
	walk(tour, listing);
	tour_see(tour, "\033", MENU, NULL);
	tour_see(tour, "3", GOODBYE, "goodbye-receipt");
}

/* Another deposit of the same visit, up to its result. */
static void
deposit_again(struct tour *tour, const char *english, const char *spanish,
    const char *result)
{
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "4", ACCOUNTS, NULL);
	tour_see(tour, "2", "to deposit?", "desea depositar?", NULL);
	tour_see(tour, "20\r", SURE, NULL);
	tour_see(tour, "\r", english, spanish, result);
}

/* Asked once: the answer holds for the visit, whatever it was. */
static void
receipt_wishes(struct tour *tour)
{
	static const char *const asked = "receipt.directory=@";

	deposit(tour, asked, NULL);
	tour_see(tour, "1", "take your receipt", "Tome su recibo", NULL);
	deposit_again(
	    tour, "take your receipt", "Tome su recibo", "receipt-again");
	deposit(tour, asked, NULL);
	tour_see(tour, "2", "p/5", "p/5", "receipt-declined");
	deposit_again(tour, DONE, "receipt-not-asked");
	/* The customer's own amounts come first, and need no receipt. */
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "5", ACCOUNTS, NULL);
	tour_see(tour, "2", "2. $40.00", "2. $40.00", NULL);
	tour_see(tour, "2", SURE, NULL);
	tour_see(tour, " \r", "cash: 2 × $20", "dinero: 2 × $20", NULL);
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "5", ACCOUNTS, NULL);
	tour_see(tour, "2", "1. $40.00, no receipt", "1. $40.00, sin recibo",
	    "withdraw-own");
}

/* Nothing stands in the way; the answer that is offered is no. */
static void
closing(struct tour *tour)
{
	static const struct step steps[] = {
		{ "new\r7391\r", MENU, NULL },
		{ "7", SERVICES, NULL },
		{ "4", "for good?", "para siempre?", "close" },
		{ "\r", SERVICES, NULL },
		{ "4", "for good?", "para siempre?", NULL },
		{ "2", "Are you sure?", "¿Seguro?", "close-again" },
		{ "1", SERVICES, NULL },
		{ "4", "for good?", "para siempre?", NULL },
		{ "2", "Are you sure?", "¿Seguro?", NULL },
		{ "2", "account closed", "cuenta cerrada", "goodbye-closed" },
		{ " ", WELCOME, NULL },
	};

	fixture_plain(tour->fixture, "+\nnew\n\n7391\n7391\n");
	tour_kiosk(tour, NULL);
	tour_to_login(tour);
	walk(tour, steps);
}

/* A list that scrolls; what has not been on the screen stays unread. */
static void
inbox(struct tour *tour)
{
	static const char one[] = "1\n1\nchris\n1\n";
	char all[20 * sizeof(one) + 32] = "fey\n" FEY "\n";

	for (int i = 0; i < 20; i++)
		strcat(all, one);
	tour_kiosk(tour, NULL);
	tour_log_in(tour);
	tour_see(tour, "3", GOODBYE, NULL);
	tour_see(tour, " ", WELCOME, NULL);
	tour_next_second(tour);
	fixture_plain(tour->fixture, all);
	tour_see(tour, " ", LOGIN, NULL);
	tour_see(tour, "chris\r" CHRIS "\r", "20 new notices",
	    "20 avisos nuevos", NULL);
	tour_see(tour, "n", "of 20", "de 20", "notices-first");
	tour_see(tour, " ", MENU, "menu-unread");
	tour_see(tour, "n", "of 20", "de 20", "notices-seen");
	tour_see(tour, "1", "20 of 20", "20 de 20", "notices-last");
}

/* Of whom there is nothing to tell yet, with and without a name. */
static void
newcomer(struct tour *tour)
{
	fixture_plain(tour->fixture, "+\nnew\n\n7391\n7391\n");
	tour_kiosk(tour, NULL);
	tour_to_login(tour);
	tour_see(tour, "new\r7391\r", MENU, "menu-new");
	tour_see(
	    tour, "2", "balance: $0.00", "corriente: $0.00", "balance-new");
	tour_see(tour, " ", MENU, NULL);
	tour_see(
	    tour, "6", "no entries yet", "no hay movimientos", "statement-new");
	tour_see(tour, "0", "Checking: ", "Corriente: ", "chart-new");
	tour_see(tour, "\033", MENU, NULL);
	tour_see(tour, "7", SERVICES, NULL);
	tour_see(tour, "1", "Last login", "Última visita", "details-new");
	fixture_plain(tour->fixture, "+\nana\nAna María\n7391\n7391\n");
	tour_kiosk(tour, (const char *const[]) { "screen.menu=classic", NULL });
	tour_to_login(tour);
	tour_see(tour, "ana\r7391\r", "Ana María", "Ana María", "menu-classic");
	tour_kiosk(tour, NULL);
	tour_to_login(tour);
	tour_see(tour, "ana\r7391\r", MENU, NULL);
	tour_see(tour, "7", SERVICES, NULL);
	tour_see(tour, "1", "Name", "Nombre", "details-named");
	/* What is unread has its room beside a long name. */
	fixture_plain(tour->fixture,
	    "+\nmaria-angeles\n"
	    "María de los Ángeles Fernández-Villaverde y Ruiz\n"
	    "7391\n7391\nmaria-angeles\n7391\n3\n");
	tour_next_second(tour);
	fixture_plain(tour->fixture,
	    "fey\n" FEY "\ntransfer maria-angeles 5\n"
	    "transfer maria-angeles 6\nexit\n");
	tour_kiosk(tour, NULL);
	tour_to_login(tour);
	tour_see(tour, "maria-angeles\r7391\r", "2 new notices",
	    "2 avisos nuevos", "menu-long-name");
	/* Whom one has paid before is named, where the bank allows it. */
	fixture_configure(tour->fixture, "[bank]\nshow_names = masked\n");
	fixture_plain(tour->fixture, "chris\n" CHRIS "\n1\n1\nana\n5\n");
	tour_kiosk(tour, NULL);
	tour_log_in(tour);
	tour_see(tour, "1", ACCOUNTS, NULL);
	tour_see(tour, "1", "2. To ana", "2. A ana", NULL);
	tour_see(tour, "2", TO_SEND, NULL);
	tour_see(tour, "5\r", MEMO, NULL);
	tour_see(tour, "rent\r", "A•• M••••", "A•• M••••", "transfer-named");
	/* From whom it is is seen, also where not all of the ID has room. */
	fixture_plain(
	    tour->fixture, "maria-angeles\n7391\ntransfer chris 5\nexit\n");
	tour_kiosk(tour, NULL);
	tour_log_in(tour);
	tour_see(tour, "6", "Received from", "Recibido de mari",
	    "statement-long-id");
}

int
main(int argc, char *argv[])
{
	static const struct tour_test tests[] = {
		{ "waiting", waiting },
		{ "receipts", receipts },
		{ "receipt_wishes", receipt_wishes },
		{ "closing", closing },
		{ "inbox", inbox },
		{ "newcomer", newcomer },
	};

	return tour_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
