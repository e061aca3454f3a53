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
#include "control_codec.h"
#include "control_socket.h"

#define CLIENTS_MAX 32
#define REQUEST_SECONDS 10
#define GROUPS_MAX 256

struct control_client {
	struct control *control;
	struct event *event;
	struct ucred peer;
	int fd;
	char *request;
	size_t length;
	struct control_text answer;
};

struct control {
	struct event_base *base;
	struct event *event;
	struct control_socket socket;
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

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &length) == -1) {
		peer->uid = (uid_t)-1;
		return false;
	}
	return peer->uid == 0 || peer->uid == geteuid() ||
	    peer->uid == control->socket.owner ||
	    in_group(fd, peer->gid, control->socket.group);
}

struct control_text *
control_answer(struct control_client *client)
{
	return &client->answer;
}

const struct ucred *
control_peer(const struct control_client *client)
{
	return &client->peer;
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
	int fd;

	(void)what;
	if ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) == -1)
		return;
	if (control->clients >= CLIENTS_MAX ||
	    (client = client_new(control, fd)) == NULL) {
		close(fd);
		return;
	}
	if (may(control, fd, &client->peer))
		return;
	log_event(LOG_WARNING, "control_refused", "uid",
	    LOG_NUMBER(client->peer.uid), NULL);
	control_end(client, EX_NOPERM,
	    "not allowed: only root, the bank's user and members of [process] "
	    "control_group of bankd.ini may do this");
}

static int
start(struct control *control, const struct control_options *options,
    int *exit_code, char *error, size_t size)
{
	struct ucred holder = { 0 };
	int result;

	result = control_socket_init(
	    &control->socket, options->path, options->owner, options->group);
	if (result == BANK_ENOTFOUND) {
		snprintf(error, size,
		    "no group %s; bankd.ini: [process] control_group",
		    options->group);
		*exit_code = EX_CONFIG;
		return result;
	}
	if (result == 0)
		result = control_socket_listen(&control->socket, &holder);
	if (result == 0)
		return 0;
	if (result == BANK_EBUSY) {
		snprintf(error, size,
		    "bankd runs already: process %ld listens on %s; `bankctl "
		    "stop` ends it",
		    (long)holder.pid, control->socket.path);
		*exit_code = EX_UNAVAILABLE;
		return result;
	}
	snprintf(error, size, "%s: %s; bankd.ini: [process] control_socket",
	    control->socket.path, place_reason(errno));
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
	control->handler = options->handler;
	control->context = options->context;
	if (start(control, options, exit_code, error, size) == 0) {
		control->event = event_new(base, control->socket.fd,
		    EV_READ | EV_PERSIST, acceptable, control);
		if (control->event != NULL &&
		    event_add(control->event, NULL) == 0)
			return control;
	}
	control_socket_close(&control->socket);
	free(control);
	return NULL;
}

void
control_close(struct control *control)
{
	if (control->socket.fd == -1)
		return;
	event_free(control->event);
	control_socket_close(&control->socket);
}
