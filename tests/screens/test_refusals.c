/* SPDX-License-Identifier: ISC */
/*
 * Every refusal that the day of test_sizes.c has none of, of the bank's, the
 * form's and the machine's, in each language and size.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tour.h"

#define REFUSED "is incorrect", "incorrectos"
#define LOCKED "too many attempts", "demasiados intentos"
#define NOT_ALLOWED "not allowed", "no permitido"

static void
at_the_login(struct tour *tour)
{
	tour_kiosk(tour, NULL);
	tour_to_login(tour);
	tour_see(tour, "\r", "1. Enter", "1. Intro", NULL);
	tour_see(
	    tour, "1", "please enter your ID", "escriba su", "login-no-id");
	tour_see(tour, "fey\r\r", "1. Enter", "1. Intro", NULL);
	tour_see(tour, "1", "please enter your", "escriba su clave",
	    "login-no-password");
	fixture_configure(tour->fixture, "[login]\nmax_attempts = 1");
	tour_see(tour, "9999\r", REFUSED, NULL);
	tour_see(tour, "fey\r" FEY "\r", LOCKED, "login-423");
	fixture_configure(tour->fixture, "[kiosks]\nrequire = yes");
	tour_kiosk(
	    tour, (const char *const[]) { "kiosk.name=", "kiosk.key=", NULL });
	tour_to_login(tour);
	tour_see(tour, "joe\r" JOE "\r", NOT_ALLOWED, "login-403");
}

/* Ten of good form an hour: all of them. */
static void
use_up_sign_ups(struct tour *tour)
{
	static const char one[] = "+\nchris\n\npw-x1\npw-x1\n";
	char all[10 * sizeof(one)] = "";

	for (int i = 0; i < 10; i++)
		strcat(all, one);
	fixture_plain(tour->fixture, all);
}

static void
at_the_sign_up(struct tour *tour)
{
	struct fixture *fixture = tour->fixture;

	tour_kiosk(tour, NULL);
	tour_to_login(tour);
	tour_see(tour, "\r", "2. Open an account", "2. Abrir una cuenta", NULL);
	tour_see(tour, "2", "New ID", "Identificador nuevo", NULL);
	tour_see(tour, "jorg\r\rabc\rabc\r", "at least 4", "al menos 4",
	    "sign-up-short");
	tour_see(
	    tour, "jorg\rjorg\r", "use your ID", "no use su", "sign-up-as-id");
	/* Back to the name, and from there on again. */
	tour_see(tour, "\033", "Full name", "Nombre completo", NULL);
	fixture_configure(fixture, "[login]\nsign_up = no");
	tour_see(tour, "J\r7391\r7391\r", NOT_ALLOWED, "sign-up-403");
	fixture_configure(fixture, "[login]\nsign_up = yes");
	use_up_sign_ups(tour);
	tour_see(tour, "\r", OVER, "sign-up-429");
	fixture_freeze_vault(fixture, true);
	tour_see(
	    tour, "\r", "Opening your account", "Abriendo su cuenta", NULL);
	assert_int_equal(kill(fixture_child(fixture, "front"), SIGKILL), 0);
	tour_see(
	    tour, "", "can't be reached. Please", "No hay conexión con", NULL);
	fixture_freeze_vault(fixture, false);
	tour_see(tour, "", "can't be reached. Please", "No hay conexión con",
	    "sign-up-lost");
}

/* From the menu to the bank's answer. */
static void
transfer(struct tour *tour, const char *form)
{
	tour_see(tour, "1", ACCOUNTS, NULL);
	tour_see(tour, "1", WHOM, NULL);
	tour_see(tour, form, SURE, NULL);
}

static void
over_the_limits(struct tour *tour)
{
	tour_kiosk(tour, NULL);
	tour_log_in(tour);
	fixture_configure(
	    tour->fixture, "[limits]\ntransfer_day = 100\nwithdraw_day = 50");
	transfer(tour, "2fey\r150\r\r");
	tour_see(tour, "\r", OVER, "transfer-429-day");
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "5", ACCOUNTS, NULL);
	tour_see(tour, "1", USUAL, NULL);
	tour_see(tour, "3", SURE, NULL);
	tour_see(tour, " \r", OVER, "withdraw-429-day");
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "4", ACCOUNTS, NULL);
	tour_see(tour, "1", "to deposit?", "desea depositar?", NULL);
	tour_see(tour, "9999999999999\r", SURE, "deposit-sure-most");
	tour_see(tour, "\r", OVER, "deposit-429");
	tour_see(tour, " ", MENU, NULL);
	transfer(tour, "2fey\r5\r\r");
	tour_see(tour, "\r", DONE, NULL);
	tour_see(tour, " ", MENU, NULL);
	fixture_configure(tour->fixture, "[limits]\nrate = 1");
	transfer(tour, "25\r\r");
	tour_see(tour, "\r", OVER, "transfer-429-rate");
	tour_see(tour, " ", MENU, NULL);
	fixture_configure(tour->fixture, "[bank]\nmin_free = 1048576");
	transfer(tour, "25\r\r");
	tour_see(tour, "\r", "cannot take transactions", "no puede hacer",
	    "transfer-503");
	tour_see(tour, " ", MENU, NULL);
}

static void
the_old_password(struct tour *tour)
{
	tour_kiosk(tour, NULL);
	tour_log_in(tour);
	fixture_configure(tour->fixture, "[login]\nmax_attempts = 1");
	tour_see(tour, "7", SERVICES, NULL);
	tour_see(tour, "2", "Old password", "Clave actual", NULL);
	tour_see(tour, CHRIS "\r" CHRIS "\r" CHRIS "\r", "use a new",
	    "use otra clave", "password-same");
	/* The old one is still there, and is another one now. */
	tour_see(tour, "\033", "Old password", "Clave actual", NULL);
	tour_see(tour, "\177\177\177\177\177\177\177\1779999\r4711\r4711\r",
	    "the old password is", "la clave actual", "password-401");
	tour_see(tour, CHRIS "\r4711\r4711\r", LOCKED, "password-423");
}

/* A kiosk that isn't enrolled handles no cash. */
static void
without_cash(struct tour *tour)
{
	tour_kiosk(
	    tour, (const char *const[]) { "kiosk.name=", "kiosk.key=", NULL });
	tour_log_in(tour);
	tour_see(tour, "4", ACCOUNTS, NULL);
	tour_see(tour, "1", "to deposit?", "desea depositar?", NULL);
	tour_see(tour, "20\r", SURE, NULL);
	tour_see(tour, "\r", NOT_ALLOWED, "deposit-403");
	tour_see(tour, " ", MENU, NULL);
	tour_see(tour, "5", ACCOUNTS, NULL);
	tour_see(tour, "1", USUAL, NULL);
	tour_see(tour, "1", SURE, NULL);
	tour_see(tour, " \r", NOT_ALLOWED, "withdraw-403");
}

static void
to_withdraw(struct tour *tour)
{
	tour_log_in(tour);
	tour_see(tour, "5", ACCOUNTS, NULL);
	tour_see(tour, "2", USUAL, NULL);
}

static void
notes(struct tour *tour)
{
	tour_kiosk(tour,
	    (const char *const[]) {
		"cash.stock=0 0", "kiosk.state=@/none", NULL });
	to_withdraw(tour);
	tour_see(tour, "1", "Amount", "Importe", NULL);
	tour_see(tour, "20\r", "The machine has no notes",
	    "no tiene billetes ahora", "withdraw-no-notes");
	tour_kiosk(tour,
	    (const char *const[]) {
		"cash.stock=2 0", "kiosk.state=@/few", NULL });
	to_withdraw(tour);
	tour_see(tour, "3", "Amount", "Importe", NULL);
	tour_see(tour, "60\r", "The nearest amount is", "más cercano",
	    "withdraw-few-notes");
	tour_see(tour, "\177\1775\r", "The smallest amount", "importe menor",
	    "withdraw-small");
}

/* A withdrawal at a machine of this command, up to the question. */
static void
at_machine(struct tour *tour, const char *dispense)
{
	tour_kiosk(tour, (const char *const[]) { dispense, NULL });
	to_withdraw(tour);
	tour_see(tour, "2", SURE, NULL);
}

static void
machine(struct tour *tour)
{
	tour_script(tour, "unclear", "exit 74");
	at_machine(tour, "cash.dispense=/bin/true");
	tour_see(
	    tour, " \r", "take your cash", "Tome su dinero", "withdraw-given");
	at_machine(tour, "cash.dispense=/bin/false");
	tour_see(tour, " \r", "is back in your", "de nuevo en su cuenta",
	    "withdraw-taken-back");
	at_machine(tour, "cash.dispense=@/unclear");
	tour_see(tour, " \r", "Some of your cash", "Puede que no",
	    "withdraw-unclear");
	fixture_configure(tour->fixture, "[limits]\nreversal_window = 0");
	at_machine(tour, "cash.dispense=/bin/false");
	tour_see(tour, " \r", "Please contact the bank",
	    "Contacte con el banco", "withdraw-kept");
}

/* The vault ends with what these keys ask, while the screen says to wait. */
static void
lose_vault(struct tour *tour, const char *keys, const char *english,
    const char *spanish)
{
	pid_t vault = fixture_child(tour->fixture, "vault");

	assert_int_equal(kill(vault, SIGSTOP), 0);
	tour_see(tour, keys, english, spanish, NULL);
	assert_int_equal(kill(vault, SIGKILL), 0);
}

/* The session goes while the machine works, or before it could. */
static void
machine_alone(struct tour *tour)
{
	struct fixture *fixture = tour->fixture;

	tour_held_script(tour, "wait", 1);
	at_machine(tour, "cash.dispense=@/wait");
	tour_see(tour, " \r", "take your cash: 2 × $20", "dinero: 2 × $20",
	    "withdraw-handing-out");
	assert_int_equal(kill(fixture_child(fixture, "vault"), SIGKILL), 0);
	tour_let_go(tour, "wait");
	tour_see(tour, "", "will go back into", "El dinero volverá",
	    "withdraw-goes-back");
	at_machine(tour, "cash.dispense=/bin/true");
	lose_vault(
	    tour, " \r", "Please wait for your cash", "Espere su dinero");
	tour_see(tour, "", "No cash was paid out", "No se ha entregado",
	    "withdraw-lost");
}

static void
session_over(struct tour *tour)
{
	struct fixture *fixture = tour->fixture;

	tour_kiosk(tour, NULL);
	tour_log_in(tour);
	transfer(tour, "2fey\r5\r\r");
	lose_vault(tour, "\r", "Processing your", "Procesando su");
	tour_see(tour, "", "Check your statement", "mire sus movimientos",
	    "session-lost");
	tour_log_in(tour);
	transfer(tour, "2fey\r5\r\r");
	fixture_stop_bank(fixture);
	tour_see(tour, "", "reconnecting", "reintentando", NULL);
	tour_see(tour, "\r", "Processing your", "Procesando su", NULL);
	fixture_start_bank(fixture);
	tour_see(tour, "", "was not completed", "no se ha realizado",
	    "session-undone");
	tour_log_in(tour);
	assert_int_equal(fixture_bankctl(fixture,
			     (const char *const[]) { "lock", "chris", NULL }),
	    0);
	tour_see(tour, "", "Your session has ended", "Su sesión ha terminado",
	    "session-over");
}

static void
no_place(struct tour *tour)
{
	struct term *other = fixture_plain_kiosk(tour->fixture);

	assert_true(term_wait(other, "connected"));
	fixture_configure(tour->fixture, "[session]\nmax_sessions = 1");
	tour->fixture->other = other;
	tour->fixture->kiosk = NULL;
	tour_kiosk(tour, NULL);
	tour_see(
	    tour, "", "too many sessions", "demasiadas sesiones", "out-429");
}

int
main(int argc, char *argv[])
{
	static const struct tour_test tests[] = {
		{ "at_the_login", at_the_login },
		{ "at_the_sign_up", at_the_sign_up },
		{ "over_the_limits", over_the_limits },
		{ "the_old_password", the_old_password },
		{ "without_cash", without_cash },
		{ "notes", notes },
		{ "machine", machine },
		{ "machine_alone", machine_alone },
		{ "session_over", session_over },
		{ "no_place", no_place },
	};

	return tour_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
