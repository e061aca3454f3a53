/* SPDX-License-Identifier: ISC */
/*
 * Tours of the kiosk, each taken nine times: in its three languages, at 80x24,
 * at 60x20 and at 132x43.  Whole screens are compared with
 * expected/LANGUAGE-SIZE/NAME.txt; tests/system/test_pictures.py sees that none
 * is missing.  With TOURS=n in the environment one of n is taken.
 */
#ifndef TESTS_TOUR_H
#define TESTS_TOUR_H

#include "fixture.h"

enum tour_language { TOUR_ENGLISH, TOUR_SPANISH, TOUR_ARABIC };

struct tour {
	enum tour_language language;
	const char *name; /* of the pictures' directory */
	int rows, columns;
	struct fixture *fixture;
	struct term *kiosk;
};

/*
 * What is sent, what is waited for (in Arabic, what the catalogue has for the
 * English), the screen that is compared, or NULL.
 */
struct step {
	const char *send, *english, *spanish, *screen;
};

/* What is waited for again and again. */
#define WELCOME "press any key", "pulse una tecla"
#define LOGIN "Please enter your ID", "Escriba su identificador"
#define MENU "Transfer money", "Transferir dinero"
#define ACCOUNTS "select an account", "Elija una cuenta"
#define SERVICES "Close the account", "Cerrar la cuenta"
#define WHOM "Another ID", "Otro identificador"
#define RECIPIENT "Recipient's ID", "Identificador del destinatario"
#define TO_SEND "to send?", "desea enviar?"
#define MEMO "add a message?", "añadir un mensaje?"
#define USUAL "Another amount", "Otro importe"
#define LIMIT "At most", "Como máximo"
#define SURE "Enter: yes", "Intro: sí"
#define DONE "your transaction is successful", "su operación se ha realizado"
#define GOODBYE "Goodbye!", "¡Adiós!"
#define OVER "over the limit", "por encima del límite"

/*
 * Starts a kiosk in the tour's language and size, the one before it ended.
 * `options` are for -o, ended by NULL, or NULL for none; `@` in one is the
 * bank's directory.
 */
void tour_kiosk(struct tour *tour, const char *const options[]);
/* A command of a kiosk's, `@/name` in its options: the lines of a script. */
void tour_script(struct tour *tour, const char *name, const char *text);
/* One that runs until it is let go, and then ends so. */
void tour_held_script(struct tour *tour, const char *name, int status);
void tour_let_go(struct tour *tour, const char *name);

void tour_see(struct tour *tour, const char *send, const char *english,
    const char *spanish, const char *screen);
/* From the welcome to the login, and to the menu as chris. */
void tour_to_login(struct tour *tour);
void tour_log_in(struct tour *tour);
/* What is new since the last visit is told by whole seconds: two pass. */
void tour_next_second(struct tour *tour);
void tour_walk(struct tour *tour, const struct step *steps, size_t count);
#define walk(tour, steps) \
	tour_walk(tour, steps, sizeof(steps) / sizeof((steps)[0]))

/* A test program of tours, each with a bank of its own: its main(). */
typedef void tour_fn(struct tour *tour);
struct tour_test {
	const char *name;
	tour_fn *take;
};
int tour_main(
    int argc, char *argv[], const struct tour_test *tests, size_t count);

#endif
