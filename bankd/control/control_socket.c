/* SPDX-License-Identifier: ISC */
/*
 * Sockets of bankd's own in the file system.  Runs in the monitor.
 */
#include "control_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define BACKLOG 16

int
control_socket_init(struct control_socket *made, const char *path, uid_t owner,
    const char *group)
{
	const struct group *found = NULL;

	*made = (struct control_socket) { .owner = owner,
		.group = PLACE_NO_GROUP,
		.fd = -1,
		.place = { .fd = -1 } };
	if (string_copy(made->path, path, sizeof(made->path)) >=
	    sizeof(made->path))
		return BANK_EINVAL;
	if (group[0] == '\0')
		return 0;
	if ((found = getgrnam(group)) == NULL)
		return BANK_ENOTFOUND;
	made->group = found->gr_gid;
	return 0;
}

/* A socket's file that nobody listens on is left over from a crash. */
static int
remove_stale(const struct control_socket *made, const struct sockaddr_un *un,
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
		(void)unlinkat(made->place.fd, made->place.name, 0);
	return 0;
}

/* By its path, so that ss(8) shows it; by /proc where others can bend that. */
static void
set_address(const struct control_socket *made, struct sockaddr_un *un)
{
	const struct place *place = &made->place;
	int length = 0;

	if (!place->straight && !place->entered)
		length = snprintf(un->sun_path, sizeof(un->sun_path),
		    "/proc/self/fd/%d/%s", place->fd, place->name);
	if (length == 0 || (size_t)length >= sizeof(un->sun_path))
		string_copy(un->sun_path, made->path, sizeof(un->sun_path));
}

/*
 * Mode, owner and group come with the making of the file, or are given to the
 * name itself, wherever it leads: nothing here follows it.
 */
static int
bind_socket(struct control_socket *made, const struct sockaddr_un *un)
{
	const bool shared = made->group != PLACE_NO_GROUP;
	const uid_t owner = geteuid() == 0 ? made->owner : (uid_t)-1;
	const mode_t before = umask(shared ? 0117 : 0177);
	int result;

	result = bind(made->fd, (const struct sockaddr *)un, sizeof(*un));
	(void)umask(before);
	made->bound = result == 0;
	if (result == 0 && (geteuid() == 0 || shared))
		result = fchownat(made->place.fd, made->place.name, owner,
		    made->group, AT_SYMLINK_NOFOLLOW);
	return result == 0 ? 0 : BANK_ESYS;
}

static int
make_socket(struct control_socket *made, struct ucred *holder)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	set_address(made, &un);
	if (remove_stale(made, &un, holder) != 0)
		return BANK_EBUSY;
	made->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return made->fd != -1 ? bind_socket(made, &un) : BANK_ESYS;
}

/* Nobody is let in before the group is set: it doesn't listen. */
int
control_socket_listen(struct control_socket *made, struct ucred *holder)
{
	int result, saved;

	if (place_open(&made->place, made->path, true) != 0)
		return BANK_ESYS;
	result = place_enter(&made->place, made->group);
	if (result == 0)
		result = make_socket(made, holder);
	saved = errno;
	place_leave(&made->place);
	errno = saved;
	if (result == 0 && listen(made->fd, BACKLOG) == -1)
		result = BANK_ESYS;
	return result;
}

void
control_socket_close(struct control_socket *made)
{
	if (made->bound)
		(void)unlinkat(made->place.fd, made->place.name, 0);
	place_close(&made->place);
	if (made->fd != -1)
		close(made->fd);
	made->fd = -1;
	made->bound = false;
}
