/* SPDX-License-Identifier: ISC */
/*
 * Which host of the bank is tried next, and when.  Part of atm-tui, on its
 * event loop.  All hosts are tried one after the other without a pause; only
 * when none gave a connection is there one, which grows.
 */
#include "bank_turn.h"

#include "../../shared/base/clock.h"
#include "bank_connect.h"
#include "bank_state.h"

/* A connection that stood so long was a good one: no pause grows from it. */
#define GOOD_CONNECTION_MS 2000
#define BACKOFF_LAST_MS 2000
/* After so many, a connection has all the time that a link may take. */
#define PATIENT_ROUNDS 4

/*
 * One second where there are others, and twice as long in each round of all:
 * in a slow network the first is too short.  A session has no other host.
 */
static unsigned
patience_s(const struct bank *bank)
{
	const size_t rounds = bank->tried / bank->hosts.count;

	if (bank->hosts.count == 1 || bank->in_session ||
	    rounds >= PATIENT_ROUNDS)
		return LINK_CONNECT_SECONDS;
	return 1U << rounds;
}

void
bank_connect(struct bank *bank)
{
	const struct bank_host *host = &bank->hosts.host[bank->at];

	bank->phase = PHASE_GREETING;
	link_connect(bank->wire, host->name, host->port, patience_s(bank));
}

void
bank_leave_host(struct bank *bank)
{
	bank->at = (bank->at + 1) % bank->hosts.count;
	bank->tried++;
}

void
bank_turn_to_next(struct bank *bank)
{
	if (bank->hosts.count == 1)
		return;
	link_close(bank->wire);
	evtimer_del(bank->retry);
	bank->greeted_ms = 0;
	bank->backoff_ms = BANK_BACKOFF_FIRST_MS;
	bank->tried = 0;
	bank_leave_host(bank);
	bank_connect(bank);
}

void
bank_schedule(struct bank *bank)
{
	uint64_t now = clock_steady_ms();
	struct timeval pause;

	if (bank->greeted_ms != 0 &&
	    now - bank->greeted_ms >= GOOD_CONNECTION_MS)
		bank->backoff_ms = BANK_BACKOFF_FIRST_MS;
	bank->greeted_ms = 0;
	if (bank->tried % bank->hosts.count != 0) {
		event_active(bank->retry, EV_TIMEOUT, 0);
		return;
	}
	pause.tv_sec = bank->backoff_ms / 1000;
	pause.tv_usec = bank->backoff_ms % 1000 * 1000;
	bank->next_try_ms = now + bank->backoff_ms;
	bank->backoff_ms *= 2;
	if (bank->backoff_ms > BACKOFF_LAST_MS)
		bank->backoff_ms = BACKOFF_LAST_MS;
	evtimer_add(bank->retry, &pause);
}
