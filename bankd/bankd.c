/* SPDX-License-Identifier: ISC */
/*
 * bankd(8): options, and which of the three processes this one is.  Started
 * by hand or by a service manager it becomes the monitor; the monitor starts
 * the same executable again as front and as vault.
 */
#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../shared/crypt/channel_certificate.h"
#include "../shared/base/process.h"
#include "../shared/base/output.h"
#include "../shared/base/util.h"
#include "monitor/daemon.h"
#include "front/front.h"
#include "base/ipc.h"
#include "monitor/keys.h"
#include "monitor/monitor.h"
#include "monitor/scrape.h"
#include "monitor/notify.h"
#include "base/options.h"
#include "base/sandbox.h"
#include "vault/vault_check.h"
#include "vault/vault.h"
#include "../shared/base/zone.h"

#define ASSIGNMENTS_MAX 64
#define ERROR_SIZE 1024
/*
 * The least that each of the three processes can work with: its own, all
 * listeners, a full house of operators, a few customers.
 */
#define LEAST_DESCRIPTORS 128

static const struct role {
	const char *name;
	int (*run)(int monitor_fd);
} roles[] = {
	{ "bankd: front", front_main },
	{ "bankd: vault", vault_main },
};

struct command_line {
	struct monitor_start start;
	const char *assignments[ASSIGNMENTS_MAX];
	char config_path[PATH_MAX], port[32];
	bool check, print;
};

static _Noreturn void
usage(void)
{
	fprintf(stderr,
	    "usage: bankd [-dftTV] [-c file] [-o section.key=value] [port]\n");
	exit(EX_USAGE);
}

/* Of what was inherited, sockets that a service manager passed are kept. */
static void
close_inherited(const struct command_line *line)
{
	int passed = line->start.foreground ? notify_passed() : 0;

	process_close_from(NOTIFY_FIRST_FD + passed);
}

static void
assign(struct command_line *line, const char *assignment)
{
	if (line->start.assignment_count == ASSIGNMENTS_MAX) {
		fprintf(stderr, "bankd: too many options -o\n");
		exit(EX_USAGE);
	}
	line->assignments[line->start.assignment_count++] = assignment;
}

/* A check is looked at where it was asked for. */
static int
fail(struct command_line *line, int code, const char *reason)
{
	if (line->check || line->print)
		line->start.foreground = true;
	return monitor_fail(&line->start, code, reason);
}

/* Absolute: the daemon reads it again from another directory. */
static void
set_config(struct command_line *line, const char *path)
{
	char error[ERROR_SIZE];

	if (realpath(path, line->config_path) != NULL)
		return;
	snprintf(error, sizeof(error),
	    "%s: %s; -c names another file, `bankctl init DIR` makes one", path,
	    strerror(errno));
	exit(fail(line, EX_CONFIG, error));
}

static void
parse(struct command_line *line, int argc, char *argv[])
{
	const char *config = BANKD_CONFIG;
	int option;

	while ((option = getopt(argc, argv, "c:dfo:tTV")) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 'd':
			line->start.debug = true;
			/* FALLTHROUGH */
		case 'f':
			line->start.foreground = true;
			break;
		case 'o':
			assign(line, optarg);
			break;
		case 't':
			line->check = true;
			break;
		case 'T':
			line->print = true;
			break;
		case 'V':
			printf("bankd %s\n", VERSION);
			exit(output_end("bankd", 0));
		default:
			usage();
		}
	}
	if (argc - optind > 1)
		usage();
	if (optind < argc) {
		snprintf(line->port, sizeof(line->port), "listen.port=%s",
		    argv[optind]);
		assign(line, line->port);
	}
	set_config(line, config);
	line->start.config_path = line->config_path;
	line->start.assignments = line->assignments;
}

static int
check_leaf(const struct config *config, char *error, size_t size)
{
	struct channel_pem leaf;
	int code;

	code = keys_read_leaf(config, &leaf, error, size);
	channel_pem_wipe(&leaf);
	return code;
}

static int
check_group(const struct config *config, char *error, size_t size)
{
	const char *name = config_string(config, PROCESS_CONTROL_GROUP);

	if (name[0] == '\0' || getgrnam(name) != NULL)
		return 0;
	snprintf(error, size, "no group %s; bankd.ini: [process] control_group",
	    name);
	return EX_CONFIG;
}

static int
check_metrics(const struct config *config, char *error, size_t size)
{
	return scrape_check(config_string(config, METRICS_LISTEN),
	    config_string(config, METRICS_GROUP), error, size);
}

static int
check_currency(const struct config *config, char *error, size_t size)
{
	const char *currency = config_string(config, BANK_CURRENCY);

	if (options_is_currency(currency))
		return 0;
	snprintf(error, size,
	    "%s: a currency is three letters, such as EUR; bankd.ini: [bank] "
	    "currency",
	    currency);
	return EX_CONFIG;
}

static int
check_zone(const struct config *config, char *error, size_t size)
{
	return zone_check(config_string(config, BANK_TIME_ZONE), error, size) ==
		0
	    ? 0
	    : EX_CONFIG;
}

static void
print_end(const struct config *config, enum bankd_option file)
{
	char text[CHANNEL_TIME_SIZE];
	time_t end;

	if (keys_end(config, file, &end) == 0)
		printf("%s: valid until %s\n", config_string(config, file),
		    channel_time_text(end, text));
}

/* -t: everything that can be known without starting; all that is wrong. */
static int
check(const struct config *config, const char *path)
{
	static int (*const checks[])(const struct config *, char *,
	    size_t) = { vault_check, keys_check_bank, check_leaf, check_group,
		check_metrics, check_zone, check_currency, monitor_check_user };
	char error[ERROR_SIZE];
	int code, first = 0;

	for (size_t i = 0; i < NELEM(checks); i++) {
		code = checks[i](config, error, sizeof(error));
		if (code == 0)
			continue;
		fprintf(stderr, "bankd: %s\n", error);
		first = first != 0 ? first : code;
	}
	if (first == 0) {
		print_end(config, KEYS_CERTIFICATE);
		print_end(config, TLS_CERTIFICATE);
		printf("%s: good\n", path);
	}
	return first;
}

static int
run(struct command_line *line, struct config *config)
{
	struct monitor_start *start = &line->start;
	char error[ERROR_SIZE];

	start->exec_fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	if (start->exec_fd == -1) {
		snprintf(error, sizeof(error),
		    "/proc/self/exe: %s; mount /proc", strerror(errno));
		return fail(line, EX_OSERR, error);
	}
	start->ready_fd = -1;
	if (!start->foreground && (start->ready_fd = daemon_start()) < 0) {
		snprintf(error, sizeof(error), "can't become a daemon: %s",
		    strerror(errno));
		return fail(line, EX_OSERR, error);
	}
	return monitor_run(start, config);
}

int
main(int argc, char *argv[])
{
	static struct command_line line;
	struct config *config;
	char error[ERROR_SIZE];
	int code = 0;

	process_begin();
	for (size_t i = 0; i < NELEM(roles); i++) {
		if (argc == 1 && strcmp(argv[0], roles[i].name) == 0) {
			(void)prctl(PR_SET_NAME, roles[i].name);
			return roles[i].run(IPC_CHILD_FD);
		}
	}
	output_open();
	parse(&line, argc, argv);
	close_inherited(&line);
	if (sandbox_harden() != 0)
		return EX_OSERR;
	if (process_need_descriptors(LEAST_DESCRIPTORS, error, sizeof(error)) !=
	    0)
		return fail(&line, EX_OSERR, error);
	code = monitor_config(&line.start, &config, error, sizeof(error));
	if (code != 0)
		return fail(&line, config_exit_code(code), error);
	if (!line.check && !line.print)
		return run(&line, config);
	if (line.print)
		config_print(config, stdout, true);
	if (line.check)
		code = check(config, line.config_path);
	config_free(config);
	return output_end("bankd", code);
}
