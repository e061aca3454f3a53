/* SPDX-License-Identifier: ISC */
/*
 * bankctl's end of the control socket (control.h): one request, one answer.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "../base/options.h"
#include "../base/place.h"

#define ANSWER_STEP 65536
#define REQUEST_WORDS 64

/*
 * Root doesn't talk to a socket behind another user's link: it opens the socket
 * as *held and uses it by that.  Returns 0, or -1 with errno.
 */
static int
set_address(struct sockaddr_un *un, const char *path, int *held)
{
	struct place place;
	struct stat st;

	*held = -1;
	string_copy(un->sun_path, path, sizeof(un->sun_path));
	if (geteuid() != 0)
		return 0;
	if (place_open(&place, path, false) != 0)
		return -1;
	if (place.uid != 0 || !place.straight) {
		*held = openat(
		    place.fd, place.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (*held == -1 || fstat(*held, &st) == -1) {
			place_close(&place);
			return -1;
		}
		snprintf(un->sun_path, sizeof(un->sun_path), "/proc/self/fd/%d",
		    *held);
	}
	place_close(&place);
	if (*held == -1 || (S_ISSOCK(st.st_mode) && st.st_nlink == 1))
		return 0;
	errno = ELOOP;
	return -1;
}

/* A peer that accepts nobody holds the caller for `wait_s`; 0: forever. */
static int
call(const char *path, unsigned wait_s)
{
	const struct timeval bound = { (time_t)wait_s, 0 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = -1, held, saved_errno;

	if (set_address(&un, path, &held) == 0)
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1) {
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof(bound));
		if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1) {
			saved_errno = errno;
			close(fd);
			fd = -1;
			errno = saved_errno;
		}
	}
	saved_errno = errno;
	if (held != -1)
		close(held);
	errno = saved_errno;
	return fd;
}

static int
say(int fd, const char *data, size_t length)
{
	ssize_t n;

	while (length > 0) {
		n = send(fd, data, length, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		/*
		 * The request was refused before all of it was read: the answer
		 * says why.
		 */
		if (n == -1)
			return errno == EPIPE ? 0 : -1;
		data += n;
		length -= (size_t)n;
	}
	return shutdown(fd, SHUT_WR) == 0 || errno == ENOTCONN ? 0 : -1;
}

/* Whether data or the end arrived by then; 0 means no limit. */
static bool
comes_by(int fd, uint64_t by_ms)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	uint64_t now_ms;
	int left_ms;

	while (by_ms != 0) {
		now_ms = clock_steady_ms();
		if (now_ms >= by_ms) {
			errno = ETIMEDOUT;
			return false;
		}
		left_ms =
		    by_ms - now_ms < INT_MAX ? (int)(by_ms - now_ms) : INT_MAX;
		if (poll(&readable, 1, left_ms) > 0)
			break;
	}
	return true;
}

/* All of it, or false with ETIMEDOUT, or where there is no memory. */
static bool
hear(int fd, uint64_t by_ms, struct control_text *answer)
{
	ssize_t n;

	do {
		if (!comes_by(fd, by_ms) ||
		    !control_text_room(answer, ANSWER_STEP))
			return false;
		n = recv(fd, answer->data + answer->length, ANSWER_STEP, 0);
		if (n > 0)
			answer->length += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	answer->data[answer->length] = '\0';
	return true;
}

static int
complain_late(const struct bankctl *bankctl)
{
	return bankctl_complain(EX_TEMPFAIL,
	    "%s: bankd has not answered within %u s; the command may still be "
	    "carried out, see the log",
	    config_string(bankctl->config, PROCESS_CONTROL_SOCKET),
	    bankctl->wait_s);
}

static int
reach(const struct bankctl *bankctl, int *fd)
{
	const char *path =
	    config_string(bankctl->config, PROCESS_CONTROL_SOCKET);

	if ((*fd = call(path, bankctl->wait_s)) != -1)
		return 0;
	if (errno == ENOENT || errno == ECONNREFUSED)
		return CLIENT_NOBODY;
	if (errno == EAGAIN)
		return complain_late(bankctl);
	return bankctl_complain(errno == EACCES ? EX_NOPERM : EX_OSERR,
	    "%s: %s; only root, the bank's user and members of [process] "
	    "control_group of bankd.ini may use it",
	    path, place_reason(errno));
}

/*
 * Reads the whole answer.  0; CLIENT_NOBODY where nobody listens; other codes
 * were complained of.
 */
static int
ask(const struct bankctl *bankctl, const struct control_text *request,
    struct control_text *answer)
{
	uint64_t by_ms = bankctl->wait_s == 0
	    ? 0
	    : clock_steady_ms() + (uint64_t)bankctl->wait_s * 1000;
	bool heard = false;
	int code, fd;

	if (request->failed)
		return bankctl_complain(EX_OSERR, "no memory");
	if ((code = reach(bankctl, &fd)) != 0)
		return code;
	if (say(fd, request->data, request->length) == 0)
		heard = hear(fd, by_ms, answer);
	code = errno;
	close(fd);
	if (heard)
		return 0;
	if (code == ETIMEDOUT)
		return complain_late(bankctl);
	return bankctl_complain(EX_IOERR, "%s: %s",
	    config_string(bankctl->config, PROCESS_CONTROL_SOCKET),
	    strerror(code));
}

/* The words, with who it is for before them, and why behind them. */
static void
put_request(const struct bankctl *bankctl, struct control_text *request,
    int argc, const char *const argv[])
{
	const char *words[REQUEST_WORDS];
	int count = 0;

	if (bankctl->as != NULL) {
		words[count++] = "--as";
		words[count++] = bankctl->as;
	}
	for (int i = 0; i < argc && count < REQUEST_WORDS - 2; i++)
		words[count++] = argv[i];
	if (bankctl->reason != NULL && bankctl->reason[0] != '\0') {
		words[count++] = "--reason";
		words[count++] = bankctl->reason;
	}
	control_put_request(request, count, words);
}

int
bankctl_client_ask(const struct bankctl *bankctl, int argc,
    const char *const argv[], char **answer)
{
	struct control_text request = { 0 }, text = { 0 };
	int code;

	put_request(bankctl, &request, argc, argv);
	code = ask(bankctl, &request, &text);
	control_text_free(&request);
	if (code != 0)
		control_text_free(&text);
	*answer = text.data;
	return code;
}

int
bankctl_client_follow(const struct bankctl *bankctl, int argc,
    const char *const argv[], bool (*each)(void *context, char *line),
    void *context)
{
	struct control_text request = { 0 };
	char *answer = NULL;
	size_t size = 0;
	FILE *stream = NULL;
	int code, fd;

	put_request(bankctl, &request, argc, argv);
	code = request.failed ? bankctl_complain(EX_OSERR, "no memory")
			      : reach(bankctl, &fd);
	if (code != 0)
		goto out;
	if (say(fd, request.data, request.length) != 0 ||
	    (stream = fdopen(fd, "r")) == NULL) {
		close(fd);
		code = bankctl_complain(EX_IOERR, "%s", strerror(errno));
		goto out;
	}
	while (getline(&answer, &size, stream) > 0 && each(context, answer))
		continue;
out:
	if (stream != NULL)
		fclose(stream);
	free(answer);
	control_text_free(&request);
	return code;
}

struct pieces {
	FILE *out;
	bool ended;
	int code;
};

/* A piece of the text; the last line of the answer says how it ended. */
static bool
put_piece(void *context, char *line)
{
	struct pieces *pieces = context;
	struct control_row row;

	if (strchr(line, '\n') == NULL)
		return false;
	control_get_row(&row, line);
	if (row.kind == '.') {
		pieces->ended = true;
		pieces->code = bankctl_client_print_end(&row);
		return false;
	}
	if (row.kind == '+' && row.count > 0)
		fputs(row.fields[0], pieces->out);
	return !ferror(pieces->out);
}

int
bankctl_client_text(const struct bankctl *bankctl, int argc,
    const char *const argv[], FILE *out)
{
	struct pieces pieces = { .out = out };
	int code;

	code = bankctl_client_follow(bankctl, argc, argv, put_piece, &pieces);
	if (code == CLIENT_NOBODY)
		return bankctl_complain(EX_NOPERM,
		    "the bank does not run, and only root and the state's "
		    "owner may read the state");
	if (code == 0 && !pieces.ended && !ferror(out))
		return bankctl_complain(EX_IOERR,
		    "the answer was cut off: the bank ended, or the reader "
		    "took nothing for 10 s; write the text to a file");
	return code != 0 ? code : pieces.code;
}

int
bankctl_client_begin(const struct bankctl *bankctl, const char *line)
{
	int fd =
	    call(config_string(bankctl->config, PROCESS_CONTROL_SOCKET), 0);

	if (fd == -1)
		return -1;
	if (say(fd, line, strlen(line)) == 0)
		return fd;
	close(fd);
	return -1;
}

int
bankctl_client_run(
    const struct bankctl *bankctl, int argc, char *argv[], const char *secret)
{
	struct control_text request = { 0 }, answer = { 0 };
	int code;

	put_request(bankctl, &request, argc, (const char *const *)argv);
	if (secret != NULL)
		control_put_secret(&request, secret);
	code = ask(bankctl, &request, &answer);
	control_text_free(&request);
	if (code == 0)
		code = bankctl_client_print(answer.data, bankctl->json);
	control_text_free(&answer);
	return code;
}
