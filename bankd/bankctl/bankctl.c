/* SPDX-License-Identifier: ISC */
/*
 * bankctl(8): the options and the table of commands.  Most commands are passed
 * to the vault word by word.  bankctl itself carries out those that need no
 * running bank, and those that make keys, since no process of bankd may write a
 * key.
 */
#include "bankctl.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/terminal/escape.h"
#include "../../shared/base/log.h"
#include "../../shared/base/process.h"
#include "../../shared/base/output.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire.h"
#include "bankctl_client.h"
#include "bankctl_offline.h"
#include "../base/options.h"

#define ERROR_SIZE 1024
#define BANKCTL_DESCRIPTORS 64
/* bankd itself takes at most 15 s for a stop. */
#define STOP_SECONDS 30

int
bankctl_complain(int code, const char *format, ...)
{
	va_list ap;

	fputs("bankctl: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

static int
pass_on(struct bankctl *bankctl, int argc, char *argv[])
{
	return bankctl_client_run(bankctl, argc, argv, NULL);
}

/*
 * Reads a line of standard input without its newline.  False at the end of the
 * input, or if an interrupting character was typed.
 */
static bool
read_line(char *line, size_t size, int interrupt)
{
	struct escape escape = { ESCAPE_TEXT, 0 };
	size_t length = 0;
	int c;

	/* The stream's buffer must not hold a second copy of the secret. */
	setvbuf(stdin, NULL, _IONBF, 0);
	while ((c = getchar()) != EOF && c != '\n' && c != interrupt) {
		/*
		 * Drops a terminal's late answer: its bytes are not part of the
		 * secret.
		 */
		if (!escape_take(&escape, c < 0x80 ? (uint32_t)c : 0xff) &&
		    length + 1 < size)
			line[length++] = (char)c;
	}
	line[length] = '\0';
	return c == '\n' || (c == EOF && length > 0);
}

/*
 * Reads from the terminal without echo, or from standard input.  Meanwhile keys
 * raise no signals, since a signal would leave the terminal without its echo.
 */
static int
read_secret(const char *prompt, char secret[WIRE_PASSWORD_SIZE + 1])
{
	struct termios before, silent;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0, read;
	int interrupt = EOF;

	if (terminal) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
		interrupt = silent.c_cc[VINTR];
		silent.c_cc[VEOL] = silent.c_cc[VINTR];
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
		fputs(prompt, stderr);
	}
	read = read_line(secret, WIRE_PASSWORD_SIZE + 1, interrupt);
	if (terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	if (!read)
		return bankctl_complain(
		    EX_IOERR, "no password on standard input");
	if (!wire_is_password(secret, strlen(secret)))
		return bankctl_complain(EX_DATAERR,
		    "a password is 1 to 64 bytes of UTF-8 without control "
		    "characters");
	return 0;
}

/* Asks twice at a terminal, where the user doesn't see what was typed. */
static int
read_new_password(char secret[WIRE_PASSWORD_SIZE + 1])
{
	char again[WIRE_PASSWORD_SIZE + 1] = "";
	int code = read_secret("password: ", secret);

	if (code != 0 || !isatty(STDIN_FILENO))
		return code;
	code = read_secret("password again: ", again);
	if (code == 0 && strcmp(secret, again) != 0)
		code = bankctl_complain(
		    EX_DATAERR, "the passwords differ; nothing was changed");
	OPENSSL_cleanse(again, sizeof(again));
	return code;
}

static int
pass_with_secret(struct bankctl *bankctl, int argc, char *argv[])
{
	char secret[WIRE_PASSWORD_SIZE + 1] = "";
	int code;

	code = read_new_password(secret);
	if (code == 0)
		code = bankctl_client_run(bankctl, argc, argv, secret);
	OPENSSL_cleanse(secret, sizeof(secret));
	return code;
}

static int
stop(struct bankctl *bankctl, int argc, char *argv[])
{
	bankctl->wait_s = STOP_SECONDS;
	return bankctl_client_run(bankctl, argc, argv, NULL);
}

static int
accounts(struct bankctl *bankctl, int argc, char *argv[])
{
	int code;

	code = bankctl_client_run(bankctl, argc, argv, NULL);
	if (code == CLIENT_NOBODY)
		code = bankctl_offline_accounts(
		    bankctl, argc > 1 ? argv[1] : NULL);
	return code;
}

static int
status(struct bankctl *bankctl, int argc, char *argv[])
{
	int code;

	code = bankctl_client_run(bankctl, argc, argv, NULL);
	return code == CLIENT_NOBODY ? bankctl_offline_status(bankctl) : code;
}

static int
verify(struct bankctl *bankctl, int argc, char *argv[])
{
	char *head = argc == 3 ? argv[2] : NULL;
	int code;

	if (argc == 2 || (argc == 3 && strcmp(argv[1], "--head") != 0))
		return bankctl_complain(
		    EX_USAGE, "verify takes --head seq:hash");
	argv[1] = head;
	code = bankctl_client_run(bankctl, head != NULL ? 2 : 1, argv, NULL);
	return code == CLIENT_NOBODY ? bankctl_offline_verify(bankctl, head)
				     : code;
}

enum need { NOTHING, CONFIG };

static const struct command {
	const char *name, *arguments;
	int least, most; /* number of arguments */
	enum need need;
	int (*run)(struct bankctl *bankctl, int argc, char *argv[]);
} commands[] = {
	{ "account", "id", 1, 1, CONFIG, accounts },
	{ "accounts", "", 0, 0, CONFIG, accounts },
	{ "adjust", "id account amount --reason text [--id txid]", 4, 7, CONFIG,
	    bankctl_money_run },
	{ "backup", "file", 1, 1, CONFIG, bankctl_backup_run },
	{ "close", "id", 1, 1, CONFIG, pass_on },
	{ "deposit", "id account amount --reason text [--id txid]", 4, 7,
	    CONFIG, bankctl_money_run },
	{ "export", "[id] [--format csv|hledger|ofx]", 0, 3, CONFIG,
	    bankctl_export_run },
	{ "history", "id [count]", 1, 2, CONFIG, pass_on },
	{ "init", "[--demo] [--port port] [directory]", 0, 4, NOTHING,
	    bankctl_init_run },
	{ "kiosk",
	    "add [--cash] [--key file] name | list | rekey [--key file] name | "
	    "revoke name",
	    1, 5, CONFIG, bankctl_kiosk_run },
	{ "limit", "id name amount|default", 3, 3, CONFIG, pass_on },
	{ "lock", "id", 1, 1, CONFIG, pass_on },
	{ "log", "level|default", 1, 1, CONFIG, pass_on },
	{ "metrics", "[--textfile file]", 0, 2, CONFIG, bankctl_metrics_run },
	{ "monitor", "", 0, 0, CONFIG, bankctl_follow_run },
	{ "open", "id [name]", 1, 2, CONFIG, pass_with_secret },
	{ "passwd", "id", 1, 1, CONFIG, pass_with_secret },
	{ "pause", "", 0, 0, CONFIG, pass_on },
	{ "reload", "", 0, 0, CONFIG, pass_on },
	{ "renew", "", 0, 0, CONFIG, bankctl_renew_run },
	{ "restore", "file", 1, 1, CONFIG, bankctl_restore_run },
	{ "resume", "", 0, 0, CONFIG, pass_on },
	{ "reverse", "seq [--id txid]", 1, 3, CONFIG, bankctl_reverse_run },
	{ "sessions", "", 0, 0, CONFIG, pass_on },
	{ "status", "", 0, 0, CONFIG, status },
	{ "stop", "", 0, 0, CONFIG, stop },
	{ "top", "", 0, 0, CONFIG, bankctl_top_run },
	{ "unlock", "id", 1, 1, CONFIG, pass_on },
	{ "verify", "[--head seq:hash]", 0, 2, CONFIG, verify },
};

static const char *
gap(const struct command *command)
{
	return command->arguments[0] == '\0' ? "" : " ";
}

static _Noreturn void
usage(void)
{
	fprintf(stderr,
	    "usage: bankctl [-jVy] [-c file] command [arg ...]\ncommands:\n");
	for (size_t i = 0; i < NELEM(commands); i++)
		fprintf(stderr, "    %s%s%s\n", commands[i].name,
		    gap(&commands[i]), commands[i].arguments);
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

int
bankctl_read_config(struct bankctl *bankctl)
{
	char error[ERROR_SIZE];
	int result;

	bankctl->config = config_new(bankd_options, BANKD_OPTION_COUNT);
	if (bankctl->config == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	result = config_read(
	    bankctl->config, bankctl->config_path, error, sizeof(error));
	if (result == BANK_ESYS)
		return bankctl_complain(EX_CONFIG,
		    "%s: %s; -c names another file", bankctl->config_path,
		    strerror(errno));
	return result == 0 ? 0 : bankctl_complain(EX_CONFIG, "%s", error);
}

/*
 * No command has an option of one letter.  After the command, one of ours would
 * be taken for a name or a reason.
 */
static int
check_words(const struct command *command, int argc, char *argv[])
{
	const char *word;

	for (int i = 1; i < argc; i++) {
		word = argv[i];
		if (word[0] == '-' && isalpha((unsigned char)word[1]) &&
		    word[2] == '\0')
			return bankctl_complain(EX_USAGE,
			    "options come before the command: bankctl %s%s %s "
			    "...",
			    word, word[1] == 'c' ? " file" : "", command->name);
	}
	if (argc - 1 < command->least || argc - 1 > command->most)
		return bankctl_complain(EX_USAGE, "usage: bankctl %s%s%s",
		    command->name, gap(command), command->arguments);
	return 0;
}

static int
run(struct bankctl *bankctl, int argc, char *argv[])
{
	const struct command *command;
	int code;

	if ((command = find(argv[0])) == NULL) {
		bankctl_complain(
		    EX_USAGE, "unknown command %s; see bankctl(8)", argv[0]);
		return EX_USAGE;
	}
	if ((code = check_words(command, argc, argv)) != 0)
		return code;
	code = command->need == CONFIG ? bankctl_read_config(bankctl) : 0;
	argv[0] = (char *)(uintptr_t)command->name;
	if (code == 0)
		code = command->run(bankctl, argc, argv);
	if (code == CLIENT_NOBODY)
		code = bankctl_complain(EX_UNAVAILABLE,
		    "the bank does not run (%s); start bankd",
		    config_string(bankctl->config, PROCESS_CONTROL_SOCKET));
	config_free(bankctl->config);
	return code;
}

int
main(int argc, char *argv[])
{
	static char name[] = "bankctl";
	struct bankctl bankctl = { .config_path = BANKD_CONFIG };
	char error[ERROR_SIZE];
	int option;

	process_begin();
	output_open();
	log_open(log_to_stderr, name, LOG_WARNING);
	/* Options after the command belong to the command. */
	while ((option = getopt(argc, argv, "+c:jVy")) != -1) {
		if (option == 'c')
			bankctl.config_path = optarg;
		else if (option == 'j')
			bankctl.json = true;
		else if (option == 'y')
			bankctl.yes = true;
		else if (option == 'V') {
			printf("bankctl %s\n", VERSION);
			return output_end(name, 0);
		} else
			usage();
	}
	if (optind == argc)
		usage();
	process_close_from(STDERR_FILENO + 1);
	if (process_need_descriptors(
		BANKCTL_DESCRIPTORS, error, sizeof(error)) != 0)
		return bankctl_complain(EX_OSERR, "%s", error);
	return output_end(name, run(&bankctl, argc - optind, argv + optind));
}
