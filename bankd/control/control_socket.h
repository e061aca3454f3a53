/* SPDX-License-Identifier: ISC */
/*
 * A Unix socket that bankd listens on, at a path that others may be able to
 * bend (place.h): the control socket, and that of the figures.
 */
#ifndef BANKD_CONTROL_SOCKET_H
#define BANKD_CONTROL_SOCKET_H

#include <sys/socket.h>
#include <sys/un.h>

#include <stdbool.h>

#include "../base/place.h"

struct control_socket {
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	uid_t owner;
	gid_t group; /* or PLACE_NO_GROUP */
	int fd;      /* -1: it doesn't listen */
	bool bound;  /* its file is there */
	struct place place;
};

/*
 * What it is to be: mode 0600, or with a group's name 0660; root gives it to
 * the owner.  0; BANK_ENOTFOUND: no such group; BANK_EINVAL: too long a path.
 */
int control_socket_init(struct control_socket *made, const char *path,
    uid_t owner, const char *group);

/*
 * Makes the socket, in the place of one that nobody listens on any more.  0;
 * BANK_EBUSY, and in *holder who listens there; or BANK_ESYS.
 */
int control_socket_listen(struct control_socket *made, struct ucred *holder);
/* With its file; also after a failure to listen. */
void control_socket_close(struct control_socket *made);

#endif
