/* SPDX-License-Identifier: ISC */
/*
 * The server side of the control socket.  Runs in the monitor; takes bytes
 * only from those whom the kernel says they are, and understands none of
 * them.
 */
#include "control.h"

#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../base/place.h"
#include "control_codec.h"

#define CLIENTS_MAX 32
#define REQUEST_SECONDS 10
#define GROUPS_MAX 256
#define BACKLOG 16

struct control_client {
	struct control *control;
	struct event *event;
	int fd;
	char *request;
	size_t length;
	struct control_text answer;
};

struct control {
	struct event_base *base;
	struct event *event;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct place place;
	uid_t owner;
	gid_t group;
	unsigned clients;
	control_handler *handler;
	void *context;
};

static bool
in_group(int fd, gid_t own, gid_t wanted)
{
	gid_t groups[GROUPS_MAX];
	socklen_t length = sizeof(groups);

	if (wanted == PLACE_NO_GROUP)
		return false;
	if (own == wanted)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == -1)
		return false;
	for (size_t i = 0; i < length / sizeof(groups[0]); i++) {
		if (groups[i] == wanted)
			return true;
	}
	return false;
}

static bool
may(const struct control *control, int fd, struct ucred *peer)
{
	socklen_t length = sizeof(*peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &length) == -1)
		return false;
	return peer->uid == 0 || peer->uid == geteuid() ||
	    peer->uid == control->owner ||
	    in_group(fd, peer->gid, control->group);
}

struct control_text *
control_answer(struct control_client *client)
{
	return &client->answer;
}

int
control_fd(const struct control_client *client)
{
	return client->fd;
}

void
control_forget(struct control_client *client)
{
	client->control->clients--;
	event_free(client->event);
	close(client->fd);
	OPENSSL_cleanse(client->request, CONTROL_REQUEST_MAX + 1);
	free(client->request);
	control_text_free(&client->answer);
	free(client);
}

/*
 * What there is fits into the socket's buffer: who doesn't read, or is gone,
 * isn't waited for.
 */
int
control_flush(struct control_client *client)
{
	struct control_text *answer = &client->answer;
	ssize_t sent;

	if (answer->failed)
		return BANK_ECLOSED;
	sent = send(client->fd, answer->data, answer->length,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent != (ssize_t)answer->length)
		return BANK_ECLOSED;
	answer->length = 0;
	return 0;
}

void
control_end(struct control_client *client, int code, const char *message)
{
	control_put_end(&client->answer, code, message);
	(void)control_flush(client);
	control_forget(client);
}

static void
readable(evutil_socket_t fd, short what, void *context)
{
	struct control_client *client = context;
	struct control *control = client->control;
	ssize_t n;

	if ((what & EV_TIMEOUT) != 0) {
		control_end(
		    client, EX_IOERR, "the request was not complete in time");
		return;
	}
	n = recv(fd, client->request + client->length,
	    CONTROL_REQUEST_MAX - client->length, MSG_DONTWAIT);
	if (n > 0) {
		client->length += (size_t)n;
		if (client->length == CONTROL_REQUEST_MAX)
			control_end(client, EX_USAGE, "request too long");
	} else if (n == 0) {
		event_del(client->event);
		client->request[client->length] = '\0';
		control->handler(
		    control->context, client, client->request, client->length);
	} else if (errno != EAGAIN && errno != EINTR)
		control_forget(client);
}

static struct control_client *
client_new(struct control *control, int fd)
{
	const struct timeval bound = { REQUEST_SECONDS, 0 };
	struct control_client *client;

	if ((client = calloc(1, sizeof(*client))) == NULL)
		return NULL;
	client->control = control;
	client->fd = fd;
	client->request = malloc(CONTROL_REQUEST_MAX + 1);
	client->event = event_new(
	    control->base, fd, EV_READ | EV_PERSIST, readable, client);
	if (client->request == NULL || client->event == NULL ||
	    event_add(client->event, &bound) == -1) {
		if (client->event != NULL)
			event_free(client->event);
		free(client->request);
		free(client);
		return NULL;
	}
	control->clients++;
	return client;
}

static void
acceptable(evutil_socket_t listener, short what, void *context)
{
	struct control *control = context;
	struct control_client *client;
	struct ucred peer = { 0 };
	int fd;

	(void)what;
	if ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) == -1)
		return;
	if (control->clients >= CLIENTS_MAX ||
	    (client = client_new(control, fd)) == NULL) {
		close(fd);
		return;
	}
	if (may(control, fd, &peer))
		return;
	log_event(
	    LOG_WARNING, "control_refused", "uid", LOG_NUMBER(peer.uid), NULL);
	control_end(client, EX_NOPERM,
	    "not allowed: only root, the bank's user and members of [process] "
	    "control_group of bankd.ini may do this");
}

/* A socket's file that nobody listens on is left over from a crash. */
static int
remove_stale(const struct control *control, const struct sockaddr_un *un,
    struct ucred *holder)
{
	socklen_t length = sizeof(*holder);
	int fd, result;

	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return BANK_ESYS;
	result = connect(fd, (const struct sockaddr *)un, sizeof(*un));
	if (result == 0)
		(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, holder, &length);
	close(fd);
	if (result == 0)
		return BANK_EBUSY;
	if (errno == ECONNREFUSED)
		(void)unlinkat(control->place.fd, control->place.name, 0);
	return 0;
}

/* By its path, so that ss(8) shows it; by /proc where others can bend that. */
static void
set_address(const struct control *control, struct sockaddr_un *un)
{
	const struct place *place = &control->place;
	int length = 0;

	if (!place->straight && !place->entered)
		length = snprintf(un->sun_path, sizeof(un->sun_path),
		    "/proc/self/fd/%d/%s", place->fd, place->name);
	if (length == 0 || (size_t)length >= sizeof(un->sun_path))
		string_copy(un->sun_path, control->path, sizeof(un->sun_path));
}

/*
 * Mode, owner and group come with the making of the file, or are given to the
 * name itself, wherever it leads: nothing here follows it.
 */
static int
bind_socket(const struct control *control, const struct sockaddr_un *un)
{
	const bool shared = control->group != PLACE_NO_GROUP;
	const uid_t owner = geteuid() == 0 ? control->owner : (uid_t)-1;
	const mode_t before = umask(shared ? 0117 : 0177);
	int result;

	result = bind(control->fd, (const struct sockaddr *)un, sizeof(*un));
	(void)umask(before);
	if (result == 0 && (geteuid() == 0 || shared))
		result = fchownat(control->place.fd, control->place.name, owner,
		    control->group, AT_SYMLINK_NOFOLLOW);
	return result == 0 ? 0 : BANK_ESYS;
}

static int
make_socket(struct control *control, struct ucred *holder)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	set_address(control, &un);
	if (remove_stale(control, &un, holder) != 0)
		return BANK_EBUSY;
	control->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return control->fd != -1 ? bind_socket(control, &un) : BANK_ESYS;
}

/* Nobody is let in before the group is set: it doesn't listen. */
static int
listen_at(struct control *control, struct ucred *holder)
{
	int result, saved;

	if (place_open(&control->place, control->path, true) != 0)
		return BANK_ESYS;
	result = place_enter(&control->place, control->group);
	if (result == 0)
		result = make_socket(control, holder);
	saved = errno;
	place_leave(&control->place);
	errno = saved;
	if (result == 0 && listen(control->fd, BACKLOG) == -1)
		result = BANK_ESYS;
	return result;
}

static int
start(struct control *control, const struct control_options *options,
    int *exit_code, char *error, size_t size)
{
	const struct group *group;
	struct ucred holder = { 0 };
	int result;

	if (options->group[0] != '\0') {
		if ((group = getgrnam(options->group)) == NULL) {
			snprintf(error, size,
			    "no group %s; bankd.ini: [process] control_group",
			    options->group);
			*exit_code = EX_CONFIG;
			return BANK_ENOTFOUND;
		}
		control->group = group->gr_gid;
	}
	if ((result = listen_at(control, &holder)) == 0)
		return 0;
	if (result == BANK_EBUSY) {
		snprintf(error, size,
		    "bankd runs already: process %ld listens on %s; `bankctl "
		    "stop` ends it",
		    (long)holder.pid, control->path);
		*exit_code = EX_UNAVAILABLE;
		return result;
	}
	snprintf(error, size, "%s: %s; bankd.ini: [process] control_socket",
	    control->path, place_reason(errno));
	*exit_code = errno == EACCES || errno == EPERM ? EX_NOPERM : EX_OSERR;
	return result;
}

struct control *
control_open(struct event_base *base, const struct control_options *options,
    int *exit_code, char *error, size_t size)
{
	struct control *control;

	*exit_code = EX_OSERR;
	if ((control = calloc(1, sizeof(*control))) == NULL)
		return NULL;
	control->base = base;
	control->fd = control->place.fd = -1;
	control->owner = options->owner;
	control->group = PLACE_NO_GROUP;
	control->handler = options->handler;
	control->context = options->context;
	string_copy(control->path, options->path, sizeof(control->path));
	if (start(control, options, exit_code, error, size) == 0) {
		control->event = event_new(base, control->fd,
		    EV_READ | EV_PERSIST, acceptable, control);
		if (control->event != NULL &&
		    event_add(control->event, NULL) == 0)
			return control;
	}
	if (control->fd != -1)
		close(control->fd);
	place_close(&control->place);
	free(control);
	return NULL;
}

void
control_close(struct control *control)
{
	if (control->fd == -1)
		return;
	event_free(control->event);
	(void)unlinkat(control->place.fd, control->place.name, 0);
	place_close(&control->place);
	close(control->fd);
	control->fd = -1;
}
