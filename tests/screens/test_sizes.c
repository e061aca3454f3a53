/* SPDX-License-Identifier: ISC */
/*
 * A day at a kiosk, through every screen, in both languages and sizes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tour.h"

#define RUB_OUT "\177\177\177\177"

static const struct step arriving[] = {
	{ "", WELCOME, "welcome" },
	{ " ", LOGIN, "login" },
	{ "\r\r", "2. Open an account", "2. Abrir una cuenta",
	    "login-buttons" },
	{ "2", "Password again", "Clave otra vez", "sign-up" },
	{ "-x\rJörg 日本\r7391\r7391\r", "a letter or digit", "una letra o un",
	    "sign-up-id" },
	{ "chris\r\r\r\r", "this ID is taken", "este identificador ya",
	    "sign-up-taken" },
	{ "jorg\r\r" RUB_OUT "1111\r" RUB_OUT "1111\r", "too easy", "demasiado",
	    "sign-up-weak" },
	{ "7392\r7391\r", "the two are not", "las dos no son",
	    "sign-up-unlike" },
	{ "7392\r", "account opened", "cuenta abierta", "login-opened" },
	{ "chris\r9999\r", "is incorrect", "incorrectos", "login-refused" },
	{ "chris\r" CHRIS "\r", MENU, "menu" },
	{ "9", "incorrect input", "entrada incorrecta", "menu-incorrect" },
	{ "?", "Digits choose", "Los números eligen", "help" },
	{ " ", MENU, NULL },
};

static const struct step managing[] = {
	{ "7", SERVICES, "services" },
	{ "1", "Last login", "Última visita", NULL },
	{ "", LIMIT, "details" },
	{ " ", SERVICES, NULL },
	{ "2", "New password again", "Clave nueva otra vez", "password" },
	{ CHRIS "\r4711\r4712\r", "the two are", "las dos no",
	    "password-unlike" },
	{ "4711\r", "password changed", "clave cambiada", "password-changed" },
	{ "7", SERVICES, NULL },
	{ "4", "for good?", "para siempre?", "close" },
	{ " \r", "Really?", "¿Seguro?", "close-again" },
	{ "\r", "is not empty", "no está vacía", "close-refused" },
	{ "\033", MENU, NULL },
};

static const struct step sending[] = {
	{ "1", ACCOUNTS, "account" },
	{ "3", "incorrect input", "entrada incorrecta", "account-incorrect" },
	{ "1", RECIPIENT, NULL },
	{ "", LIMIT, "transfer" },
	/* 422 is told at the field, by the kiosk itself. */
	{ "f\177\r\r", "1. Enter", "1. Intro", "transfer-buttons" },
	{ "1", "please enter", "escriba un", "transfer-no-id" },
	{ "-\r\r1", "this is no ID", "esto no es", "transfer-id" },
	{ "fey\r0\r", "please enter", "escriba un", "transfer-no-amount" },
	{ "250.50", "$250.50", "250.50", "transfer-typed" },
	{ "\r", SURE, "transfer-sure" },
	{ "\r", DONE, "transfer-done" },
	{ " ", MENU, NULL },
	{ "1", ACCOUNTS, NULL },
	{ "1", RECIPIENT, NULL },
	{ "nobody\r5\r", SURE, NULL },
	{ "\r", "does not exist", "no existe", "transfer-404" },
	{ " ", MENU, NULL },
	{ "1", ACCOUNTS, NULL },
	{ "1", RECIPIENT, NULL },
	{ "fey\r15000\r", SURE, NULL },
	{ "\r", "enough funds", "fondos suficientes", "transfer-402" },
	{ " ", MENU, NULL },
	{ "1", ACCOUNTS, NULL },
	{ "1", RECIPIENT, NULL },
	{ "fey\r7000\r", SURE, NULL },
	{ "\r", "over the limit", "por encima del límite", "transfer-429" },
	{ " ", MENU, NULL },
	{ "1", ACCOUNTS, NULL },
	{ "1", RECIPIENT, NULL },
	/* To oneself: the other account, and the longest question. */
	{ "chris\r1234.56\r", SURE, "transfer-own-sure" },
	{ "\r", DONE, NULL },
	{ " ", MENU, NULL },
};

static const struct step paying[] = {
	{ "2", "checking, last", "movimientos: corriente", "balance" },
	{ " ", MENU, NULL },
	{ "4", ACCOUNTS, NULL },
	{ "2", "to deposit?", "desea depositar?", "deposit" },
	{ "250.5\r", SURE, "deposit-sure" },
	{ "\r", DONE, "deposit-done" },
	{ " ", MENU, NULL },
	{ "5", ACCOUNTS, NULL },
	{ "2", "Another amount", "Otro importe", NULL },
	{ "", LIMIT, "withdraw" },
	{ "6", "Cancel", "Cancelar", "withdraw-other" },
	{ "30\r", "The nearest", "más cercanos", "withdraw-notes" },
	{ "\177\1771000\r", SURE, NULL },
	{ "\r", "over the limit", "por encima del límite", "withdraw-429" },
	{ " ", MENU, NULL },
	{ "5", ACCOUNTS, NULL },
	{ "2", "Another amount", "Otro importe", NULL },
	{ "3", SURE, "withdraw-sure" },
	{ " \r", DONE, "withdraw-done" },
	{ " ", MENU, NULL },
	{ "6", "withdrawal", "retiro", "statement" },
	{ "0", "Checking: ", "Corriente: ", "statement-chart" },
};

static const struct step exiting[] = {
	{ "\033", MENU, NULL },
	{ "3", GOODBYE, "goodbye" },
	{ " ", WELCOME, NULL },
};

static const struct step returning[] = {
	{ " ", LOGIN, NULL },
	{ "chris\r4711\r", MENU, NULL },
	{ "", "1 new notice", "1 aviso nuevo", "menu-notice" },
	{ "n", "$5.00", "5.00", "notices" },
	{ " ", MENU, NULL },
};

static const struct step leaving[] = {
	{ "", "$7.00", "$7.00", "banner" },
	{ "3", "account balance:", "Saldo de su", NULL },
	{ " ", WELCOME, NULL },
};

static const struct step closed[] = {
	{ "", "out of service", "fuera de servicio", "out" },
	{ "", "Next try", "Próximo intento", NULL },
};

/* Somebody else, at another kiosk. */
static void
send_money(struct term *sender, const char *amount)
{
	term_send(sender, "1");
	assert_true(term_wait(sender, "2. Checking"));
	term_send(sender, "1");
	assert_true(term_wait(sender, "Recipient's ID"));
	term_send(sender, "chris\r");
	term_send(sender, amount);
	term_send(sender, "\r");
	assert_true(term_wait(sender, "Enter: yes"));
	term_send(sender, "\r");
	assert_true(term_wait(sender, "your transaction is successful"));
	term_send(sender, " ");
	assert_true(term_wait(sender, "3. Exit"));
}

/* What is new since the last visit is told by whole seconds. */
static void
next_second(struct term *kiosk)
{
	const char *row = term_row(kiosk, 0);
	char clock[16];

	snprintf(clock, sizeof(clock), "%s", row + strlen(row) - 8);
	assert_true(term_wait_gone(kiosk, clock));
}

static void
day(struct tour *tour)
{
	struct term *sender;

	fixture_set_limits(tour->fixture);
	tour_kiosk(tour, NULL);
	sender = fixture_plain_kiosk(tour->fixture);
	fixture_log_in(sender, "fey", FEY);
	walk(tour, arriving);
	walk(tour, managing);
	walk(tour, sending);
	walk(tour, paying);
	term_resize(tour->kiosk, 10, 40);
	tour_see(tour, "", "make this window", "agrande esta", "too-small");
	term_resize(tour->kiosk, tour->rows, tour->columns);
	tour_see(tour, "", "Checking: ", "Corriente: ", NULL);
	walk(tour, exiting);
	next_second(tour->kiosk);
	next_second(tour->kiosk);
	send_money(sender, "5");
	walk(tour, returning);
	send_money(sender, "7");
	walk(tour, leaving);
	fixture_stop_bank(tour->fixture);
	walk(tour, closed);
}

int
main(int argc, char *argv[])
{
	static const struct tour_test tests[] = {
		{ "day", day },
	};

	return tour_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
