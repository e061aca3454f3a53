/* SPDX-License-Identifier: ISC */
/*
 * The kiosks of a simulated bank, and the front that they are connected to:
 * what they want is drawn, what they are told goes to the judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reader.h"
#include "sim.h"

#define RESUME_SIZE (FRAME_KIOSK_SIZE + FRAME_SESSION_SIZE + FRAME_SEALED_SIZE)
#define NONCE_MS 50000    /* a nonce lives for 60 s */
#define BEHIND_US 2500000 /* a host that hears nothing doesn't answer */

const char *const sim_ids[SIM_CUSTOMERS] = { "chris", "fey", "joe" };
const char *const sim_kiosk_names[SIM_KIOSKS] = { "lobby", "window" };
const char *const sim_passwords[SIM_CUSTOMERS] = { "7261", "8305", "9012" };

/* One who is at another host already comes here too, one time in two. */
static int
draw_customer(void)
{
	const struct sim_slot *other = &world->slots[sim_draw(SIM_SLOTS)];

	if (other->phase == SIM_IN_SESSION &&
	    other->host != sim_host_number() && sim_one_in(2))
		return other->customer;
	return (int)sim_draw(SIM_CUSTOMERS);
}

static void
log_in(struct sim_slot *slot)
{
	uint8_t body[SIM_LOGIN_SIZE] = { 0 };
	char text[64];

	slot->has_session = false;
	slot->customer = slot->doubt >= 0 ? world->deeds[slot->doubt].customer
					  : draw_customer();
	slot->right = slot->doubt >= 0 || !sim_one_in(4);
	(void)RAND_bytes(slot->k, SEAL_KEY_SIZE);
	memcpy(body + FRAME_KIOSK_SIZE, slot->k, SEAL_KEY_SIZE);
	snprintf(text, sizeof(text), "%s\n%s", sim_ids[slot->customer],
	    slot->right ? sim_passwords[slot->customer] : "wrong");
	sim_say("slot %u: L %s %s, %s", slot->number, sim_ids[slot->customer],
	    slot->right ? "right" : "wrong", sim_kiosk_names[slot->kiosk]);
	sim_judge_asked(slot);
	sim_attempts_asked(slot);
	slot->login_floor = world->told;
	slot->changes = world->customers[slot->customer].changes;
	sim_link_sign(slot, FRAME_LOGIN, text, body, sizeof(body));
	slot->phase = SIM_LOGGING_IN;
}

/* C: what cash it has, or a case for an operator. */
static void
report(struct sim_slot *slot)
{
	uint8_t body[SIM_LOGIN_SIZE] = { 0 }, txid[WIRE_TXID_SIZE];
	char text[96], id[WIRE_TXID_TEXT];

	(void)RAND_bytes(slot->k, SEAL_KEY_SIZE);
	memcpy(body + FRAME_KIOSK_SIZE, slot->k, SEAL_KEY_SIZE);
	(void)RAND_bytes(txid, sizeof(txid));
	wire_format_txid(txid, id);
	if (sim_one_in(2))
		snprintf(text, sizeof(text), "STOCK 20:%u 50:%u",
		    (unsigned)sim_draw(200), (unsigned)sim_draw(200));
	else
		snprintf(text, sizeof(text), "RECONCILE %s %s it was stopped",
		    sim_ids[sim_draw(SIM_CUSTOMERS)], id);
	sim_say("slot %u: C %s, %s", slot->number, text,
	    sim_kiosk_names[slot->kiosk]);
	sim_link_sign(slot, FRAME_CASH, text, body, sizeof(body));
	slot->phase = SIM_REPORTING;
}

static void
resume(struct sim_slot *slot)
{
	uint8_t body[RESUME_SIZE] = { 0 };

	memcpy(body + FRAME_KIOSK_SIZE, slot->id, FRAME_SESSION_SIZE);
	sim_say("slot %u: R %s", slot->number, sim_ids[slot->customer]);
	sim_trace("resume %u %u %u\n", slot->host, slot->number, slot->session);
	sim_link_sign(slot, FRAME_RESUME, "RESUME", body, sizeof(body));
	slot->phase = SIM_RESUMING;
}

/* -- what a customer wants -------------------------------------------------
 */

/* Of hosts, a read is behind what others were told, a moment long. */
static void
raise_floor(struct sim_slot *slot)
{
	uint64_t seq = world->told;

	while (sim_is_one_of_many() && seq > 0 &&
	    world->told_us[seq % SIM_ENTRIES] + BEHIND_US > world->steady_us)
		seq--;
	if (slot->floor < seq)
		slot->floor = seq;
}

static void
send_request(
    struct sim_slot *slot, enum sim_question question, const char *text)
{
	uint8_t sealed[FRAME_SEALED_SIZE];

	if (seal_text(&slot->keys.up, FRAME_SEALED, text, strlen(text), sealed,
		sizeof(sealed)) < 0)
		abort();
	sim_say("slot %u: %s: %s", slot->number, sim_ids[slot->customer], text);
	slot->question = question;
	slot->config_changes = sim_host->config_changes;
	if (question == SIM_MOVE || question == SIM_OUTCOME)
		world->deeds[slot->deed].sends++;
	slot->told = world->told;
	raise_floor(slot);
	if (question == SIM_MOVE || question == SIM_OUTCOME)
		sim_trace("%s %u %u %d\n",
		    question == SIM_MOVE ? "request" : "outcome", slot->number,
		    slot->session, slot->deed);
	if (question != SIM_MOVE || !sim_link_hold_back(slot, sealed))
		sim_link_send(slot, FRAME_SEALED, sealed, sizeof(sealed));
}

/* A bit more or less than what there is, as far as any host knows. */
static unsigned
about_all(int customer, unsigned account)
{
	const struct sim_books *books = sim_books_newest();
	size_t count = books->state_count[customer];
	int64_t all = count > 0
	    ? books->states[customer][count - 1].cents[account] / 100
	    : 0;

	return (unsigned)all + 1 + (unsigned)sim_draw(300) -
	    (all > 150 ? 150 : 0);
}

static void
make_deed(struct sim_slot *slot, struct sim_deed *deed)
{
	static const char *const words[] = { "1", "DEPOSIT", "WITHDRAW" };
	static const unsigned most[] = { 1500, 900, 900 };
	uint64_t now_ms = slot->bank_ms + clock_steady_ms() - slot->resumed_ms;
	bool behind = sim_books_are_behind(slot->customer);
	size_t what = behind ? 0 : sim_draw(3);
	unsigned account = (unsigned)sim_draw(2);
	char txid[WIRE_TXID_TEXT];

	deed->customer = slot->customer;
	deed->session = slot->session;
	deed->seq = 0;
	deed->sends = 0;
	deed->bank = deed->told_not = deed->booked = deed->settled = false;
	for (int i = 0; i < 6; i++)
		deed->txid[i] = (uint8_t)(now_ms >> (40 - 8 * i));
	(void)RAND_bytes(deed->txid + 6, WIRE_TXID_SIZE - 6);
	wire_format_txid(deed->txid, txid);
	snprintf(deed->request, sizeof(deed->request), "%s %s %u%s%s %u",
	    words[what], txid, account + 1, what == 0 ? " " : "",
	    what == 0 ? sim_ids[sim_draw(SIM_CUSTOMERS)] : "",
	    behind || (what == 0 && sim_one_in(3))
		? about_all(deed->customer, account)
		: (unsigned)sim_draw(most[what]) + 1);
}

static bool
add_deed(struct sim_slot *slot)
{
	if (world->deed_count == SIM_DEEDS)
		return false;
	slot->deed = world->deed_count++;
	make_deed(slot, &world->deeds[slot->deed]);
	return true;
}

static void
move_money(struct sim_slot *slot)
{
	if (add_deed(slot))
		send_request(slot, SIM_MOVE, world->deeds[slot->deed].request);
}

/*
 * An old txid is never sent on a new login: it is asked about, and so is one
 * that was written down and not sent any more.
 */
static void
ask_outcome(struct sim_slot *slot)
{
	int most = world->deed_count < 24 ? world->deed_count : 24;
	int deed = world->deed_count - 1 - (int)sim_draw((uint64_t)most + 1);
	char text[64] = "OUTCOME ";

	/* What its kiosk wrote down before it was killed comes first. */
	if (slot->doubt >= 0)
		deed = slot->doubt;
	slot->doubt = -1;
	if (deed >= 0 && world->deeds[deed].customer == slot->customer &&
	    !world->deeds[deed].bank)
		slot->deed = deed;
	else if (!add_deed(slot))
		return;
	wire_format_txid(world->deeds[slot->deed].txid, text + strlen(text));
	send_request(slot, SIM_OUTCOME, text);
}

static void
ask(struct sim_slot *slot)
{
	bool refused = slot->deed >= 0 && world->deeds[slot->deed].told_not;

	if (slot->doubt < 0 && sim_books_are_behind(slot->customer) &&
	    !sim_one_in(3)) {
		move_money(slot);
		return;
	}
	/* Who was refused tries again; what was in doubt is asked about. */
	switch (slot->doubt >= 0                   ? 2
		: refused && sim_one_in(8)         ? 0
		: !slot->notifies && sim_one_in(3) ? 9
						   : sim_draw(12)) {
	case 0:
	case 1:
		if (slot->deed >= 0 &&
		    world->deeds[slot->deed].session == slot->session) {
			send_request(
			    slot, SIM_MOVE, world->deeds[slot->deed].request);
			return;
		}
		break;
	case 2:
	case 3:
		ask_outcome(slot);
		return;
	case 4:
	case 5:
		send_request(slot, SIM_BALANCES, "2");
		return;
	case 6:
	case 8:
		send_request(slot, SIM_HISTORY, "HISTORY 3");
		return;
	case 9:
		slot->notifies = true;
		send_request(slot, SIM_NOTIFY, "NOTIFY tls");
		return;
	case 7:
		if (!sim_one_in(8))
			break;
		send_request(slot, SIM_EXIT, "3");
		return;
	}
	move_money(slot);
}

/* Who has just got something at another host spends it here first. */
static struct sim_slot *
draw_slot(void)
{
	struct sim_slot *slot;

	for (size_t i = 0; i < SIM_SLOTS; i++) {
		slot = &world->slots[i];
		if (slot->phase == SIM_IN_SESSION &&
		    slot->question == SIM_NOTHING &&
		    slot->host == sim_host_number() &&
		    sim_books_are_behind(slot->customer) && !sim_one_in(3))
			return slot;
	}
	return &world->slots[sim_draw(SIM_SLOTS)];
}

void
sim_kiosk_act(void)
{
	struct sim_slot *slot = draw_slot();
	unsigned here = sim_host_number();

	if (slot->phase == SIM_OFF) {
		/* A session is at the host that it began at. */
		if (!slot->has_session || slot->session_host == here ||
		    sim_one_in(8))
			sim_link_open(slot);
	} else if (slot->host != here)
		return;
	else if (sim_one_in(50) ||
	    (slot->phase == SIM_GREETED &&
		clock_steady_ms() - slot->greeted_ms > NONCE_MS))
		sim_link_close(slot);
	else if (slot->phase == SIM_GREETED && slot->has_session &&
	    !sim_one_in(6))
		resume(slot);
	else if (slot->phase == SIM_GREETED && slot->doubt < 0 &&
	    sim_one_in(12))
		report(slot);
	else if (slot->phase == SIM_GREETED)
		log_in(slot);
	else if (slot->phase == SIM_IN_SESSION && slot->question == SIM_NOTHING)
		ask(slot);
}

/* -- what it is told -------------------------------------------------------
 */

static struct sim_slot *
slot_of(uint32_t number)
{
	for (size_t i = 0; i < SIM_SLOTS; i++) {
		if (world->slots[i].number == number &&
		    world->slots[i].phase != SIM_OFF)
			return &world->slots[i];
	}
	return NULL;
}

static void
enter_session(struct sim_slot *slot)
{
	struct wire_reader reader;
	char value[64];

	(void)wire_read(&reader, slot->answer, strlen(slot->answer));
	if (wire_find(&reader, "time-ms", value, sizeof(value)) != 0)
		sim_wrong("a login without time-ms");
	slot->bank_ms = strtoull(value, NULL, 10);
	sim_judge_time(slot);
	slot->resumed_ms = clock_steady_ms();
	if (wire_find(&reader, "session", value, sizeof(value)) != 0 ||
	    hex_decode(value, strlen(value), slot->id, FRAME_SESSION_SIZE) != 0)
		sim_wrong("a login without session");
	if (slot->phase == SIM_LOGGING_IN) {
		slot->session = ++world->sessions;
		sim_trace("login %u %u %u\n", slot->host, slot->number,
		    slot->session);
		slot->begun_ms = clock_steady_ms();
		slot->session_host = sim_host_number();
		slot->deed = -1;
		slot->noticed = 0;
		slot->floor = slot->login_floor;
	}
	slot->has_session = true;
	slot->notifies = false;
	slot->phase = SIM_IN_SESSION;
	slot->question = SIM_NOTHING;
}

/* What it doesn't know of is asked about by the next login. */
static void
lose_session(struct sim_slot *slot)
{
	const struct sim_deed *deed =
	    slot->deed >= 0 ? &world->deeds[slot->deed] : NULL;

	slot->has_session = false;
	if (deed != NULL && deed->seq == 0 && !deed->told_not)
		slot->doubt = slot->deed;
}

static int
open_answer(
    struct sim_slot *slot, uint8_t type, const uint8_t *body, size_t length)
{
	struct wire_reader reader;
	char text[FRAME_MAX_LENGTH + 1];
	int n = (int)length;

	if (type == FRAME_SEALED)
		n = seal_open(&slot->keys.down, FRAME_SEALED, body, length,
		    text, sizeof(text));
	else
		memcpy(text, body, length);
	if (n < 0 || wire_read(&reader, text, (size_t)n) != 0)
		sim_wrong("an answer that can't be read");
	snprintf(slot->answer, sizeof(slot->answer), "%.*s",
	    n < SIM_TEXT ? n : 0, text);
	sim_say("slot %u: told %d", slot->number, reader.code);
	return reader.code;
}

static void
hear_answer(
    struct sim_slot *slot, uint8_t type, const uint8_t *body, size_t length)
{
	int code = open_answer(slot, type, body, length);

	if (slot->phase == SIM_IN_SESSION && code == 300) {
		sim_judge_notice(slot);
		return;
	}
	if (slot->phase == SIM_IN_SESSION) {
		if (type == FRAME_SEALED)
			sim_judge_answer(slot, code);
		if (slot->question == SIM_MOVE || slot->question == SIM_OUTCOME)
			sim_trace(
			    "told %u %d %d\n", slot->number, slot->deed, code);
		slot->question = SIM_NOTHING;
		return;
	}
	if (slot->phase == SIM_LOGGING_IN) {
		sim_attempts_heard(slot, code);
		sim_judge_login(slot, code);
	}
	if (slot->phase == SIM_REPORTING) {
		sim_judge_reported(slot, code);
		slot->phase = SIM_GREETING;
		return;
	}
	if (slot->phase == SIM_RESUMING)
		sim_trace("resumed %u %d\n", slot->number, code);
	if (slot->phase == SIM_RESUMING)
		sim_judge_resumed(slot, code);
	if (slot->phase == SIM_RESUMING && code != 200)
		lose_session(slot);
	if (code == 200)
		enter_session(slot);
	else
		slot->phase = SIM_GREETING;
}

static void
hear_front(struct sim_slot *slot, const struct ipc_message *message)
{
	const size_t head = 1 + FRAME_HEADER_SIZE + 1;
	uint8_t type;

	if (message->type == IPC_CLOSE) {
		sim_link_close(slot);
		return;
	}
	if (message->type != IPC_SEND)
		return;
	type = message->body[head - 1];
	if (type == FRAME_GREETING) {
		memcpy(slot->nonce, message->body + head, FRAME_NONCE_SIZE);
		slot->phase = SIM_GREETED;
		slot->greeted_ms = slot->asked_ms;
		return;
	}
	hear_answer(slot, type, message->body + head, message->length - head);
}

void
sim_kiosk_hear(void)
{
	struct ipc_message message;
	struct sim_slot *slot;

	do {
		while (ipc_next(sim_front, &message) == 1) {
			slot = slot_of(message.connection);
			if (slot != NULL)
				hear_front(slot, &message);
		}
	} while (ipc_read(sim_front) == 0);
}
