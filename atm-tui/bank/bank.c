/* SPDX-License-Identifier: ISC */
/*
 * What the kiosk asks of the bank: the calls of bank.h.  Part of atm-tui, on
 * its event loop.  Nothing here calls back: answers come from the loop, by
 * bank_connect.c and bank_session.c.
 */
#include "bank_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../base/intl.h"
#include "../base/options.h"

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
bank_why_down(const struct bank *bank)
{
	return bank->why_down;
}

const struct bank_session *
bank_session(const struct bank *bank)
{
	return &bank->session;
}

static int
bank_enter(struct bank *bank, uint8_t type, const char *id,
    bank_reply_fn *reply, void *context)
{
	const struct timeval limit = { BANK_ENTRY_SECONDS, 0 };

	bank->entry.type = type;
	bank->entry.reply = reply;
	bank->entry.context = context;
	string_copy(bank->entry.id, id, sizeof(bank->entry.id));
	evtimer_add(bank->entry_timer, &limit);
	if (bank->phase == PHASE_READY)
		bank_send_entry(bank);
	return 0;
}

int
bank_login(struct bank *bank, const char *id, const char *password,
    bank_reply_fn *reply, void *context)
{
	if (bank->in_session || bank->entry.type != 0)
		return BANK_EBUSY;
	if (!wire_is_id(id, strlen(id)) ||
	    !wire_is_password(password, strlen(password)))
		return BANK_EINVAL;
	snprintf(
	    bank->entry.text, sizeof(bank->entry.text), "%s\n%s", id, password);
	return bank_enter(bank, FRAME_LOGIN, id, reply, context);
}

int
bank_sign_up(struct bank *bank, const char *id, const char *password,
    const char *name, bank_reply_fn *reply, void *context)
{
	if (bank->in_session || bank->entry.type != 0)
		return BANK_EBUSY;
	if (!wire_is_id(id, strlen(id)) ||
	    !wire_is_password(password, strlen(password)) ||
	    !wire_is_name(name, strlen(name)))
		return BANK_EINVAL;
	snprintf(bank->entry.text, sizeof(bank->entry.text), "%s\n%s\n%s", id,
	    password, name);
	return bank_enter(bank, FRAME_OPEN, id, reply, context);
}

int
bank_request(
    struct bank *bank, const char *request, bank_reply_fn *reply, void *context)
{
	if (!bank->in_session)
		return BANK_ECLOSED;
	if (*request == '\0' || strlen(request) >= BANK_REQUEST_SIZE)
		return BANK_EINVAL;
	if (bank_job_new(bank, JOB_REQUEST, request, reply, context) == NULL)
		return BANK_ENOMEM;
	bank_jobs_send(bank);
	return 0;
}

int
bank_exit(struct bank *bank, bank_reply_fn *reply, void *context)
{
	return bank_request(bank, "3", reply, context);
}

int
bank_transact(struct bank *bank, const char *verb, const char *arguments,
    bank_reply_fn *reply, void *context)
{
	char request[BANK_REQUEST_SIZE], text[WIRE_TXID_TEXT];
	uint8_t txid[WIRE_TXID_SIZE];
	struct bank_note *note;
	struct bank_job *job;
	int length, error;

	if (!bank->in_session)
		return BANK_ECLOSED;
	error = wire_make_txid(bank_clock_ms(bank), txid);
	if (error != 0)
		return error;
	wire_format_txid(txid, text);
	length = snprintf(
	    request, sizeof(request), "%s %s %s", verb, text, arguments);
	if (length < 0 || (size_t)length >= sizeof(request))
		return BANK_EINVAL;
	error = bank_journal_add(
	    bank->journal, text, bank->session.id, request, &note);
	if (error != 0)
		return error;
	job = bank_job_new(bank, JOB_TRANSACTION, request, reply, context);
	if (job == NULL) {
		bank_note_done(note);
		return BANK_ENOMEM;
	}
	job->note = note;
	bank_jobs_send(bank);
	return 0;
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
	char port[8];

	callbacks.context = bank;
	snprintf(port, sizeof(port), "%d",
	    (int)config_number(bank->config, BANK_PORT));
	bank->wire = link_new(bank->base, bank->tls,
	    config_string(bank->config, BANK_HOST), port, &callbacks);
	return bank->wire != NULL;
}

static void
bank_take_notice(void *context, const char *text, size_t length)
{
	struct bank *bank = context;
	char words[NOTICES_TEXT_SIZE];

	(void)length;
	bank->callbacks.notice(bank->callbacks.context,
	    notices_describe(
		text, config_string(bank->config, SCREEN_CURRENCY), words));
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
	code = bank_setup_files(bank, error, size);
	if (code == 0 && callbacks->notice != NULL &&
	    config_number(config, NOTICES_BY) != NOTICES_OFF) {
		bank->notices = notices_new(base, bank_take_notice, bank);
		code = bank->notices == NULL ? BANK_ENOMEM : 0;
	}
	if (code == 0 && (!bank_make_events(bank) || !bank_make_link(bank)))
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
