/* SPDX-License-Identifier: ISC */
/*
 * A session with the bank: requests in order, answers, what was left over,
 * notices, and the end.  Part of atm-tui, on its event loop.
 *
 * A transaction's note goes from the disk when the bank has answered it
 * under seal, and stays for the next login where the session ends without.
 */
#include "bank_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reply.h"
#include "../base/options.h"
#include "bank_connect.h"
#include "bank_entry.h"
#include "bank_journal.h"
#include "bank_reversal.h"
#include "bank_state.h"
#include "bank_turn.h"
#include "link.h"
#include "news.h"
#include "notices.h"

uint64_t
bank_clock_ms(const struct bank *bank)
{
	return clock_steady_ms() + bank->clock_offset_ms;
}

static void
on_notify(void *context, const struct bank_reply *reply)
{
	struct bank *bank = context;
	uint8_t key_id[4];
	char text[9];

	if (reply->outcome == BANK_ANSWERED && reply->reader.code == 200 &&
	    wire_find(&reply->reader, "key-id", text, sizeof(text)) == 0 &&
	    hex_decode(text, strlen(text), key_id, sizeof(key_id)) == 0)
		notices_arm(bank->notices, key_id, &bank->keys.notice);
}

/* First in the queue: nothing may follow an Exit that waits in it. */
static void
bank_notify(struct bank *bank)
{
	static const char *const ways[] = { "udp", "tls" };
	char request[BANK_REQUEST_SIZE];
	struct bank_job *job;
	const char *way;
	int port;

	if (bank->notices == NULL)
		return;
	way = ways[config_number(bank->config, NOTICES_BY)];
	snprintf(request, sizeof(request), "NOTIFY %s", way);
	if (strcmp(way, "udp") == 0) {
		port = notices_listen(bank->notices, link_fd(bank->wire));
		if (port < 0)
			return;
		snprintf(request, sizeof(request), "NOTIFY udp %d", port);
	}
	job = bank_job_new(bank, JOB_NOTIFY, request, on_notify, bank);
	if (job == NULL)
		return;
	TAILQ_REMOVE(&bank->jobs, job, link);
	TAILQ_INSERT_HEAD(&bank->jobs, job, link);
}

static int
read_number(const struct wire_reader *reader, const char *key, uint64_t limit,
    uint64_t *number)
{
	char text[21];
	int error = wire_find(reader, key, text, sizeof(text));

	return error != 0 ? error : number_parse(text, 0, limit, number);
}

/* What L and R both say. */
static int
bank_set_clock(struct bank *bank, const struct wire_reader *reader)
{
	uint64_t time_ms;

	if (read_number(reader, "time-ms", INT64_MAX, &time_ms) != 0)
		return BANK_EINVAL;
	bank->clock_offset_ms = time_ms - clock_steady_ms();
	return 0;
}

static int
bank_read_session(struct bank *bank, const struct wire_reader *reader)
{
	struct bank_session *session = &bank->session;
	uint64_t failed = 0, grace = 60;
	char number[2 * FRAME_SESSION_SIZE + 1], cash[4] = "";
	char change[4] = "";

	if (wire_find(reader, "session", number, sizeof(number)) != 0 ||
	    hex_decode(number, strlen(number), bank->number,
		sizeof(bank->number)) != 0 ||
	    bank_set_clock(bank, reader) != 0)
		return BANK_EINVAL;
	if (read_number(reader, "failed", UINT32_MAX, &failed) != 0 ||
	    read_number(reader, "grace", 86400, &grace) != 0)
		return BANK_EINVAL;
	memset(session, 0, sizeof(*session));
	string_copy(session->id, bank->entry.id, sizeof(session->id));
	session->failed = (unsigned)failed;
	session->grace_s = (unsigned)grace;
	if (wire_find(reader, "name", session->name, sizeof(session->name)) !=
		0 ||
	    !wire_is_name(session->name, strlen(session->name)))
		session->name[0] = '\0';
	wire_find(reader, "last-login", session->last_login,
	    sizeof(session->last_login));
	wire_find(reader, "kiosk", session->kiosk, sizeof(session->kiosk));
	wire_find(reader, "cash", cash, sizeof(cash));
	session->cash = strcmp(cash, "yes") == 0;
	wire_find(reader, "change-password", change, sizeof(change));
	session->must_change = strcmp(change, "yes") == 0;
	return 0;
}

/* The login is told: what was left over is settled, notices come next. */
static void
bank_session_ready(struct bank *bank)
{
	bank_notify(bank);
	bank_jobs_send(bank);
	bank_set_state(bank, BANK_LINK_SESSION, NULL);
	bank_entry_end(
	    bank, BANK_ANSWERED, bank->entry.answer, bank->entry.answer_length);
}

/* Asks what became of what was left over of this customer's. */
static int
bank_ask_left_over(struct bank *bank)
{
	struct bank_note *note, *next;
	int count = bank_journal_left(bank->journal, bank->session.id, &note);

	if (count < 0)
		log_event(LOG_WARNING, "notes_unreadable", "error",
		    LOG_TEXT(bank_strerror(count)), NULL);
	for (; note != NULL; note = next) {
		char request[BANK_REQUEST_SIZE];
		struct bank_job *job;

		next = note->next;
		if (bank_note_is_withdrawal(note) && bank->kiosk_key != NULL) {
			bank_reversal_take(bank, note);
			count--;
			continue;
		}
		snprintf(request, sizeof(request), "OUTCOME %s", note->txid);
		job = bank_job_new(bank, JOB_OUTCOME, request, NULL, NULL);
		if (job == NULL) {
			bank_note_leave(note);
			continue;
		}
		job->note = note;
	}
	return count;
}

int
bank_session_begin(struct bank *bank, size_t length)
{
	struct wire_reader reader;

	if (wire_read(&reader, bank->text, length) != 0 ||
	    reader.code != wire_reply_code(WIRE_LOGIN_OK) ||
	    bank_read_session(bank, &reader) != 0)
		return BANK_EINVAL;
	bank->entry.answer = malloc(length + 1);
	if (bank->entry.answer == NULL)
		return BANK_ENOMEM;
	memcpy(bank->entry.answer, bank->text, length);
	bank->entry.answer[length] = '\0';
	bank->entry.answer_length = length;
	OPENSSL_cleanse(bank->entry.text, sizeof(bank->entry.text));
	bank->in_session = true;
	bank->nonsense = 0;
	bank->phase = PHASE_SESSION;
	if (bank_ask_left_over(bank) > 0)
		bank_jobs_send(bank);
	else
		bank_session_ready(bank);
	return 0;
}

int
bank_session_resumed(struct bank *bank, const struct wire_reader *reader)
{
	if (bank_set_clock(bank, reader) != 0)
		return BANK_EINVAL;
	/* Otherwise the grace time ends with the next answer: a bank that
	 * resumes but never answers must not hold the kiosk for ever. */
	if (TAILQ_EMPTY(&bank->jobs))
		evtimer_del(bank->grace_timer);
	bank->phase = PHASE_SESSION;
	if (bank->entry.type == 0)
		bank_notify(bank);
	bank_jobs_send(bank);
	if (bank->entry.type == 0)
		bank_set_state(bank, BANK_LINK_SESSION, NULL);
	return 0;
}

/* Forgets all that the session was, but for the jobs. */
static void
bank_session_wipe(struct bank *bank)
{
	bank->in_session = false;
	evtimer_del(bank->grace_timer);
	bank_await_answer(bank, bank->phase == PHASE_GREETING);
	if (bank->notices != NULL)
		notices_close(bank->notices);
	seal_wipe(&bank->keys);
	OPENSSL_cleanse(bank->k, sizeof(bank->k));
	OPENSSL_cleanse(bank->number, sizeof(bank->number));
	OPENSSL_cleanse(&bank->session, sizeof(bank->session));
}

/* Leaves this connection and makes a new one for the next customer. */
static void
bank_connect_anew(struct bank *bank)
{
	link_close(bank->wire);
	evtimer_del(bank->retry);
	bank->greeted_ms = 0;
	bank_connect(bank);
}

void
bank_session_fail(struct bank *bank, enum bank_outcome outcome)
{
	bool told = bank->entry.type == 0;

	bank_session_wipe(bank);
	if (bank->phase != PHASE_GREETING && bank->phase != PHASE_CLOSED)
		bank_connect_anew(bank);
	bank_set_state(bank,
	    bank->phase == PHASE_CLOSED ? BANK_LINK_DOWN : BANK_LINK_CONNECTING,
	    NULL);
	outcome = bank_jobs_end(bank, outcome);
	if (!told)
		bank_entry_end(bank, BANK_LOST, NULL, 0);
	else if (bank->callbacks.session_over != NULL)
		bank->callbacks.session_over(bank->callbacks.context, outcome);
}

/* 200 and 404 settle it; anything else is asked at the next login again. */
static void
bank_settle(struct bank *bank, struct bank_job *job, int code)
{
	struct sentence what;

	if (code != wire_reply_code(WIRE_DONE) &&
	    code != wire_reply_code(WIRE_NO_TRANSACTION))
		return;
	if (bank->callbacks.settled != NULL &&
	    news_settled(
		&what, job->note->request, code == wire_reply_code(WIRE_DONE)))
		bank->callbacks.settled(bank->callbacks.context, &what);
	bank_note_done(job->note);
	job->note = NULL;
}

static bool
bank_is_settling(const struct bank *bank)
{
	const struct bank_job *job = TAILQ_FIRST(&bank->jobs);

	return job != NULL && job->kind == JOB_OUTCOME;
}

/* Whether this request, answered so, has ended the session. */
static bool
bank_job_ends_session(const struct bank_job *job, int code)
{
	return code == 200 &&
	    (strcmp(job->request, "3") == 0 ||
		strcmp(job->request, "CLOSE") == 0);
}

/* From then on the session may do everything, and hear of it. */
static bool
bank_password_changed(
    const struct bank *bank, const struct bank_job *job, int code)
{
	return code == 200 && bank->session.must_change &&
	    strncmp(job->request, "PASSWORD ", strlen("PASSWORD ")) == 0;
}

/* What the answer says of the request's note. */
static void
bank_job_note_answered(
    struct bank *bank, struct bank_job *job, const struct bank_reply *reply)
{
	struct bank_note *note = job->note;

	if (job->kind == JOB_OUTCOME) {
		bank_settle(bank, job, reply->reader.code);
		return;
	}
	job->note = NULL;
	if (job->kind == JOB_REVERSE)
		bank_withdrawal_reversed(bank, note, &reply->reader);
	else if (note != NULL && reply->reader.code == 200 &&
	    bank_note_is_withdrawal(note))
		bank_withdrawal_booked(bank, note, &reply->reader);
	else if (note != NULL)
		bank_note_done(note);
}

static void
bank_job_answered(
    struct bank *bank, struct bank_job *job, const struct bank_reply *reply)
{
	bank_reply_fn *tell = job->reply;
	void *context = job->context;
	bool ends = bank_job_ends_session(job, reply->reader.code);

	bank_job_note_answered(bank, job, reply);
	bank_job_free(bank, job);
	if (ends) {
		bank_connect_anew(bank);
		bank_session_wipe(bank);
		bank_set_state(bank, BANK_LINK_CONNECTING, NULL);
	}
	if (tell != NULL)
		tell(context, reply);
	if (ends)
		(void)bank_jobs_end(bank, BANK_OVER);
}

void
bank_session_reply(struct bank *bank, size_t length)
{
	struct bank_reply reply = { .outcome = BANK_ANSWERED };
	struct bank_job *job = TAILQ_FIRST(&bank->jobs);
	char notice[SEAL_DATAGRAM_TEXT + 1];
	bool changed;

	if (wire_read(&reply.reader, bank->text, length) != 0) {
		bank_link_spoilt(bank);
		return;
	}
	if (reply.reader.code == wire_reply_code(WIRE_NOTICE)) {
		if (bank->notices != NULL &&
		    wire_find(
			&reply.reader, "notice", notice, sizeof(notice)) == 0)
			notices_take(bank->notices, notice, strlen(notice));
		return;
	}
	if (job == NULL || !job->in_flight) {
		bank_link_spoilt(bank);
		return;
	}
	evtimer_del(bank->grace_timer);
	if (job->kind != JOB_NOTIFY) {
		bank->backoff_ms = BANK_BACKOFF_FIRST_MS;
		bank->nonsense = 0;
	}
	bank_await_answer(bank,
	    TAILQ_NEXT(job, link) != NULL && TAILQ_NEXT(job, link)->in_flight);
	changed = bank_password_changed(bank, job, reply.reader.code);
	if (changed)
		bank->session.must_change = false;
	bank_job_answered(bank, job, &reply);
	if (changed && bank->in_session)
		bank_notify(bank);
	if (bank->in_session && bank->entry.type != 0 &&
	    !bank_is_settling(bank))
		bank_session_ready(bank);
	bank_jobs_send(bank);
}
