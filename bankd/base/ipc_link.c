/* SPDX-License-Identifier: ISC */
/*
 * A link to a sibling process and its two events.  Runs in the monitor, the
 * front and the vault.
 */
#include "ipc_link.h"

#include <unistd.h>

#include "../../shared/base/error.h"

int
ipc_link_join(struct ipc_link *link, struct event_base *base, int fd,
    const struct ipc_link_kind *kind, void *context)
{
	link->ipc = ipc_new(fd, kind->self, kind->peer);
	if (link->ipc == NULL) {
		close(fd);
		return BANK_ENOMEM;
	}
	link->reading =
	    event_new(base, fd, EV_READ | EV_PERSIST, kind->readable, context);
	link->writing = event_new(base, fd, EV_WRITE, kind->writable, context);
	if (link->reading != NULL && link->writing != NULL)
		return 0;
	ipc_link_close(link);
	return BANK_ENOMEM;
}

int
ipc_link_listen(struct ipc_link *link)
{
	return event_add(link->reading, NULL) == 0 ? 0 : BANK_ENOMEM;
}

int
ipc_link_flush(struct ipc_link *link)
{
	int error;

	if (link->ipc == NULL)
		return 0;
	if ((error = ipc_flush(link->ipc)) != BANK_EAGAIN)
		return error;
	return event_add(link->writing, NULL) == 0 ? 0 : BANK_ENOMEM;
}

size_t
ipc_link_pending(const struct ipc_link *link)
{
	return link->ipc != NULL ? ipc_pending(link->ipc) : 0;
}

int
ipc_link_rest(struct ipc_link *link, ipc_link_take *take, void *context)
{
	struct ipc_message message;
	int result;

	while ((result = ipc_next(link->ipc, &message)) == 1) {
		if ((result = take(context, &message)) != 0)
			break;
	}
	return result;
}

int
ipc_link_read(struct ipc_link *link, ipc_link_take *take, void *context)
{
	int error = ipc_read(link->ipc);

	return error == 0 ? ipc_link_rest(link, take, context) : error;
}

void
ipc_link_close(struct ipc_link *link)
{
	if (link->reading != NULL)
		event_free(link->reading);
	if (link->writing != NULL)
		event_free(link->writing);
	ipc_free(link->ipc);
	*link = (struct ipc_link) { 0 };
}
