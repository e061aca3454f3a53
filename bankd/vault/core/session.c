/* SPDX-License-Identifier: ISC */
/*
 * One session (the vault's): on a connection, without one, and what its
 * customer is told about it.
 */
#include "session.h"

#include <inttypes.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../store/kiosks.h"
#include "../../store/store_kiosks.h"
#include "vault_state.h"
#include "bank_clock.h"

void
session_attach(struct vault *vault, struct session *session,
    struct connection *connection, struct seal_keys *keys)
{
	if (session->connection != NULL)
		connection_end(vault, session->connection);
	session->connection = connection;
	connection_attach(connection, session, keys);
}

void
session_lose(struct session *session)
{
	session->connection = NULL;
	session->lost_ms = clock_steady_ms();
}

void
session_write(struct vault *vault, const struct session *session,
    const char *name, struct wire_writer *writer)
{
	const struct store_kiosk *kiosk = NULL;
	const struct ledger_account *customer =
	    store_account(vault->books->store, session->customer);
	char hex[2 * FRAME_SESSION_SIZE + 1], time[WIRE_TIME_TEXT] = "-";
	uint64_t now_ms = bank_clock_now(vault->clock);

	store_note_time(vault->books->store, now_ms);
	if (session->kiosk.enrolled)
		kiosk = kiosks_find(vault->books->kiosks, session->kiosk.name);
	if (session->last_login_ms != 0)
		wire_format_time(session->last_login_ms, time);
	hex_encode(session->id, sizeof(session->id), hex);
	wire_key(writer, "session", "%s", hex);
	wire_key(writer, "name", "%s", name);
	wire_key(writer, "last-login", "%s", time);
	wire_key(writer, "failed", "%" PRIu32, session->failed);
	wire_key(
	    writer, "grace", "%" PRId64, vault_option(vault, SESSION_GRACE));
	wire_key(writer, "time-ms", "%" PRIu64, now_ms);
	wire_key(writer, "kiosk", "%s", kiosk != NULL ? kiosk->name : "-");
	wire_key(
	    writer, "cash", "%s", kiosk != NULL && kiosk->cash ? "yes" : "no");
	if (customer != NULL && customer->must_change)
		wire_key(writer, "change-password", "yes");
}
