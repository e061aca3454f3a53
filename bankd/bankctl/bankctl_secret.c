/* SPDX-License-Identifier: ISC */
/*
 * Commands with a password, which bankctl reads: twice from a terminal, without
 * echo, or once from standard input.  It is wiped when the vault has it.
 */
#include "bankctl_commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/terminal/escape.h"
#include "../../shared/wire/wire.h"
#include "bankctl_client.h"

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

int
bankctl_secret_run(struct bankctl *bankctl, int argc, char *argv[])
{
	char secret[WIRE_PASSWORD_SIZE + 1] = "";
	int code;

	code = read_new_password(secret);
	if (code == 0)
		code = bankctl_client_run(bankctl, argc, argv, secret);
	OPENSSL_cleanse(secret, sizeof(secret));
	return code;
}

/* The bank makes a one-time password; any other is read here. */
int
bankctl_secret_passwd(struct bankctl *bankctl, int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "--one-time") == 0)
		return bankctl_client_run(bankctl, argc, argv, NULL);
	if (argc != 2 || strncmp(argv[1], "--", 2) == 0)
		return bankctl_complain(EX_USAGE,
		    "usage: bankctl passwd [--one-time] id [--reason text]");
	return bankctl_secret_run(bankctl, argc, argv);
}
