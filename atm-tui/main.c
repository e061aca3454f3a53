/* SPDX-License-Identifier: ISC */
/*
 * atm-tui: options, configuration, and the choice between screens and lines.
 */
#include <errno.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "../shared/config/config.h"
#include "../shared/base/error.h"
#include "../shared/base/log.h"
#include "../shared/base/process.h"
#include "../shared/base/output.h"
#include "../shared/terminal/text.h"
#include "base/dates.h"
#include "base/intl.h"
#include "base/options.h"
#include "plain/plain.h"
#include "check/check.h"
#include "kiosk/kiosk_run.h"
#include "screens/screens_table.h"

#define DEFAULT_FILE SYSCONFDIR "/atm.ini"
#define SETTINGS_MAX 32
#define DESCRIPTORS 64

/* What the command line says. */
struct arguments {
	const char *file;
	bool file_given, kiosk_mode, plain, check;
	const char *settings[SETTINGS_MAX];
	size_t setting_count;
	const char *host, *port;
};

/*
 * Keeps a customer's secrets within this process: no core dumps, and no other
 * process of the user may look inside.  0, or -1 with errno.
 */
static int
harden(void)
{
	const struct rlimit none = { 0, 0 };

	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return -1;
	if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)
		return -1;
	return 0;
}

static int
usage(void)
{
	fputs("usage: atm-tui [-kptV] [-c file] [-o section.key=value] "
	      "[host [port]]\n",
	    stderr);
	return EX_USAGE;
}

/* -1 to go on, else the exit code. */
static int
read_arguments(int argc, char *argv[], struct arguments *arguments)
{
	int option;

	while ((option = getopt(argc, argv, "c:ko:ptV")) != -1)
		switch (option) {
		case 'c':
			arguments->file = optarg;
			arguments->file_given = true;
			break;
		case 'k':
			arguments->kiosk_mode = true;
			break;
		case 'o':
			if (arguments->setting_count == SETTINGS_MAX)
				return usage();
			arguments->settings[arguments->setting_count++] =
			    optarg;
			break;
		case 'p':
			arguments->plain = true;
			break;
		case 't':
			arguments->check = true;
			break;
		case 'V':
			puts("atm-tui " VERSION);
			return output_end("atm-tui", EX_OK);
		default:
			return usage();
		}
	argc -= optind;
	argv += optind;
	if (argc > 2)
		return usage();
	arguments->host = argc > 0 ? argv[0] : NULL;
	arguments->port = argc > 1 ? argv[1] : NULL;
	return -1;
}

static int
set(struct config *config, const char *key, const char *value, char *error,
    size_t size)
{
	char assignment[512];
	int length;

	if (value == NULL)
		return 0;
	length = snprintf(assignment, sizeof(assignment), "%s=%s", key, value);
	if (length < 0 || (size_t)length >= sizeof(assignment)) {
		snprintf(error, size, "%s: too long", key);
		return BANK_ECONFIG;
	}
	return config_set(config, assignment, error, size);
}

/* The file, then -o, then host and port; each on top of the one before. */
static int
read_config(struct config *config, const struct arguments *arguments,
    char *error, size_t size)
{
	int result = config_read(config, arguments->file, error, size);

	if (result == BANK_ESYS) {
		if (errno == ENOENT && !arguments->file_given)
			result = 0;
		else
			snprintf(error, size, "%s: %s", arguments->file,
			    strerror(errno));
	}
	for (size_t i = 0; result == 0 && i < arguments->setting_count; i++)
		result =
		    config_set(config, arguments->settings[i], error, size);
	if (result == 0)
		result = set(config, "bank.host", arguments->host, error, size);
	if (result == 0)
		result = set(config, "bank.port", arguments->port, error, size);
	return result;
}

/* Screens need a terminal at both ends that can place its cursor. */
static bool
wants_plain(const struct arguments *arguments)
{
	const char *term = getenv("TERM");

	return arguments->plain || !isatty(STDIN_FILENO) ||
	    !isatty(STDOUT_FILENO) || term == NULL || *term == '\0' ||
	    strcmp(term, "dumb") == 0;
}

/* Where screens are drawn, a line on standard error would spoil them. */
static void
log_to_syslog(void *context, int priority, const char *line)
{
	(void)context;
	syslog(priority, "%s", line);
}

static void
open_log(const struct config *config, bool plain)
{
	static const int levels[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE,
		LOG_INFO, LOG_DEBUG };
	static char name[] = "atm-tui";

	openlog(name, LOG_PID, LOG_AUTHPRIV);
	log_open(plain ? log_to_stderr : log_to_syslog, name,
	    levels[config_number(config, LOG_LEVEL_OPTION)]);
}

int
main(int argc, char *argv[])
{
	/* What SCREEN_AMOUNTS puts between thousands, and before cents. */
	static const char marks[][2] = { { ',', '.' }, { '.', ',' },
		{ 0, '.' } };
	struct arguments arguments = { .file = DEFAULT_FILE };
	struct config *config;
	char error[512];
	int code;

	process_begin();
	output_open();
	if ((code = read_arguments(argc, argv, &arguments)) >= 0)
		return code;
	process_close_from(STDERR_FILENO + 1);
	if (harden() != 0) {
		fprintf(stderr, "atm-tui: hardening: %s\n", strerror(errno));
		return EX_OSERR;
	}
	if (process_need_descriptors(DESCRIPTORS, error, sizeof(error)) != 0) {
		fprintf(stderr, "atm-tui: %s\n", error);
		return EX_OSERR;
	}
	config = config_new(atm_options, ATM_OPTION_COUNT);
	if (config == NULL) {
		fprintf(stderr, "atm-tui: %s\n", bank_strerror(BANK_ENOMEM));
		return EX_OSERR;
	}
	code = read_config(config, &arguments, error, sizeof(error));
	if (code != 0) {
		fprintf(stderr, "atm-tui: %s\n", error);
		config_free(config);
		return config_exit_code(code);
	}
	open_log(config, arguments.check || wants_plain(&arguments));
	if (config_number(config, SCREEN_DIGITS) == 1)
		text_use_arabic_digits(intl_is_right_to_left);
	intl_open(intl_name((int)config_number(config, SCREEN_LANGUAGE)));
	dates_use((enum dates_form)config_number(config, SCREEN_DATES));
	text_use_marks(marks[config_number(config, SCREEN_AMOUNTS)][0],
	    marks[config_number(config, SCREEN_AMOUNTS)][1]);
	if (arguments.check)
		code = check_run(config);
	else
		code = wants_plain(&arguments)
		    ? plain_run(config)
		    : kiosk_run_screens(config, arguments.kiosk_mode, screens);
	config_free(config);
	return output_end("atm-tui", code);
}
