/* SPDX-License-Identifier: ISC */
/*
 * The links between the kiosks and a simulated bank, and what comes over them
 * late: the front's messages, the keys of both ends, requests whose kiosk has
 * been killed.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "../../shared/base/clock.h"
#include "../../shared/crypt/channel_certificate.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "sim.h"

static struct channel_pem bank;
static EVP_PKEY *kiosk_key; /* of both */
static uint8_t kiosk_public[KIOSK_PUBLIC_SIZE];

void
sim_link_keys(void)
{
	size_t length = sizeof(kiosk_public);

	kiosk_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (channel_make_bank(&bank, "Bank") != 0 || kiosk_key == NULL ||
	    EVP_PKEY_get_raw_public_key(kiosk_key, kiosk_public, &length) != 1)
		abort();
}

const char *
sim_link_bank_key(void)
{
	return bank.key;
}

const uint8_t *
sim_link_public(void)
{
	return kiosk_public;
}

static void
send_front(uint32_t number, enum ipc_type type, const void *body, size_t length)
{
	if (ipc_send(sim_front, type, number, body, length, -1) != 0 ||
	    ipc_flush(sim_front) != 0)
		sim_wrong("the vault doesn't read its front");
}

void
sim_link_send(
    struct sim_slot *slot, uint8_t type, const uint8_t *body, size_t length)
{
	uint8_t whole[1 + SIM_LOGIN_SIZE];

	whole[0] = type;
	memcpy(whole + 1, body, length);
	send_front(slot->number, IPC_FRAME, whole, 1 + length);
}

/* A login whose answer is lost is counted all the same. */
void
sim_link_lose(struct sim_slot *slot)
{
	if (slot->phase == SIM_LOGGING_IN) {
		sim_judge_lost(slot);
		sim_attempts_lost(slot);
	}
	slot->phase = SIM_OFF;
	slot->question = SIM_NOTHING;
	seal_wipe(&slot->keys);
}

void
sim_link_lose_all(unsigned host)
{
	struct sim_slot *slot;

	for (size_t i = 0; i < SIM_SLOTS; i++) {
		slot = &world->slots[i];
		if (slot->session_host == host)
			slot->floor = 0;
		if (slot->host != host)
			continue;
		/* Its memory was that of the process that has ended. */
		slot->keys = (struct seal_keys) { 0 };
		sim_link_lose(slot);
	}
	for (size_t i = 0; i < SIM_GHOSTS; i++) {
		if (world->ghosts[i].host == host)
			world->ghosts[i].number = 0;
	}
}

void
sim_link_open(struct sim_slot *slot)
{
	static const char address[] = "192.0.2.1";
	uint8_t body[FRAME_BINDING_SIZE + sizeof(address) - 1];

	slot->number = ++world->number;
	slot->host = sim_host_number();
	(void)RAND_bytes(slot->binding, FRAME_BINDING_SIZE);
	memcpy(body, slot->binding, FRAME_BINDING_SIZE);
	memcpy(body + FRAME_BINDING_SIZE, address, sizeof(address) - 1);
	send_front(slot->number, IPC_CONNECTED, body, sizeof(body));
	slot->phase = SIM_GREETING;
	slot->asked_ms = clock_steady_ms();
}

void
sim_link_close(struct sim_slot *slot)
{
	send_front(slot->number, IPC_DISCONNECTED, NULL, 0);
	sim_trace("ended %u\n", slot->number);
	sim_link_lose(slot);
}

void
sim_link_sign(struct sim_slot *slot, uint8_t type, const char *text,
    uint8_t *body, size_t length)
{
	const struct kiosk_frame frame = { type, slot->nonce, slot->binding,
		body + FRAME_KIOSK_SIZE, length - FRAME_KIOSK_SIZE };

	slot->asked_ms = clock_steady_ms();
	seal_wipe(&slot->keys);
	if (seal_derive(&slot->keys, slot->k, slot->nonce, slot->binding) !=
		0 ||
	    seal_text(&slot->keys.up, type, text, strlen(text),
		body + length - FRAME_SEALED_SIZE, FRAME_SEALED_SIZE) < 0 ||
	    kiosk_sign(body, sim_kiosk_names[slot->kiosk], kiosk_key, &frame) !=
		0)
		abort();
	sim_link_send(slot, type, body, length);
}

/* The kiosk is killed; the bank believes that its link lives. */
bool
sim_link_hold_back(
    struct sim_slot *slot, const uint8_t sealed[FRAME_SEALED_SIZE])
{
	struct sim_ghost *ghost = &world->ghosts[sim_draw(SIM_GHOSTS)];

	if (ghost->number != 0 || !sim_one_in(5))
		return false;
	sim_say("slot %u: killed, its request on the way", slot->number);
	ghost->number = slot->number;
	ghost->host = slot->host;
	ghost->sent = false;
	ghost->frame[0] = FRAME_SEALED;
	memcpy(ghost->frame + 1, sealed, FRAME_SEALED_SIZE);
	sim_link_lose(slot);
	slot->has_session = sim_one_in(2);
	slot->doubt = slot->has_session ? -1 : slot->deed;
	return true;
}

void
sim_link_haunt(void)
{
	struct sim_ghost *ghost = &world->ghosts[sim_draw(SIM_GHOSTS)];

	if (ghost->number == 0 || ghost->host != sim_host_number())
		return;
	sim_say("slot %u: %s", ghost->number,
	    ghost->sent ? "ends at last" : "its request arrives");
	if (ghost->sent) {
		send_front(ghost->number, IPC_DISCONNECTED, NULL, 0);
		sim_trace("ended %u\n", ghost->number);
		ghost->number = 0;
		return;
	}
	send_front(
	    ghost->number, IPC_FRAME, ghost->frame, sizeof(ghost->frame));
	ghost->sent = true;
}
