/* SPDX-License-Identifier: ISC */
/*
 * The way to the bank: connect, be greeted, log in or resume, try again.
 * Part of atm-tui, on its event loop.  One table says which frame may come
 * in which phase; whatever else comes is a lost link, never an answer.
 */
#include "bank_connect.h"

#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/crypt/channel_certificate.h"
#include "../../shared/base/log.h"
#include "../../shared/crypt/openssl_error.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reply.h"
#include "../base/intl.h"
#include "bank_entry.h"
#include "bank_report.h"
#include "bank_reversal.h"
#include "bank_session.h"
#include "bank_state.h"
#include "bank_turn.h"
#include "notices.h"

#define ANSWER_SECONDS 15 /* without an answer: the link is lost */
#define ENTRY_SECONDS 4   /* the same of a login that may go elsewhere */
#define NONSENSE_MAX 5    /* in a row, of a session */

static const struct {
	int error;
	const char *why;
} link_failures[] = {
	{ BANK_ECLOCK, N_("this machine's clock is wrong") },
	{ BANK_EEXPIRED,
	    N_("the bank's certificate has expired, or this machine's clock is "
	       "wrong") },
	{ BANK_ECRYPTO,
	    N_("this machine's OpenSSL does not work with the bank's") },
	{ BANK_ECERT, N_("this machine does not trust that bank") },
	{ BANK_ENOTFOUND, N_("the bank's address can't be found") },
	{ BANK_ETIMEOUT, N_("the bank does not answer") },
	{ BANK_EINVAL, N_("the bank's answer can't be understood") },
};

static const char *const unreached = N_("the bank can't be reached");

static const char *
link_why(int error)
{
	for (size_t i = 0; i < NELEM(link_failures); i++)
		if (link_failures[i].error == error)
			return link_failures[i].why;
	return unreached;
}

static bool
is_up(enum bank_link state)
{
	return state == BANK_LINK_READY || state == BANK_LINK_SESSION;
}

void
bank_set_state(struct bank *bank, enum bank_link state, const char *why)
{
	if (is_up(bank->state) && !is_up(state))
		bank->down_since_ms = clock_real_ms();
	if (bank->state == state && state != BANK_LINK_DOWN)
		return;
	bank->state = state;
	if (why != NULL)
		bank->why_down = why == unreached ? NULL : why;
	if (bank->callbacks.link != NULL)
		bank->callbacks.link(bank->callbacks.context, state);
}

/* Something must come from the bank by then, or the link is lost. */
void
bank_await_answer(struct bank *bank, bool waiting)
{
	const bool elsewhere = bank->phase == PHASE_ENTERING &&
	    bank->entry.type == FRAME_LOGIN &&
	    bank->entry.sent < bank->hosts.count;
	const struct timeval limit = {
		elsewhere ? ENTRY_SECONDS : ANSWER_SECONDS, 0
	};

	if (waiting)
		evtimer_add(bank->answer_timer, &limit);
	else
		evtimer_del(bank->answer_timer);
}

/*
 * The link went down in a session: what is unanswered will be asked again
 * when it is resumed, within the bank's grace time.
 */
static void
bank_begin_grace(struct bank *bank, const char *why)
{
	const struct timeval grace = { bank->session.grace_s, 0 };

	bank_jobs_not_in_flight(bank);
	if (!evtimer_pending(bank->grace_timer, NULL))
		evtimer_add(bank->grace_timer, &grace);
	bank_set_state(bank, BANK_LINK_RESUMING, why);
}

void
bank_link_lost(struct bank *bank, const char *why)
{
	enum bank_phase phase = bank->phase;
	bool greeted = bank->greeted_ms != 0;
	bool turns;

	link_close(bank->wire);
	bank->phase = PHASE_CLOSED;
	bank_await_answer(bank, false);
	if (phase == PHASE_REPORTING)
		bank_report_lost(bank);
	if (bank->notices != NULL)
		notices_close(bank->notices);
	seal_wipe(&bank->keys);
	log_event(LOG_INFO, "link_lost", "why", LOG_TEXT(why), NULL);
	if (!bank->in_session && !(greeted && phase == PHASE_READY))
		bank_leave_host(bank);
	turns = bank->tried < bank->hosts.count;
	bank_schedule(bank);
	if (bank->in_session) {
		bank_begin_grace(bank, why);
		return;
	}
	/*
	 * An unanswered login is sent once more, and to each host: at worst a
	 * wrong password counts so often.  A sign-up isn't: its repeat would
	 * say "taken".
	 */
	if (phase == PHASE_ENTERING &&
	    (bank->entry.type != FRAME_LOGIN ||
		bank->entry.sent > bank->hosts.count))
		bank_entry_end(bank, BANK_LOST, NULL, 0);
	bank_set_state(bank,
	    greeted || turns ? BANK_LINK_CONNECTING : BANK_LINK_DOWN, why);
}

/*
 * Resumed, one may go on as before, for ever: a session isn't kept for what
 * never answers a request.
 */
void
bank_link_spoilt(struct bank *bank)
{
	bank_link_lost(bank, link_why(BANK_EINVAL));
	if (bank->in_session && ++bank->nonsense >= NONSENSE_MAX)
		bank_session_fail(bank, BANK_LOST);
}

static void
on_greeting(struct bank *bank, const struct frame *frame)
{
	bank_await_answer(bank, false);
	memcpy(bank->nonce, frame->body, sizeof(bank->nonce));
	if (link_binding(bank->wire, bank->binding) != 0) {
		bank_link_lost(bank, link_why(BANK_ECRYPTO));
		return;
	}
	bank->phase = PHASE_READY;
	bank->tried = 0;
	if (bank->greeted_ms == 0)
		bank->greeted_ms = clock_steady_ms();
	if (bank->in_session) {
		bank_send_resume(bank);
		return;
	}
	if (bank_reversal_send(bank))
		return;
	bank_set_state(bank, BANK_LINK_READY, NULL);
	if (bank->phase == PHASE_READY && bank->entry.type != 0)
		bank_send_entry(bank);
	else
		bank_report_send(bank);
}

/*
 * A plain E.  Its words are taken from our own table, by code: nobody
 * vouches for those in it.
 */
static enum wire_reply
error_reply(const struct frame *frame)
{
	static const enum wire_reply heeded[] = { WIRE_LOGIN_REFUSED,
		WIRE_NOT_ALLOWED, WIRE_LOCKED, WIRE_TOO_MANY_SESSIONS,
		WIRE_PROTOCOL_ERROR, WIRE_UNAVAILABLE };
	struct wire_reader reader;

	if (wire_read(&reader, (const char *)frame->body, frame->body_length) !=
	    0)
		return WIRE_PROTOCOL_ERROR;
	for (size_t i = 0; i < NELEM(heeded); i++)
		if (wire_reply_code(heeded[i]) == reader.code)
			return heeded[i];
	return WIRE_PROTOCOL_ERROR;
}

static void
on_turned_away(struct bank *bank, const struct frame *frame)
{
	bank->greeted_ms = 0;
	bank_link_lost(bank, wire_reply_text(error_reply(frame)));
}

void
bank_await_greeting(struct bank *bank)
{
	seal_wipe(&bank->keys);
	OPENSSL_cleanse(bank->k, sizeof(bank->k));
	bank->phase = PHASE_GREETING;
	bank_await_answer(bank, true);
}

static void
on_refused(struct bank *bank, const struct frame *frame)
{
	enum wire_reply refusal = error_reply(frame);
	char text[INTL_REPLY_SIZE];
	struct wire_writer writer;
	int length;

	if (refusal == WIRE_PROTOCOL_ERROR) {
		bank_link_spoilt(bank);
		return;
	}
	if (refusal == WIRE_UNAVAILABLE && bank->entry.type == FRAME_LOGIN &&
	    bank->entry.sent < bank->hosts.count) {
		bank_link_lost(bank, wire_reply_text(refusal));
		return;
	}
	wire_begin(&writer, text, sizeof(text), refusal);
	length = wire_finish(&writer);
	bank_await_greeting(bank);
	bank_entry_end(bank, BANK_REFUSED, text, (size_t)length);
}

int
bank_open_sealed(struct bank *bank, const struct frame *frame)
{
	int length = seal_open(&bank->keys.down, FRAME_SEALED, frame->body,
	    frame->body_length, bank->text, sizeof(bank->text));

	if (length < 0)
		bank_link_spoilt(bank);
	return length;
}

static void
on_entered(struct bank *bank, const struct frame *frame)
{
	int length = bank_open_sealed(bank, frame);

	if (length < 0)
		return;
	bank->backoff_ms = BANK_BACKOFF_FIRST_MS;
	bank_await_answer(bank, false);
	if (bank->entry.type == FRAME_OPEN) {
		bank_await_greeting(bank);
		bank_entry_end(bank, BANK_ANSWERED, bank->text, (size_t)length);
		return;
	}
	if (bank_session_begin(bank, (size_t)length) != 0)
		bank_link_spoilt(bank);
}

static void
on_resumed(struct bank *bank, const struct frame *frame)
{
	struct wire_reader reader;
	int length = bank_open_sealed(bank, frame);

	if (length < 0)
		return;
	bank_await_answer(bank, false);
	if (wire_read(&reader, bank->text, (size_t)length) != 0 ||
	    reader.code != wire_reply_code(WIRE_RESUMED) ||
	    bank_session_resumed(bank, &reader) != 0)
		bank_link_spoilt(bank);
}

/*
 * Where the bank takes no more R of this kiosk's for now the session may live
 * on, but not for us: the customer logs in anew, and what became of a
 * transaction is asked then.
 */
static void
on_resume_refused(struct bank *bank, const struct frame *frame)
{
	enum wire_reply refusal = error_reply(frame);
	bool too_many = refusal == WIRE_TOO_MANY_SESSIONS;

	if (too_many || refusal == WIRE_LOGIN_REFUSED ||
	    refusal == WIRE_NOT_ALLOWED) {
		bank_await_greeting(bank);
		bank_session_fail(bank, too_many ? BANK_LOST : BANK_OVER);
	} else
		bank_link_lost(bank, wire_reply_text(refusal));
}

static void
on_reply(struct bank *bank, const struct frame *frame)
{
	int length = bank_open_sealed(bank, frame);

	if (length >= 0)
		bank_session_reply(bank, (size_t)length);
}

/* What may come when.  Everything else is a lost link. */
static const struct {
	enum bank_phase phase;
	uint8_t type;
	void (*take)(struct bank *, const struct frame *);
} frame_table[] = {
	{ PHASE_GREETING, FRAME_GREETING, on_greeting },
	{ PHASE_GREETING, FRAME_ERROR, on_turned_away },
	{ PHASE_READY, FRAME_ERROR, on_turned_away },
	{ PHASE_ENTERING, FRAME_SEALED, on_entered },
	{ PHASE_ENTERING, FRAME_ERROR, on_refused },
	{ PHASE_REVERSING, FRAME_SEALED, bank_reversal_answered },
	{ PHASE_REVERSING, FRAME_ERROR, bank_reversal_refused },
	{ PHASE_REPORTING, FRAME_SEALED, bank_report_answered },
	{ PHASE_REPORTING, FRAME_ERROR, bank_report_refused },
	{ PHASE_RESUMING, FRAME_SEALED, on_resumed },
	{ PHASE_RESUMING, FRAME_ERROR, on_resume_refused },
	{ PHASE_SESSION, FRAME_SEALED, on_reply },
};

static void
bank_take_frame(void *context, const struct frame *frame)
{
	struct bank *bank = context;

	for (size_t i = 0; i < NELEM(frame_table); i++)
		if (frame_table[i].phase == bank->phase &&
		    frame_table[i].type == frame->type) {
			frame_table[i].take(bank, frame);
			return;
		}
	bank_link_spoilt(bank);
}

const struct channel_validity *
bank_validity(const struct bank *bank)
{
	const struct channel_validity *validity = link_validity(bank->wire);

	return validity->found ? validity : NULL;
}

/* A chore, or a clock: no alarm, and nothing that a stranger did. */
static void
log_validity(const struct channel_validity *validity, int error)
{
	const bool early = error == BANK_ECLOCK;
	char when[CHANNEL_TIME_SIZE], clock[CHANNEL_TIME_SIZE];

	log_event(LOG_WARNING,
	    early ? "certificate_not_yet_valid" : "certificate_expired",
	    "which", LOG_TEXT(validity->anchor ? "bank.crt" : "leaf"),
	    early ? "begins" : "ended",
	    LOG_TEXT(channel_time_text(
		early ? validity->begins : validity->ends, when)),
	    "clock", LOG_TEXT(channel_time_text(time(NULL), clock)), NULL);
}

static void
log_openssl(void)
{
	char file[256];

	openssl_error_file(file, sizeof(file));
	log_event(LOG_ERR, "openssl", "reason",
	    LOG_TEXT(openssl_error_reason()), file[0] != '\0' ? "file" : NULL,
	    LOG_TEXT(file), NULL);
}

static void
bank_take_loss(void *context, int error)
{
	struct bank *bank = context;
	const struct channel_validity *validity = bank_validity(bank);

	if (validity != NULL &&
	    (error == BANK_ECLOCK || error == BANK_EEXPIRED))
		log_validity(validity, error);
	else if (error == BANK_ECRYPTO)
		log_openssl();
	/* A host that fell silent is no host to begin with. */
	if (error == BANK_ETIMEOUT && bank->hosts.count > 1)
		bank->greeted_ms = 0;
	if (error == BANK_EINVAL)
		bank_link_spoilt(bank);
	else
		bank_link_lost(bank, link_why(error));
}

const struct link_callbacks bank_link_callbacks = {
	.frame = bank_take_frame,
	.lost = bank_take_loss,
};
