/* SPDX-License-Identifier: ISC */
/*
 * The inside of struct bank, for bank*.c alone.
 */
#ifndef ATM_BANK_STATE_H
#define ATM_BANK_STATE_H

#include "../../shared/crypt/seal.h"
#include "bank_ask.h"
#include "bank_entry.h"
#include "bank_hosts.h"
#include "bank_jobs.h"
#include "bank_phase.h"
#include "bank_withdrawal.h"

struct bank {
	struct event_base *base;
	const struct config *config;
	struct bank_callbacks callbacks;
	SSL_CTX *tls;
	EVP_PKEY *bank_public;
	EVP_PKEY *kiosk_key; /* NULL: not enrolled */
	struct bank_journal *journal;
	struct notices *notices; /* NULL: none wanted */
	struct link *wire;
	struct bank_hosts hosts;
	size_t at;    /* the host of this connection, or of the next try */
	size_t tried; /* hosts in a row that gave no connection */

	enum bank_link state;
	enum bank_phase phase;
	unsigned backoff_ms;
	unsigned nonsense;                /* in a row, in this session */
	uint64_t next_try_ms, greeted_ms; /* of the steady clock */
	uint64_t down_since_ms;           /* since 1970 */
	const char *why_down;             /* English, or NULL */
	struct event *retry, *answer_timer, *entry_timer, *grace_timer;

	uint8_t nonce[FRAME_NONCE_SIZE];
	uint8_t binding[FRAME_BINDING_SIZE];
	struct seal_keys keys;

	struct bank_entry entry;
	bool in_session;
	uint8_t k[SEAL_KEY_SIZE];
	uint8_t number[FRAME_SESSION_SIZE];
	uint64_t clock_offset_ms; /* bank's clock minus the steady one */
	struct bank_session session;
	struct bank_jobs jobs;

	struct bank_note *booked; /* the machine's turn */
	bank_taken_fn *taken;
	void *taken_context;
	struct bank_note *to_reverse; /* by V, one after the other */
	struct event *reverse_timer;  /* pending: none is, meanwhile */
	struct bank_reports *reports;
	char text[FRAME_MAX_LENGTH + 1]; /* the reply that is being read */
};

#endif
