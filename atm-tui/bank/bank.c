/* SPDX-License-Identifier: ISC */
/*
 * The life of the bank as the kiosk has it: its beginning, its timers, its
 * end.  Part of atm-tui, on its event loop.  The certificate, the key and the
 * directory of notes are read before anything is drawn; where one is missing,
 * it says what to do.
 */
#include "bank.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/clock.h"
#include "../base/intl.h"
#include "../base/options.h"
#include "bank_connect.h"
#include "bank_entry.h"
#include "bank_files.h"
#include "bank_journal.h"
#include "bank_report.h"
#include "bank_reversal.h"
#include "bank_session.h"
#include "bank_state.h"
#include "bank_turn.h"
#include "notices.h"

#define NOTICES_OFF 2 /* of notices.by = udp tls off */

enum bank_link
bank_link_state(const struct bank *bank)
{
	return bank->state;
}

unsigned
bank_next_try(const struct bank *bank)
{
	uint64_t now = clock_steady_ms();

	if (bank->state != BANK_LINK_DOWN || bank->next_try_ms <= now)
		return 0;
	return (unsigned)((bank->next_try_ms - now + 999) / 1000);
}

uint64_t
bank_down_since_ms(const struct bank *bank)
{
	return bank->down_since_ms;
}

const char *
bank_host_name(const struct bank *bank)
{
	return bank->hosts.count > 1 ? bank->hosts.host[bank->at].name : NULL;
}

const char *
bank_why_down(const struct bank *bank)
{
	return bank->why_down;
}

static void
bank_retry_due(int fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	bank_connect(argument);
}

static void
bank_answer_late(int fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	bank_link_lost(argument, N_("the bank does not answer"));
}

static void
bank_entry_late(int fd, short what, void *argument)
{
	struct bank *bank = argument;

	(void)fd;
	(void)what;
	if (bank->in_session) {
		bank_session_fail(bank, BANK_LOST);
		return;
	}
	bank_entry_end(bank, BANK_LOST, NULL, 0);
	if (bank->phase == PHASE_ENTERING)
		bank_link_lost(bank, N_("the bank does not answer"));
}

static void
bank_grace_over(int fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	bank_turn_to_next(argument);
	bank_session_fail(argument, BANK_LOST);
}

static bool
bank_make_events(struct bank *bank)
{
	struct event_base *base = bank->base;

	bank->retry = evtimer_new(base, bank_retry_due, bank);
	bank->answer_timer = evtimer_new(base, bank_answer_late, bank);
	bank->entry_timer = evtimer_new(base, bank_entry_late, bank);
	bank->grace_timer = evtimer_new(base, bank_grace_over, bank);
	return bank->retry != NULL && bank->answer_timer != NULL &&
	    bank->entry_timer != NULL && bank->grace_timer != NULL;
}

static bool
bank_make_link(struct bank *bank)
{
	struct link_callbacks callbacks = bank_link_callbacks;

	callbacks.context = bank;
	bank->wire = link_new(bank->base, bank->tls, &callbacks);
	return bank->wire != NULL;
}

static void
bank_take_notice(void *context, const char *text, size_t length)
{
	struct bank *bank = context;
	struct sentence what;

	(void)length;
	if (notices_describe(text, &what))
		bank->callbacks.notice(bank->callbacks.context, &what);
}

static int
setup_journal(struct bank *bank, char *error, size_t size)
{
	const char *path = config_string(bank->config, KIOSK_STATE);
	int result = bank_journal_open(&bank->journal, path);

	if (result == 0 && bank->kiosk_key != NULL)
		bank_journal_set_kiosk(
		    bank->journal, config_string(bank->config, KIOSK_NAME));
	if (result == 0)
		return 0;
	snprintf(error, size,
	    _("kiosk.state: %s: %s; transactions under way "
	      "are noted in this directory"),
	    path,
	    result == BANK_ESYS ? strerror(errno) : bank_strerror(result));
	return BANK_ESYS;
}

static int
setup_files(struct bank *bank, char *error, size_t size)
{
	int result = bank_hosts_read(&bank->hosts, bank->config, error, size);

	if (result == 0)
		result = bank_read_certificate(
		    bank->config, &bank->tls, &bank->bank_public, error, size);
	if (result == 0)
		result = bank_read_kiosk_key(
		    bank->config, &bank->kiosk_key, error, size);
	if (result == 0)
		result = setup_journal(bank, error, size);
	return result;
}

int
bank_new(struct bank **result, struct event_base *base,
    const struct config *config, const struct bank_callbacks *callbacks,
    char *error, size_t size)
{
	struct bank *bank = calloc(1, sizeof(*bank));
	int code, saved;

	if (bank == NULL) {
		snprintf(error, size, "%s", bank_strerror(BANK_ENOMEM));
		return BANK_ENOMEM;
	}
	bank->base = base;
	bank->config = config;
	bank->callbacks = *callbacks;
	bank->backoff_ms = BANK_BACKOFF_FIRST_MS;
	bank->down_since_ms = clock_real_ms();
	bank->state = BANK_LINK_CONNECTING;
	TAILQ_INIT(&bank->jobs);
	code = setup_files(bank, error, size);
	if (code == 0 && callbacks->notice != NULL &&
	    config_number(config, NOTICES_BY) != NOTICES_OFF) {
		bank->notices = notices_new(base, bank_take_notice, bank);
		code = bank->notices == NULL ? BANK_ENOMEM : 0;
	}
	if (code == 0 && (!bank_make_events(bank) || !bank_make_link(bank)))
		code = BANK_ENOMEM;
	if (code == 0 && (bank->reports = bank_report_open(bank)) == NULL)
		code = BANK_ENOMEM;
	if (code == 0)
		code = bank_reversal_open(bank);
	if (code != 0) {
		if (code == BANK_ENOMEM)
			snprintf(error, size, "%s", bank_strerror(code));
		saved = errno;
		bank_free(bank);
		errno = saved;
		return code;
	}
	bank_connect(bank);
	*result = bank;
	return 0;
}

static void
bank_free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

void
bank_free(struct bank *bank)
{
	struct bank_job *job;

	if (bank == NULL)
		return;
	while ((job = TAILQ_FIRST(&bank->jobs)) != NULL)
		bank_job_free(bank, job);
	bank_reversal_close(bank);
	bank_report_close(bank->reports);
	notices_free(bank->notices);
	link_free(bank->wire);
	bank_free_event(bank->retry);
	bank_free_event(bank->answer_timer);
	bank_free_event(bank->entry_timer);
	bank_free_event(bank->grace_timer);
	seal_wipe(&bank->keys);
	SSL_CTX_free(bank->tls);
	EVP_PKEY_free(bank->bank_public);
	EVP_PKEY_free(bank->kiosk_key);
	bank_journal_close(bank->journal);
	free(bank->entry.answer);
	OPENSSL_cleanse(bank, sizeof(*bank));
	free(bank);
}
