/* SPDX-License-Identifier: ISC */
/*
 * A day at a kiosk, through every screen, in each language and size.
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
	{ "\r", "2. Open an account", "2. Abrir una cuenta", "login-buttons" },
	{ "2", "New ID", "Identificador nuevo", "sign-up" },
	{ "-x\r", "begin with", "empiece con", "sign-up-id" },
	{ "chris\r", "Full name", "Nombre completo", "sign-up-name" },
	{ "Jörg 日本\r", "At least 4", "Al menos 4", "sign-up-password" },
	{ "7391\r", "Password again", "Clave otra vez", "sign-up-again" },
	{ "7391\r", "this ID is taken", "este identificador ya",
	    "sign-up-taken" },
	{ "jorg\r\r1111\r1111\r", "too easy", "demasiado", "sign-up-weak" },
	{ "7392\r7391\r", "the two passwords", "las dos claves",
	    "sign-up-unlike" },
	{ "7392\r", "account opened", "cuenta abierta", "login-opened" },
	{ "\033", WELCOME, NULL },
	{ " ", LOGIN, NULL },
	{ "chris\r", "Your ID is chris", "identificador es chris",
	    "login-password" },
	{ "9999\r", "is incorrect", "incorrectos", "login-refused" },
	{ "chris\r" CHRIS "\r", MENU, "menu" },
	{ "9", "incorrect input", "entrada incorrecta", "menu-incorrect" },
	{ "?", "Keys on this", "Teclas de esta", "help" },
	{ " ", MENU, NULL },
};

static const struct step managing[] = {
	{ "7", SERVICES, "services" },
	{ "1", "Last login", "Última visita", NULL },
	{ "", LIMIT, "details" },
	{ " ", SERVICES, NULL },
	{ "2", "Old password", "Clave actual", "password" },
	{ CHRIS "\r", "At least 4", "Al menos 4", "password-new" },
	{ "4711\r4712\r", "the two passwords", "las dos claves",
	    "password-unlike" },
	{ "4711\r", "password changed", "clave cambiada", "password-changed" },
	{ "7", SERVICES, NULL },
	{ "4", "can't close your", "no puede cerrar", "close-refused" },
	{ " ", SERVICES, NULL },
	{ "\033", MENU, NULL },
};

static const struct step sending[] = {
	{ "1", ACCOUNTS, "account" },
	{ "3", "incorrect input", "entrada incorrecta", "account-incorrect" },
	{ "1", WHOM, "transfer-whom" },
	{ "2", RECIPIENT, "transfer" },
	/* 422 is told at the field, by the kiosk itself. */
	{ "f\177\r", "1. Enter", "1. Intro", "transfer-buttons" },
	{ "1", "please enter", "escriba un", "transfer-no-id" },
	{ "-\r", "this is not an ID", "esto no es", "transfer-id" },
	{ "fey\r", TO_SEND, NULL },
	{ "", LIMIT, "transfer-amount" },
	{ "0\r", "please enter", "escriba un", "transfer-no-amount" },
	{ "250.50", "$250.50", "250.50", "transfer-typed" },
	{ "\r", MEMO, "transfer-memo" },
	{ "\r", SURE, "transfer-sure" },
	{ "\r", DONE, "transfer-done" },
	{ " ", MENU, NULL },
	{ "1", ACCOUNTS, NULL },
	{ "1", "2. To fey", "2. A fey", "transfer-payees" },
	{ "3", RECIPIENT, NULL },
	{ "nobody\r5\r\r", SURE, NULL },
	{ "\r", "does not exist", "no existe", "transfer-404" },
	{ "1", RECIPIENT, "transfer-404-again" },
	{ "\033", WHOM, NULL },
	{ "2", TO_SEND, NULL },
	{ "\17715000\r\r", SURE, NULL },
	{ "\r", "enough funds", "fondos suficientes", "transfer-402" },
	{ "1", TO_SEND, NULL },
	{ "", LIMIT, "transfer-402-again" },
	{ RUB_OUT "\1777000\r\r", SURE, NULL },
	{ "\r", OVER, "transfer-429" },
	{ " ", MENU, NULL },
	{ "1", ACCOUNTS, NULL },
	{ "1", WHOM, NULL },
	/* To oneself: the other account, and the longest question. */
	{ "1", TO_SEND, NULL },
	{ "1234.56\r", SURE, "transfer-own-sure" },
	{ "\r", DONE, "transfer-own-done" },
	{ " ", MENU, NULL },
};

static const struct step paying[] = {
	{ "2", "┤", "┤", "balance" },
	{ " ", MENU, NULL },
	{ "4", ACCOUNTS, NULL },
	{ "2", "Available", "Disponible", "deposit" },
	{ "250.5\r", SURE, "deposit-sure" },
	{ "\r", DONE, "deposit-done" },
	{ " ", MENU, NULL },
	{ "5", ACCOUNTS, NULL },
	{ "2", USUAL, NULL },
	{ "", LIMIT, "withdraw" },
	{ "6", "Cancel", "Cancelar", "withdraw-other" },
	{ "30\r", "The nearest", "más cercanos", "withdraw-notes" },
	{ "\177\1771000\r", SURE, NULL },
	{ "\r", OVER, "withdraw-429" },
	{ "1", "Cancel", "Cancelar", NULL },
	{ "", LIMIT, "withdraw-429-again" },
	{ "\033", USUAL, NULL },
	{ "3", SURE, "withdraw-sure" },
	{ " \r", DONE, "withdraw-done" },
	{ " ", MENU, NULL },
	{ "6", "Withdrawn", "Retiro", "statement" },
	{ "0", "Checking: ", "Corriente: ", "statement-chart" },
};

static const struct step exiting[] = {
	{ "\033", MENU, NULL },
	{ "3", GOODBYE, "goodbye" },
	{ "1", "account balance:", "Saldo de su", "goodbye-balance" },
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
	{ "3", GOODBYE, NULL },
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
	fixture_send_to(sender, "chris");
	term_send(sender, amount);
	term_send(sender, "\r\r");
	assert_true(term_wait(sender, "Enter: yes"));
	term_send(sender, "\r");
	assert_true(term_wait(sender, "your transaction is successful"));
	term_send(sender, " ");
	assert_true(term_wait(sender, "3. Exit"));
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
	tour_next_second(tour);
	send_money(sender, "5");
	walk(tour, returning);
	send_money(sender, "7");
	walk(tour, leaving);
	fixture_stop_bank(tour->fixture);
	walk(tour, closed);
}

/* The screen of the most keys, at a kiosk that has all of them. */
static void
keys(struct tour *tour)
{
	static const char *const options[] = { "speech.command=/bin/true",
		"receipt.directory=@", NULL };
	static const struct step steps[] = {
		{ "6", "Deposited", "Depósito", NULL },
		{ "?", "Keys on this", "Teclas de esta", NULL },
		{ "", "account", "cuenta", NULL },
		{ "", "say again", "repetir", NULL },
		{ "", "Press any key", "Pulse una tecla", NULL },
		{ " ", "Deposited", "Depósito", NULL },
		{ "\033", MENU, NULL },
		{ "3", GOODBYE, NULL },
		{ "?", "Keys on this", "Teclas de esta", NULL },
	};
	char input[1024] = "chris\n" CHRIS "\n";

	for (int i = 0; i < tour->rows; i++)
		strcat(input, "deposit 5\n");
	fixture_plain(tour->fixture, strcat(input, "3\n"));
	tour_kiosk(tour, options);
	tour_to_login(tour);
	tour_see(tour, "?", "on the screen", "en la pantalla", NULL);
	tour_see(tour, " ", LOGIN, NULL);
	tour_see(tour, "chris\r" CHRIS "\r", MENU, NULL);
	walk(tour, steps);
	/* Whole, and not that of the key line. */
	if (tour->language != TOUR_ARABIC)
		tour_see(tour, "", "   show my final balance",
		    "   mostrar mi saldo final", NULL);
}

int
main(int argc, char *argv[])
{
	static const struct tour_test tests[] = {
		{ "day", day },
		{ "keys", keys },
	};

	return tour_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
