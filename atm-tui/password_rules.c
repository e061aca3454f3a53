/* SPDX-License-Identifier: ISC */
/*
 * Weak passwords: too short, the ID itself, one character repeated, a run of
 * digits, and the PINs that thieves try first.  Runs in atm-tui.
 */
#include "password_rules.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "../shared/util.h"
#include "../shared/wire.h"
#include "intl.h"

#define SHORTEST 4

static const char *const common[] = { "1212", "1004", "2000", "6969", "1122",
	"1313", "2001", "1010", "2580", "0852", "1236", "7410", "1998", "1999",
	"password", "qwerty", "abc123", "letmein", "iloveyou", "admin" };

/* All characters at the same distance from the one before: 1111, 4321. */
static bool
is_run(const char *password)
{
	int step = password[1] - password[0];

	if (step < -1 || step > 1)
		return false;
	for (size_t i = 1; password[i] != '\0'; i++) {
		if (password[i] - password[i - 1] != step)
			return false;
	}
	return true;
}

const char *
password_weakness(const char *password, const char *id)
{
	if (!wire_is_password(password, strlen(password)) ||
	    strlen(password) < SHORTEST)
		return N_("at least 4 characters");
	if (strcasecmp(password, id) == 0)
		return N_("not your ID, please");
	if (is_run(password))
		return N_("too easy to guess");
	for (size_t i = 0; i < NELEM(common); i++) {
		if (strcasecmp(password, common[i]) == 0)
			return N_("too easy to guess");
	}
	return NULL;
}
