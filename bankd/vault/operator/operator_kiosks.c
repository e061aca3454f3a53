/* SPDX-License-Identifier: ISC */
/*
 * The operator's commands about kiosks, sessions and hosts (the vault's).
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/number.h"
#include "../../../shared/base/util.h"
#include "../../../shared/base/zone.h"
#include "operator.h"
#include "operator_checks.h"
#include "operator_notes.h"
#include "operator_row.h"
#include "../core/vault_state.h"
#include "../../store/kiosks.h"
#include "../../store/store_hosts.h"
#include "../../store/store_kiosks.h"

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

	if (!operator_can_write(books, command))
		return;
	error = store_kiosk_put(books->store, kiosk);
	kiosks_tell(
	    kiosk, command->audit.detail, sizeof(command->audit.detail));
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
	struct kiosks_known known;

	operator_line(command, '=',
	    TEXTS("name", "cash", "state", "seen", "address", "version",
		"stock", "key"));
	for (size_t i = 0; i < vault->books->kiosks->count; i++) {
		kiosk = &vault->books->kiosks->list[i];
		kiosks_look_up(vault->books->kiosks, vault->books->store,
		    kiosk->name, &known);
		hex_encode(kiosk->public_key, KIOSK_PUBLIC_SIZE, key);
		operator_line(command, '+',
		    TEXTS(kiosk->name, kiosk->cash ? "yes" : "no",
			kiosk->revoked ? "revoked" : "enrolled", known.seen,
			known.address, known.software, known.notes, key));
	}
}

static void
sessions_start(struct vault *vault, struct operator_command *command)
{
	char since[ZONE_TIME_TEXT], idle[24];
	const struct session *session;
	uint64_t now_ms = clock_steady_ms();

	operator_line(
	    command, '=', TEXTS("id", "kiosk", "address", "since", "idle"));
	TAILQ_FOREACH (session, &vault->sessions->all, link) {
		snprintf(idle, sizeof(idle), "%llu",
		    (unsigned long long)(now_ms - session->active_ms) / 1000);
		operator_line(command, '+',
		    TEXTS(session->customer,
			session->kiosk.enrolled ? session->kiosk.name : "-",
			session->connection != NULL
			    ? session->connection->address
			    : "lost",
			zone_text(session->since_ms, since), idle));
	}
}

/* What a host that won't come back had begun to compare, and never did. */
static void
forget_start(struct vault *vault, struct operator_command *command)
{
	struct store *store = vault->books->store;
	uint64_t host;
	int error;

	if (number_parse(command->args[0], 1, UINT32_MAX, &host) != 0)
		operator_fail(command, EX_USAGE, "a host is a number from 1");
	else if (!store_is_shared(store) || host == vault->where.host)
		operator_fail(command, EX_DATAERR,
		    "this is the host itself, or a bank of one host");
	else if ((error = store_take_back(store, (uint32_t)host)) != 0)
		operator_fail(command, EX_UNAVAILABLE, "%s",
		    error == BANK_EAWAY ? store_why(store)
					: bank_strerror(error));
}

const struct operator_row operator_kiosks[] = {
	{ .name = "hosts forget",
	    .least = 1,
	    .most = 1,
	    .roles = CONTROL_ADMIN,
	    .wants_reason = true,
	    .is_audited = true,
	    .is_note = true,
	    .details = 1,
	    .start = forget_start,
	    .apply = operator_note_apply },
	{ .name = "kiosk add",
	    .least = 3,
	    .most = 3,
	    .roles = CONTROL_SUPERVISOR,
	    .wants_reason = true,
	    .is_audited = true,
	    .start = add_start,
	    .apply = add_apply,
	    .after = load_after },
	{ .name = "kiosk rekey",
	    .least = 2,
	    .most = 2,
	    .roles = CONTROL_SUPERVISOR,
	    .wants_reason = true,
	    .is_audited = true,
	    .start = add_start,
	    .apply = rekey_apply,
	    .after = load_after },
	{ .name = "kiosk list", .start = list_start },
	{ .name = "kiosk revoke",
	    .least = 1,
	    .most = 1,
	    .roles = CONTROL_SUPERVISOR,
	    .wants_reason = true,
	    .is_audited = true,
	    .apply = revoke_apply,
	    .after = load_after },
	{ .name = "sessions", .start = sessions_start },
	{ .name = NULL },
};
