/* SPDX-License-Identifier: ISC */
/*
 * The records and the log's lines of bankctl's own commands.  By whom: the
 * user who runs bankctl, not the state's owner whom it became.
 */
#include "bankctl_note.h"

#include <pwd.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "../control/control_who.h"
#include "../store/store.h"
#include "bankctl.h"
#include "bankctl_client.h"

/* A bank that hangs keeps no backup waiting. */
#define PATIENCE_SECONDS 10

static const char *
reason_of(const struct bankctl *bankctl)
{
	return bankctl->reason != NULL ? bankctl->reason : "";
}

static void
find_me(struct control_who *who)
{
	const struct passwd *user = getpwuid(getuid());

	control_who_set(
	    who, (unsigned)getuid(), user != NULL ? user->pw_name : "");
}

static void
to_syslog(void *context, int priority, const char *line)
{
	(void)context;
	syslog(priority, "%s", line);
}

void
bankctl_note_log(
    const struct bankctl *bankctl, const char *verb, const char *on)
{
	static char name[] = "bankctl";
	struct control_who who;

	find_me(&who);
	openlog(name, LOG_PID, LOG_DAEMON);
	log_open(to_syslog, NULL, LOG_NOTICE);
	log_event(LOG_NOTICE, "operator", "command", LOG_TEXT(verb), "on",
	    LOG_TEXT(on != NULL ? on : "-"), "by", LOG_TEXT(who.by), "reason",
	    LOG_TEXT(reason_of(bankctl)), NULL);
	log_open(log_to_stderr, name, LOG_WARNING);
	closelog();
}

void
bankctl_note(const struct bankctl *bankctl, const char *verb, const char *on)
{
	const char *const words[] = { verb, on };
	struct bankctl patient = *bankctl;
	char *answer = NULL;
	int code;

	patient.wait_s = PATIENCE_SECONDS;
	code = bankctl_client_ask(
	    &patient, (int)NELEM(words) - (on == NULL), words, &answer);
	if (code == 0 && (code = control_get_code(answer)) != 0)
		bankctl_complain(
		    0, "%s: done, but the bank has no record of it", verb);
	free(answer);
	if (code != 0)
		bankctl_note_log(bankctl, verb, on);
}

int
bankctl_note_audit(
    const struct bankctl *bankctl, struct store *store, struct audit *audit)
{
	struct control_who who;

	find_me(&who);
	audit->time_ms = clock_real_ms();
	if (audit->time_ms < store_newest_ms(store))
		audit->time_ms = store_newest_ms(store);
	string_copy(audit->by, who.by, sizeof(audit->by));
	string_copy(audit->reason, reason_of(bankctl), sizeof(audit->reason));
	return store_audit(store, audit);
}

int
bankctl_note_write(const struct bankctl *bankctl, struct store *store,
    const char *verb, const char *detail)
{
	struct ledger_account *none[1];
	struct audit audit = { 0 };
	int error = store_begin(store, NULL, 0, none);

	string_copy(audit.verb, verb, sizeof(audit.verb));
	string_copy(audit.detail, detail, sizeof(audit.detail));
	if (error == 0)
		error = bankctl_note_audit(bankctl, store, &audit);
	if (error == 0)
		error = store_commit(store);
	if (error != 0)
		store_abort(store);
	return error;
}
