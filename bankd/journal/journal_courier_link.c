/* SPDX-License-Identifier: ISC */
/*
 * The vault's link to the courier, and one question on it at a time.  Each
 * question has a number, which its answers bear: what comes late to one that
 * isn't asked any more is dropped.
 */
#include "journal_courier_link.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../base/ipc_pass.h"

/* A courier that was left ends, and the monitor gives us another. */
static void
leave(struct journal_courier *courier)
{
	ipc_free(courier->link->ipc);
	courier->link->ipc = NULL;
	courier->asked = 0;
}

/* The newest courier, if one came; it hears whose lots these are. */
bool
journal_link_join(struct journal_courier *courier)
{
	struct journal_link *link = courier->link;
	uint8_t have[8];
	int fd;

	while ((fd = ipc_pass_take(link->options.fd)) != -1) {
		leave(courier);
		link->ipc = ipc_new(fd, IPC_VAULT, IPC_COURIER);
		if (link->ipc == NULL)
			close(fd);
		link->couriers++;
	}
	if (link->ipc == NULL)
		return false;
	if (courier->greeted == link->couriers)
		return true;
	put_u64(have, courier->place.number);
	if (ipc_send(link->ipc, IPC_LOT_BANK, 0, courier->mark,
		sizeof(courier->mark), -1) != 0 ||
	    (!courier->looking &&
		ipc_send(link->ipc, IPC_LOT_HAVE, 0, have, sizeof(have), -1) !=
		    0)) {
		leave(courier);
		return false;
	}
	courier->greeted = link->couriers;
	courier->asked = 0;
	return true;
}

/* Until the courier reads or says something, or another comes. */
void
journal_link_wait(const struct journal_link *link, int timeout_ms)
{
	bool unsent = link->ipc != NULL && ipc_pending(link->ipc) > 0;
	struct pollfd pfds[2] = {
		{ .fd = link->options.fd, .events = POLLIN },
		{ .fd = link->ipc != NULL ? ipc_fd(link->ipc) : -1,
		    .events = (short)(POLLIN | (unsent ? POLLOUT : 0)) },
	};

	(void)poll(pfds, 2, timeout_ms);
	/* Whoever gave couriers has gone: no other comes any more. */
	if ((pfds[0].revents & POLLIN) == 0 && pfds[0].revents != 0)
		(void)poll(pfds + 1, 1, timeout_ms);
}

static void
set_why(struct journal *journal, const uint8_t *text, size_t length)
{
	if (length >= sizeof(journal->why))
		length = sizeof(journal->why) - 1;
	memcpy(journal->why, text, length);
	journal->why[length] = '\0';
}

void
journal_link_away(struct journal_courier *courier, const char *why)
{
	string_copy(courier->journal.why, why, sizeof(courier->journal.why));
}

bool
journal_link_ask(struct journal_courier *courier, enum ipc_type type,
    struct ipc_part head, struct ipc_part body)
{
	if (!journal_link_join(courier)) {
		journal_link_away(courier, "the courier does not run");
		return false;
	}
	courier->id += courier->id == UINT32_MAX ? 2 : 1;
	if (ipc_send2(courier->link->ipc, type, courier->id, head, body) != 0) {
		leave(courier);
		journal_link_away(courier, "the courier does not listen");
		return false;
	}
	courier->asked = type;
	courier->asked_ms = clock_steady_ms();
	return true;
}

/*
 * The next message that answers the newest question: 1, its body valid until
 * the next call; 0: none within the time; it stays asked.
 */
int
journal_link_hear(struct journal_courier *courier, struct ipc_message *message,
    uint64_t by_ms)
{
	struct ipc *ipc = courier->link->ipc;
	uint64_t now_ms;
	int result;

	for (;;) {
		result = ipc_flush(ipc);
		while ((result == 0 || result == BANK_EAGAIN) &&
		    (result = ipc_next(ipc, message)) == 1) {
			if (message->connection == courier->id)
				return 1;
			result = 0;
		}
		if (result == 0)
			result = ipc_read(ipc);
		if (result != 0 && result != BANK_EAGAIN) {
			leave(courier);
			journal_link_away(courier, "the courier ended");
			return 0;
		}
		if (result == 0)
			continue;
		if ((now_ms = clock_steady_ms()) >= by_ms) {
			journal_link_away(
			    courier, "the courier does not answer");
			return 0;
		}
		journal_link_wait(courier->link, (int)(by_ms - now_ms));
	}
}

/* Its answer; sets why. */
int
journal_link_answer(
    struct journal_courier *courier, const struct ipc_message *message)
{
	int answer = message->body[0];

	courier->asked = 0;
	set_why(&courier->journal, message->body + 1, message->length - 1);
	if (answer == JOURNAL_FORK)
		courier->forked = true;
	return answer;
}

uint64_t
journal_link_soon(void)
{
	return clock_steady_ms() + JOURNAL_LINK_WAIT_MS;
}
