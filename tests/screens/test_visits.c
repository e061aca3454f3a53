/* SPDX-License-Identifier: ISC */
/*
 * Visits that a usual day has none of: somebody who waits, paper, a customer
 * of whom there is nothing to tell; in both languages and sizes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

static void
receipts(struct tour *tour)
{
	deposit(tour, "receipt.command=/bin/false", "result-receipt");
	tour_see(tour, "p", "could not be printed", "No se pudo imprimir",
	    "receipt-failed");
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "3", GOODBYE, "goodbye-no-receipt");
	tour_held_script(tour, "printer", 0);
	deposit(tour, "receipt.command=@/printer", NULL);
	tour_see(tour, "p", "being printed", "imprimiendo", NULL);
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "3", GOODBYE, "goodbye-printing");
	tour_let_go(tour, "printer");
	tour_see(tour, "", "take your receipt", "Tome su recibo", NULL);
	deposit(tour, "receipt.directory=@", NULL);
	tour_see(tour, "5", "take your receipt", "Tome su recibo",
	    "receipt-printed");
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "6", "deposit", "depósito", "statement-printer");
	tour_see(tour, "\033", MENU, NULL);
	tour_see(tour, "3", GOODBYE, "goodbye-receipt");
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
}

int
main(int argc, char *argv[])
{
	static const struct tour_test tests[] = {
		{ "waiting", waiting },
		{ "receipts", receipts },
		{ "newcomer", newcomer },
	};

	return tour_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
