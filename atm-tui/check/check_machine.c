/* SPDX-License-Identifier: ISC */
/*
 * Looks at the kiosk's own parts.  Part of atm-tui.
 */
#include "check_machine.h"

#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <libgen.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../shared/base/util.h"
#include "../../shared/terminal/term.h"
#include "../base/device.h"
#include "../base/intl.h"
#include "../base/options.h"
#include "../machine/cash.h"

#define SCREEN_ROWS 20 /* the smallest window in which screens are usable */
#define SCREEN_COLUMNS 60

/* The directory above it is there, and can be written to. */
static bool
can_be_made(const char *path)
{
	char above[PATH_MAX];
	int saved = errno;
	bool can;

	string_copy(above, path, sizeof(above));
	can = access(dirname(above), W_OK | X_OK) == 0;
	errno = saved;
	return can;
}

static void
check_state(struct check_report *report, const struct config *config)
{
	const char *path = config_string(config, KIOSK_STATE);

	if (access(path, R_OK | W_OK | X_OK) == 0)
		check_say(report, "state", CHECK_OK, "%s", path);
	else if (errno == ENOENT && can_be_made(path))
		check_say(report, "state", CHECK_NOTE,
		    "%s: not there yet; the first start makes it", path);
	else if (errno == ENOENT)
		check_say(report, "state", CHECK_WRONG,
		    "%s: not there, and this user can't make it; make it, or "
		    "correct [kiosk] state",
		    path);
	else
		check_say(report, "state", CHECK_WRONG,
		    "%s: %s; transactions in progress are recorded there "
		    "([kiosk] state)",
		    path, strerror(errno));
}

/* Whether the command's program is there; `key` is where to correct it. */
static void
check_program(struct check_report *report, const char *what,
    const char *command, const char *key)
{
	if (device_exists(command))
		check_say(report, what, CHECK_OK, "%s", command);
	else if (errno == EACCES)
		check_say(report, what, CHECK_WRONG,
		    "%s: not a program that this user can run; make it "
		    "executable, or correct %s",
		    command, key);
	else
		check_say(report, what, CHECK_WRONG,
		    "%s: no such program; install it, or correct %s", command,
		    key);
}

/* `20x180 50x12` */
static void
write_stock(const struct cash_notes *notes, char *text, size_t size)
{
	size_t length = 0;

	*text = '\0';
	for (size_t i = 0; i < notes->count && length < size; i++)
		length += (size_t)snprintf(text + length, size - length,
		    "%s%" PRId64 "x%" PRId64, i > 0 ? " " : "", notes->units[i],
		    notes->left[i]);
}

static void
check_notes(
    struct check_report *report, const struct config *config, struct cash *cash)
{
	const char *command = config_string(config, CASH_DISPENSE);
	char stock[256];
	bool counted;
	const struct cash_notes *notes = cash_left(cash, &counted);

	if (counted) {
		bool low = false;

		for (size_t i = 0; i < notes->count; i++)
			low |= notes->left[i] < config_number(config, CASH_LOW);
		write_stock(notes, stock, sizeof(stock));
		check_say(report, "cash", low ? CHECK_NOTE : CHECK_OK,
		    low ? "left: %s; refill the machine, then remove the file "
			  "\"stock\" in [kiosk] state"
			: "left: %s",
		    stock);
	} else {
		check_say(report, "cash", CHECK_OK, "notes: %s, not counted",
		    config_string(config, CASH_NOTES));
	}
	if (*command == '\0')
		check_say(report, "dispenser", CHECK_NOTE,
		    "none: handing out is only simulated ([cash] dispense)");
	else
		check_program(report, "dispenser", command, "[cash] dispense");
}

static void
check_cash(struct check_report *report, const struct config *config)
{
	struct cash *cash = NULL;
	char error[512];

	if (cash_new(&cash, NULL, config, NULL, error, sizeof(error)) == 0)
		check_notes(report, config, cash);
	else
		check_say(report, "cash", CHECK_WRONG, "%s", error);
	cash_free(cash);
}

static void
check_receipts(struct check_report *report, const struct config *config)
{
	const char *command = config_string(config, RECEIPT_COMMAND);
	const char *directory = config_string(config, RECEIPT_DIRECTORY);

	if (*command == '\0' && *directory == '\0')
		check_say(report, "receipts", CHECK_NOTE,
		    "none: none is offered ([receipt] command or directory)");
	if (*command != '\0')
		check_program(report, "receipts", command, "[receipt] command");
	if (*directory != '\0' && access(directory, W_OK | X_OK) == 0)
		check_say(report, "receipts", CHECK_OK, "in %s", directory);
	else if (*directory != '\0')
		check_say(report, "receipts", CHECK_WRONG,
		    "%s: %s; make it, or correct [receipt] directory",
		    directory, strerror(errno));
}

static void
check_speech(struct check_report *report, const struct config *config)
{
	const char *command = config_string(config, SPEECH_COMMAND);

	if (*command != '\0')
		check_program(report, "speech", command, "[speech] command");
}

static void
check_terminal(struct check_report *report)
{
	const char *type = getenv("TERM");
	struct winsize size;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || type == NULL ||
	    strcmp(type, "dumb") == 0)
		check_say(report, "terminal", CHECK_NOTE,
		    "none here: the kiosk would run in plain mode");
	else if (!term_is_described(type))
		check_say(report, "terminal", CHECK_NOTE,
		    "%s: no description here, another one is used; install it, "
		    "on Debian with the package ncurses-term",
		    type);
	else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    (size.ws_row < SCREEN_ROWS || size.ws_col < SCREEN_COLUMNS))
		check_say(report, "terminal", CHECK_WRONG,
		    "%s, %ux%u: too small, the screens need %dx%d", type,
		    size.ws_col, size.ws_row, SCREEN_COLUMNS, SCREEN_ROWS);
	else
		check_say(report, "terminal", CHECK_OK, "%s, %ux%u", type,
		    size.ws_col, size.ws_row);
}

static void
check_locale(struct check_report *report, const struct config *config)
{
	const char *language =
	    intl_name((int)config_number(config, SCREEN_LANGUAGE));
	const char *charset;

	setlocale(LC_ALL, "");
	charset = nl_langinfo(CODESET);
	if (strcmp(charset, "UTF-8") == 0)
		check_say(report, "locale", CHECK_OK, "%s", charset);
	else
		check_say(report, "locale", CHECK_NOTE,
		    "%s: lines are drawn in ASCII; set LANG=C.UTF-8", charset);
	if (intl_open(language) == 0 && intl_is_right_to_left() &&
	    strcmp(charset, "UTF-8") != 0)
		check_say(report, "language", CHECK_WRONG,
		    "%s: needs UTF-8, the kiosk would speak English; set "
		    "LANG=C.UTF-8",
		    language);
	else if (strcmp(intl_language(), language) == 0)
		check_say(report, "language", CHECK_OK, "%s", language);
	else
		check_say(report, "language", CHECK_WRONG,
		    "%s: its catalogue is not installed, the kiosk would speak "
		    "English; run `make install`, or set [screen] language",
		    language);
}

void
check_machine(struct check_report *report, const struct config *config)
{
	check_state(report, config);
	check_cash(report, config);
	check_receipts(report, config);
	check_speech(report, config);
	check_terminal(report);
	check_locale(report, config);
}
