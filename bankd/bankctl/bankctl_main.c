/* SPDX-License-Identifier: ISC */
/*
 * bankctl(8): the options and the table of commands.  Most commands are passed
 * to the vault word by word.  bankctl itself carries out those that need no
 * running bank, and those that make keys, since no process of bankd may write a
 * key.
 */
#include "bankctl.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/log.h"
#include "../../shared/base/process.h"
#include "../../shared/base/output.h"
#include "../../shared/base/util.h"
#include "../control/control_metrics.h"
#include "../control/control_reason.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_help.h"
#include "bankctl_journal.h"
#include "bankctl_offline.h"
#include "bankctl_reason.h"
#include "../base/options.h"

#define ERROR_SIZE 1024
#define BANKCTL_DESCRIPTORS 64
/* bankd itself takes at most 15 s for a stop. */
#define STOP_SECONDS 30
#define USAGE                                                          \
	"usage: bankctl [-jVy] [--json[=form]] [-c file] [--as user] " \
	"command [arg ...]\n"
#define WORDS_MAX 31 /* of a command with many options */

static int
pass_on(struct bankctl *bankctl, int argc, char *argv[])
{
	return bankctl_client_run(bankctl, argc, argv, NULL);
}

static int
stop(struct bankctl *bankctl, int argc, char *argv[])
{
	bankctl->wait_s = STOP_SECONDS;
	return bankctl_client_run(bankctl, argc, argv, NULL);
}

/* What only metrics have: there may be hundreds of them. */
static void
leave_out_figures(char *answer)
{
	static const char figure[] = "+ " CONTROL_FIGURE;
	char *to = answer, *line = answer;
	size_t length;

	for (; *line != '\0'; line += length) {
		length = strcspn(line, "\n");
		length += line[length] == '\n';
		if (strncmp(line, figure, strlen(figure)) == 0)
			continue;
		memmove(to, line, length);
		to += length;
	}
	*to = '\0';
}

static int
status(struct bankctl *bankctl, int argc, char *argv[])
{
	char *answer = NULL;
	int code;

	code = bankctl_client_ask(
	    bankctl, argc, (const char *const *)argv, &answer);
	if (code == CLIENT_NOBODY)
		return bankctl_offline_status(bankctl);
	if (code == 0) {
		leave_out_figures(answer);
		code = bankctl_client_print(answer, bankctl->json);
	}
	free(answer);
	return code;
}

static int
verify(struct bankctl *bankctl, int argc, char *argv[])
{
	char *head = argc == 3 ? argv[2] : NULL;
	int code;

	if (argc == 2 && strcmp(argv[1], "--journal") == 0)
		return bankctl_journal_verify(bankctl);
	if (argc == 2 || (argc == 3 && strcmp(argv[1], "--head") != 0))
		return bankctl_complain(
		    EX_USAGE, "verify takes --head seq:hash, or --journal");
	argv[1] = head;
	code = bankctl_client_run(bankctl, head != NULL ? 2 : 1, argv, NULL);
	return code == CLIENT_NOBODY ? bankctl_offline_verify(bankctl, head)
				     : code;
}

static int help(struct bankctl *bankctl, int argc, char *argv[]);

/*
 * What a command has before it runs: REASON is CONFIG and a reason if one was
 * given, ASKED the same, and it is asked for at a terminal.
 */
enum need { NOTHING, CONFIG, REASON, ASKED };

static const struct command {
	const char *name, *arguments;
	int least, most; /* number of arguments */
	enum need need;
	int (*run)(struct bankctl *bankctl, int argc, char *argv[]);
} commands[] = {
	{ "account", "id", 1, 1, CONFIG, bankctl_list_run },
	{ "accounts",
	    "[--name text] [--locked] [--closed] [--since time] "
	    "[--until time] [--amount least..most] [--sort column] "
	    "[--limit count]",
	    0, WORDS_MAX, CONFIG, bankctl_list_run },
	{ "adjust", "id account amount --reason text [--id txid]", 3, 7, CONFIG,
	    bankctl_money_run },
	{ "approve", "request", 1, 1, ASKED, pass_on },
	{ "audit",
	    "[--since time] [--until time] [--by operator] "
	    "[--account id] [--limit count]",
	    0, WORDS_MAX, CONFIG, bankctl_list_run },
	{ "backup", "file", 1, 1, REASON, bankctl_backup_run },
	{ "cash",
	    "kiosk | load kiosk amount [--id txid] | count kiosk amount "
	    "[--id txid]",
	    1, 5, ASKED, bankctl_cash_run },
	{ "close", "id [--to id]", 1, 3, ASKED, pass_on },
	{ "config", "[-n]", 0, 1, CONFIG, bankctl_config_run },
	{ "day",
	    "[date] [--format text|csv|json|pdf] [--sign directory] "
	    "[--key file]",
	    0, 7, CONFIG, bankctl_day_run },
	{ "deposit", "id account amount --reason text [--id txid]", 3, 7,
	    CONFIG, bankctl_money_run },
	{ "export", "[id] [--format camt053|csv|hledger|ofx]", 0, 3, CONFIG,
	    bankctl_export_run },
	{ "fake", "[--seed number] [--days number]", 0, 4, CONFIG,
	    bankctl_fake_run },
	{ "help", "[command]", 0, 2, NOTHING, help },
	{ "history",
	    "id [count] [--since time] [--until time] [--kiosk name] "
	    "[--kind kind] [--amount least..most] [--txid txid] "
	    "[--memo text] "
	    "[--sort column] [--before seq] [--limit count]",
	    1, WORDS_MAX, CONFIG, bankctl_list_run },
	{ "hosts", "list | init | forget number", 1, 2, REASON,
	    bankctl_hosts_run },
	{ "init", "[--demo] [--port port] [directory]", 0, 4, NOTHING,
	    bankctl_init_run },
	{ "journal",
	    "[--since time] [--until time] [--account id] [--kiosk name] "
	    "[--kind kind] [--amount least..most] [--txid txid] "
	    "[--memo text] "
	    "[--sort column] [--before seq] [--limit count]",
	    0, WORDS_MAX, CONFIG, bankctl_list_run },
	{ "kiosk",
	    "add [--cash] [--key file] name | list | rekey [--key file] name | "
	    "revoke name",
	    1, 5, ASKED, bankctl_kiosk_run },
	{ "limit", "id name amount|default", 3, 3, ASKED, pass_on },
	{ "lock", "id", 1, 1, ASKED, pass_on },
	{ "log", "level|default", 1, 1, REASON, pass_on },
	{ "metrics", "[--openmetrics] [--textfile file]", 0, 3, CONFIG,
	    bankctl_metrics_run },
	{ "monitor", "", 0, 0, CONFIG, bankctl_follow_run },
	{ "open", "id [name]", 1, 2, ASKED, bankctl_secret_run },
	{ "passwd", "[--one-time] id", 1, 2, ASKED, bankctl_secret_passwd },
	{ "pause", "", 0, 0, REASON, pass_on },
	{ "refuse", "request", 1, 1, ASKED, pass_on },
	{ "rejoin", "file", 1, 1, ASKED, bankctl_restore_run },
	{ "reload", "", 0, 0, REASON, pass_on },
	{ "renew", "", 0, 0, REASON, bankctl_renew_run },
	{ "requests", "", 0, 0, CONFIG, bankctl_list_run },
	{ "restore", "file", 1, 1, ASKED, bankctl_restore_run },
	{ "resume", "", 0, 0, REASON, pass_on },
	{ "reverse", "seq [--id txid]", 1, 3, ASKED, bankctl_reverse_run },
	{ "sessions", "", 0, 0, CONFIG, pass_on },
	{ "settle", "case", 1, 1, ASKED, pass_on },
	{ "statement", "id [--since time] [--until time] [--format text|pdf]",
	    1, 7, CONFIG, bankctl_statement_run },
	{ "status", "", 0, 0, CONFIG, status },
	{ "stop", "", 0, 0, REASON, stop },
	{ "top", "", 0, 0, CONFIG, bankctl_top_run },
	{ "unlock", "id", 1, 1, ASKED, pass_on },
	{ "verify", "[--head seq:hash | --journal]", 0, 2, CONFIG, verify },
};

static const char *
gap(const struct command *command)
{
	return command->arguments[0] == '\0' ? "" : " ";
}

static const char *
reason_of(const struct command *command)
{
	return command->need >= REASON ? " [--reason text]" : "";
}

/* A command with its arguments, and what it is for. */
static void
print_command(const struct command *command, FILE *out)
{
	fprintf(out, "usage: bankctl %s%s%s%s\n\n%s\n", command->name,
	    gap(command), command->arguments, reason_of(command),
	    bankctl_help(command->name));
}

static _Noreturn void
usage(void)
{
	fputs(USAGE "`bankctl help` lists the commands, and `bankctl help "
		    "command` the arguments of one\n",
	    stderr);
	exit(EX_USAGE);
}

/* Finds the command of that name, or the only one that begins with it. */
static const struct command *
find(const char *word)
{
	const struct command *found = NULL;
	size_t length = strlen(word);

	if (length == 0)
		return NULL;
	for (size_t i = 0; i < NELEM(commands); i++) {
		if (strcmp(commands[i].name, word) == 0)
			return &commands[i];
		if (strncmp(commands[i].name, word, length) != 0)
			continue;
		if (found != NULL) {
			bankctl_complain(EX_USAGE, "%s: %s or %s?", word,
			    found->name, commands[i].name);
			exit(EX_USAGE);
		}
		found = &commands[i];
	}
	return found;
}

static int
help(struct bankctl *bankctl, int argc, char *argv[])
{
	const struct command *command = argc > 1 ? find(argv[1]) : NULL;

	(void)bankctl;
	if (argc > 1 && command == NULL)
		return bankctl_complain(EX_USAGE,
		    "unknown command %s; `bankctl help` lists them", argv[1]);
	if (command != NULL) {
		print_command(command, stdout);
		return 0;
	}
	printf(USAGE "\n");
	for (size_t i = 0; i < NELEM(commands); i++)
		printf("  %-9s %s\n", commands[i].name,
		    bankctl_help(commands[i].name));
	printf("\n`bankctl help command` has its arguments; bankctl(8) has "
	       "all of it.\n");
	return 0;
}

/*
 * One for which a script had nothing: the next would be taken in its place.
 * The last may be one that the command can do without.
 */
static bool
has_empty_word(const struct command *command, int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '\0' &&
		    (i == 1 || strncmp(argv[i - 1], "--", 2) != 0) &&
		    (i <= command->least || i + 1 < argc))
			return true;
	return false;
}

/*
 * After the command, one of our options would be taken for a name or a reason,
 * unless it is one that the command has.
 */
static int
check_words(const struct command *command, int argc, char *argv[])
{
	const char *word;

	for (int i = 1; i < argc; i++) {
		word = argv[i];
		if (word[0] == '-' && isalpha((unsigned char)word[1]) &&
		    word[2] == '\0' && strstr(command->arguments, word) == NULL)
			return bankctl_complain(EX_USAGE,
			    "options come before the command: bankctl %s%s %s "
			    "...",
			    word, word[1] == 'c' ? " file" : "", command->name);
	}
	if (argc - 1 >= command->least && argc - 1 <= command->most &&
	    !has_empty_word(command, argc, argv))
		return 0;
	return bankctl_complain(EX_USAGE, "%susage: bankctl %s%s%s%s",
	    has_empty_word(command, argc, argv) ? "a word is empty; " : "",
	    command->name, gap(command), command->arguments,
	    reason_of(command));
}

static bool
asks_for_help(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static int
run(struct bankctl *bankctl, int argc, char *argv[])
{
	const struct command *command;
	int code;

	if ((command = find(argv[0])) == NULL)
		return bankctl_complain(EX_USAGE,
		    "unknown command %s; `bankctl help` lists them", argv[0]);
	if (asks_for_help(argc, argv)) {
		print_command(command, stdout);
		return 0;
	}
	if (command->need >= REASON)
		bankctl->reason = control_reason_take(argv, &argc);
	if ((code = check_words(command, argc, argv)) != 0)
		return code;
	if (command->need == ASKED &&
	    !(strcmp(command->name, "kiosk") == 0 &&
		strcmp(argv[1], "list") == 0) &&
	    !(strcmp(command->name, "cash") == 0 && argc == 2))
		bankctl_reason_ask(bankctl);
	code = command->need != NOTHING ? bankctl_read_config(bankctl) : 0;
	argv[0] = (char *)(uintptr_t)command->name;
	if (code == 0 && command->need == REASON &&
	    !(strcmp(command->name, "hosts") == 0 &&
		strcmp(argv[1], "list") == 0))
		code = bankctl_reason_check(bankctl, command->name);
	if (code == 0)
		code = command->run(bankctl, argc, argv);
	if (code == CLIENT_NOBODY)
		code = bankctl_complain(EX_UNAVAILABLE,
		    "the bank does not run (%s); start bankd",
		    config_string(bankctl->config, PROCESS_CONTROL_SOCKET));
	config_free(bankctl->config);
	return code;
}

/* What bankctl was asked for instead of a command, or to go on. */
enum asked { COMMAND, HELP, RELEASE, WRONG };

static enum asked
read_long_option(struct bankctl *bankctl, const char *word)
{
	if (strcmp(word, "--json") == 0 || strcmp(word, "--json=2") == 0)
		bankctl->json = CONTROL_JSON_TYPED;
	else if (strcmp(word, "--json=1") == 0)
		bankctl->json = CONTROL_JSON_STRINGS;
	else if (strcmp(word, "--help") == 0)
		return HELP;
	else if (strcmp(word, "--version") == 0)
		return RELEASE;
	else {
		bankctl_complain(EX_USAGE,
		    strncmp(word, "--json", 6) == 0
			? "%s: the forms are --json and --json=1"
			: "%s: no such option, or its value is missing",
		    word);
		return WRONG;
	}
	return COMMAND;
}

static enum asked
read_option(struct bankctl *bankctl, int option)
{
	if (option == 'c')
		bankctl->config_path = optarg;
	else if (option == 'j')
		bankctl->json = CONTROL_JSON_TYPED;
	else if (option == 'y')
		bankctl->yes = true;
	else
		return option == 'V' ? RELEASE : WRONG;
	return COMMAND;
}

/* Options after the command belong to the command. */
static enum asked
read_options(struct bankctl *bankctl, int argc, char *argv[])
{
	enum asked asked = COMMAND;
	int option;

	while (asked == COMMAND && optind < argc) {
		if (strcmp(argv[optind], "--as") == 0 && optind + 1 < argc) {
			bankctl->as = argv[optind + 1];
			optind += 2;
		} else if (strncmp(argv[optind], "--", 2) == 0)
			asked = read_long_option(bankctl, argv[optind++]);
		else if ((option = getopt(argc, argv, "+c:jVy")) != -1)
			asked = read_option(bankctl, option);
		else
			break;
	}
	return asked == COMMAND && optind == argc ? WRONG : asked;
}

int
main(int argc, char *argv[])
{
	static char name[] = "bankctl";
	struct bankctl bankctl = { .config_path = BANKD_CONFIG };
	char error[ERROR_SIZE];
	enum asked asked;

	process_begin();
	output_open();
	log_open(log_to_stderr, name, LOG_WARNING);
	asked = read_options(&bankctl, argc, argv);
	if (asked == WRONG)
		usage();
	if (asked == HELP)
		return output_end(name, help(&bankctl, 1, argv));
	if (asked == RELEASE) {
		printf("bankctl %s\n", VERSION);
		return output_end(name, 0);
	}
	process_close_from(STDERR_FILENO + 1);
	if (process_need_descriptors(
		BANKCTL_DESCRIPTORS, error, sizeof(error)) != 0)
		return bankctl_complain(EX_OSERR, "%s", error);
	return output_end(name, run(&bankctl, argc - optind, argv + optind));
}
