/* SPDX-License-Identifier: ISC */
/*
 * The operator's commands about kiosks and sessions (the vault's).
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "operator.h"
#include "../core/vault_state.h"
#include "../../store/kiosks.h"

/* `kiosk add NAME PUBLIC yes|no`, yes for cash; `kiosk rekey` has no third. */
static int
read_kiosk(const struct operator_command *command, struct store_kiosk *kiosk)
{
	const char *name = command->args[0], *public_key = command->args[1];

	memset(kiosk, 0, sizeof(*kiosk));
	if (!wire_is_id(name, strlen(name)) ||
	    hex_decode(public_key, strlen(public_key), kiosk->public_key,
		KIOSK_PUBLIC_SIZE) != 0)
		return BANK_EINVAL;
	string_copy(kiosk->name, name, sizeof(kiosk->name));
	if (command->arg_count == 2)
		return 0;
	kiosk->cash = strcmp(command->args[2], "yes") == 0;
	return kiosk->cash || strcmp(command->args[2], "no") == 0 ? 0
								  : BANK_EINVAL;
}

static void
put_kiosk(struct books *books, struct operator_command *command,
    const struct store_kiosk *kiosk)
{
	int error;

	if (books->mode == VAULT_READ_ONLY) {
		operator_fail(command, EX_UNAVAILABLE, "%s",
		    store_room_reason(books->store));
		return;
	}
	error = store_kiosk_put(books->store, kiosk);
	if (error != 0)
		books_failed(books, error);
}

static void
add_start(struct vault *vault, struct operator_command *command)
{
	struct store_kiosk kiosk;

	(void)vault;
	if (read_kiosk(command, &kiosk) != 0)
		operator_fail(command, EX_DATAERR,
		    "a kiosk has a name in the form of an ID, a public key of "
		    "64 hex digits, and, if it is added, cash: yes or no");
}

static const struct store_kiosk *
find_any(const struct books *books, const char *name)
{
	for (size_t i = 0; i < books->kiosks->count; i++) {
		if (strcmp(books->kiosks->list[i].name, name) == 0)
			return &books->kiosks->list[i];
	}
	return NULL;
}

static void
put_by_rule(struct books *books, struct step *step, kiosks_rule *rule)
{
	struct operator_command *command = step->subject;
	char reason[KIOSKS_REASON_SIZE];
	struct store_kiosk kiosk;

	if (read_kiosk(command, &kiosk) != 0)
		return;
	if (rule(find_any(books, kiosk.name), &kiosk, reason) != 0)
		operator_fail(command, EX_DATAERR, "%s", reason);
	else
		put_kiosk(books, command, &kiosk);
}

static void
add_apply(struct books *books, struct step *step)
{
	put_by_rule(books, step, kiosks_may_add);
}

static void
rekey_apply(struct books *books, struct step *step)
{
	put_by_rule(books, step, kiosks_may_rekey);
}

static void
revoke_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	const struct store_kiosk *found = find_any(books, command->args[0]);
	struct store_kiosk kiosk;

	if (found == NULL) {
		operator_fail(
		    command, EX_DATAERR, "no kiosk %s", command->args[0]);
		return;
	}
	kiosk = *found;
	kiosk.revoked = true;
	put_kiosk(books, command, &kiosk);
}

static void
load_after(struct vault *vault, struct operator_command *command)
{
	int error = kiosks_load(vault->books->kiosks, vault->books->store);

	if (error != 0)
		operator_fail(command, EX_SOFTWARE,
		    "stored, but not in force until a restart: %s",
		    bank_strerror(error));
}

static void
list_start(struct vault *vault, struct operator_command *command)
{
	char key[2 * KIOSK_PUBLIC_SIZE + 1];
	const struct store_kiosk *kiosk;

	operator_line(command, '=', "name", "cash", "state", "key", NULL);
	for (size_t i = 0; i < vault->books->kiosks->count; i++) {
		kiosk = &vault->books->kiosks->list[i];
		hex_encode(kiosk->public_key, KIOSK_PUBLIC_SIZE, key);
		operator_line(command, '+', kiosk->name,
		    kiosk->cash ? "yes" : "no",
		    kiosk->revoked ? "revoked" : "enrolled", key, NULL);
	}
}

static void
sessions_start(struct vault *vault, struct operator_command *command)
{
	char since[WIRE_TIME_TEXT], idle[24];
	const struct session *session;
	uint64_t now_ms = clock_steady_ms();

	operator_line(
	    command, '=', "id", "kiosk", "address", "since", "idle", NULL);
	TAILQ_FOREACH (session, &vault->sessions->all, link) {
		snprintf(idle, sizeof(idle), "%llu",
		    (unsigned long long)(now_ms - session->active_ms) / 1000);
		operator_line(command, '+', session->customer,
		    session->kiosk.enrolled ? session->kiosk.name : "-",
		    session->connection != NULL ? session->connection->address
						: "lost",
		    wire_format_time(session->since_ms, since), idle, NULL);
	}
}

const struct operator_row operator_kiosks[] = {
	{ "kiosk add", 3, 3, false, add_start, add_apply, load_after, NULL },
	{ "kiosk rekey", 2, 2, false, add_start, rekey_apply, load_after,
	    NULL },
	{ "kiosk list", 0, 0, false, list_start, NULL, NULL, NULL },
	{ "kiosk revoke", 1, 1, false, NULL, revoke_apply, load_after, NULL },
	{ "sessions", 0, 0, false, sessions_start, NULL, NULL, NULL },
	{ .name = NULL },
};
