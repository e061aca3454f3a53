/* SPDX-License-Identifier: ISC */
/*
 * A real bank in a directory of its own, and real kiosks at it, each in a
 * terminal.  The programs are those of $BUILD.  What can't be set up ends
 * the test program with a sentence.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "term.h"

#define FIXTURE_PATH 512

/* The customers' passwords: canaries, which must be nowhere when it ends. */
#define CHRIS "83650471"
#define FEY "59274806"
#define JOE "40936185"

struct fixture {
	char directory[FIXTURE_PATH];
	char port[8];      /* the one it listens at, also after a restart */
	const char *hosts; /* those that its kiosks know, NULL: its own */
	pid_t bankd;       /* 0: it doesn't run */
	struct term *kiosk;
	struct term *other; /* a second kiosk, where a test has one */
};

/*
 * cmocka's setup and teardown: a demonstration bank that serves; at its end
 * neither its log nor a file of it has a password.
 */
int fixture_setup(void **state);
/* Likewise, with the past that `bankctl fake` makes up. */
int fixture_setup_living(void **state);
int fixture_teardown(void **state);

void fixture_start_bank(struct fixture *fixture);
void fixture_stop_bank(struct fixture *fixture);
/* Stops (or continues) the vault, so that nothing is answered. */
void fixture_freeze_vault(struct fixture *fixture, bool frozen);
/* bankd's child of this name, `front` or `vault`: its process ID, or 0. */
pid_t fixture_child(const struct fixture *fixture, const char *name);
/* Gives a customer a one-time password, with NUL. */
void fixture_one_time(
    struct fixture *fixture, const char *id, char password[16]);
/* Runs bankctl with words, ended by NULL; its exit code. */
int fixture_bankctl(struct fixture *fixture, const char *const words[]);
/* What it writes for such words, which the caller frees; it ended well. */
char *fixture_told(struct fixture *fixture, const char *words);
/* Appends to bankd.ini, and has it read. */
void fixture_configure(struct fixture *fixture, const char *text);
/*
 * Limits, which a demonstration has none of: 5,000.00 a transfer, 50,000.00 a
 * day; 400.00 a withdrawal, 1,500.00 a day.
 */
void fixture_set_limits(struct fixture *fixture);

/*
 * A kiosk at the bank with more arguments and environment, each ended by
 * NULL or NULL for none.  Returns when the welcome is there.
 */
struct term *fixture_kiosk(struct fixture *fixture, int rows, int columns,
    const char *const arguments[], const char *const environment[]);
/* The usual one: 80x24, nothing special, at fixture->kiosk. */
struct term *fixture_plain_kiosk(struct fixture *fixture);
/* From the welcome to the main menu. */
void fixture_log_in(struct term *kiosk, const char *id, const char *password);
/* At the choice of whom to send to: another ID, and the amount is asked. */
void fixture_send_to(struct term *kiosk, const char *id);
/* What somebody types at another kiosk, in plain mode with the full menu. */
void fixture_plain(struct fixture *fixture, const char *input);
/* Ends the kiosk by SIGTERM; asserts that it ended well. */
void fixture_end_kiosk(struct term *kiosk);

#endif
