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

#include <openssl/crypto.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "../base/options.h"
#include "../base/place.h"

#define ANSWER_START 65536

/* How the line's separators are written within a word. */
static const struct {
	char plain, escape;
} escapes[] = { { ' ', 's' }, { '\t', 't' }, { '\n', 'n' }, { '\\', '\\' } };

static char *
put_word(char *to, const char *word)
{
	for (; *word != '\0'; word++) {
		size_t i = 0;

		while (i < NELEM(escapes) && escapes[i].plain != *word)
			i++;
		if (i < NELEM(escapes)) {
			*to++ = '\\';
			*to++ = escapes[i].escape;
		} else
			*to++ = *word;
	}
	return to;
}

static char *
make_line(int count, const char *const words[])
{
	size_t size = 2;
	char *line, *to;

	for (int i = 0; i < count; i++)
		size += 2 * strlen(words[i]) + 1;
	if ((line = to = malloc(size)) == NULL)
		return NULL;
	for (int i = 0; i < count; i++) {
		if (i > 0)
			*to++ = ' ';
		to = put_word(to, words[i]);
	}
	*to++ = '\n';
	*to = '\0';
	return line;
}

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

/* NULL where there is no memory, or with ETIMEDOUT. */
static char *
hear(int fd, uint64_t by_ms)
{
	size_t size = ANSWER_START, length = 0;
	char *answer, *more;
	ssize_t n;

	if ((answer = malloc(size)) == NULL)
		return NULL;
	for (;;) {
		if (!comes_by(fd, by_ms)) {
			free(answer);
			return NULL;
		}
		n = recv(fd, answer + length, size - length - 1, 0);
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			break;
		length += (size_t)n;
		if (length < size - 1)
			continue;
		if ((more = realloc(answer, size * 2)) == NULL)
			break;
		answer = more;
		size *= 2;
	}
	answer[length] = '\0';
	return answer;
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
 * Reads the whole answer, malloc'd.  0; CLIENT_NOBODY where nobody listens;
 * other codes were complained of.
 */
static int
ask(const struct bankctl *bankctl, const char *request, size_t length,
    char **answer)
{
	uint64_t by_ms = bankctl->wait_s == 0
	    ? 0
	    : clock_steady_ms() + (uint64_t)bankctl->wait_s * 1000;
	int code, fd;

	*answer = NULL;
	if ((code = reach(bankctl, &fd)) != 0)
		return code;
	if (say(fd, request, length) == 0)
		*answer = hear(fd, by_ms);
	code = errno;
	close(fd);
	if (*answer != NULL)
		return 0;
	if (code == ETIMEDOUT)
		return complain_late(bankctl);
	return bankctl_complain(EX_IOERR, "%s: %s",
	    config_string(bankctl->config, PROCESS_CONTROL_SOCKET),
	    strerror(code));
}

int
bankctl_client_ask(const struct bankctl *bankctl, int argc,
    const char *const argv[], char **answer)
{
	char *line = make_line(argc, argv);
	int code;

	if (line == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	code = ask(bankctl, line, strlen(line), answer);
	free(line);
	return code;
}

int
bankctl_client_follow(const struct bankctl *bankctl, int argc,
    const char *const argv[], bool (*each)(void *context, char *line),
    void *context)
{
	char *line = make_line(argc, argv), *answer = NULL;
	size_t size = 0;
	FILE *stream = NULL;
	int code, fd;

	if (line == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	if ((code = reach(bankctl, &fd)) != 0)
		goto out;
	if (say(fd, line, strlen(line)) != 0 ||
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
	free(line);
	return code;
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
	char *line, *request, *answer;
	size_t size;
	int code;

	line = make_line(argc, (const char *const *)argv);
	if (line == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	size = strlen(line) + (secret != NULL ? strlen(secret) + 1 : 0) + 1;
	if ((request = malloc(size)) == NULL) {
		free(line);
		return bankctl_complain(EX_OSERR, "no memory");
	}
	snprintf(request, size, "%s%s%s", line, secret != NULL ? secret : "",
	    secret != NULL ? "\n" : "");
	code = ask(bankctl, request, strlen(request), &answer);
	OPENSSL_cleanse(request, size);
	free(request);
	free(line);
	if (code == 0)
		code = bankctl_table_print(answer, bankctl->json);
	free(answer);
	return code;
}
