/* SPDX-License-Identifier: ISC */
/*
 * Tries a host of the bank.  Part of atm-tui, on an event loop of its own.
 */
#include "check_probe.h"

#include <string.h>

#include <event2/event.h>
#include <openssl/rand.h>

#include "../../shared/base/error.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/wire/wire_reader.h"

struct trial {
	struct check_probe *probe;
	const struct check_keys *keys;
	struct event_base *base;
	struct link *link;
};

static void
end(struct trial *trial)
{
	event_base_loopbreak(trial->base);
}

/*
 * R with random bytes for session and seal.  The bank looks at the kiosk's
 * signature first, then finds no such session.
 */
static int
send_resume(struct trial *trial, const uint8_t *nonce)
{
	uint8_t body[FRAME_KIOSK_SIZE + FRAME_SESSION_SIZE + FRAME_SEALED_SIZE];
	uint8_t binding[FRAME_BINDING_SIZE];
	const struct kiosk_frame frame = { .type = FRAME_RESUME,
		.nonce = nonce,
		.binding = binding,
		.rest = body + FRAME_KIOSK_SIZE,
		.rest_length = sizeof(body) - FRAME_KIOSK_SIZE };
	int error = link_binding(trial->link, binding);

	if (error == 0 &&
	    RAND_bytes(body + FRAME_KIOSK_SIZE, (int)frame.rest_length) != 1)
		error = BANK_ECRYPTO;
	if (error == 0)
		error = kiosk_sign(
		    body, trial->keys->name, trial->keys->kiosk, &frame);
	return error != 0
	    ? error
	    : link_send(trial->link, FRAME_RESUME, body, sizeof(body));
}

static void
on_frame(void *context, const struct frame *frame)
{
	struct trial *trial = context;
	struct check_probe *probe = trial->probe;
	struct wire_reader reader;

	probe->seen = *link_seen(trial->link);
	if (frame->type == FRAME_GREETING && !probe->greeted) {
		probe->greeted = true;
		probe->error = send_resume(trial, frame->body);
		if (probe->error == 0)
			return;
	} else if (frame->type == FRAME_ERROR &&
	    wire_read(&reader, (const char *)frame->body, frame->body_length) ==
		0) {
		probe->code = reader.code;
	} else {
		probe->error = BANK_EINVAL;
	}
	end(trial);
}

static void
on_lost(void *context, int error)
{
	struct trial *trial = context;

	trial->probe->error = error;
	trial->probe->seen = *link_seen(trial->link);
	trial->probe->validity = *link_validity(trial->link);
	end(trial);
}

static void
on_late(int fd, short what, void *context)
{
	(void)fd;
	(void)what;
	on_lost(context, BANK_ETIMEOUT);
}

int
check_probe(struct check_probe *probe, const struct bank_host *host,
    const struct check_keys *keys)
{
	const struct timeval limit = { LINK_CONNECT_SECONDS, 0 };
	struct trial trial = { .probe = probe, .keys = keys };
	const struct link_callbacks callbacks = {
		.frame = on_frame, .lost = on_lost, .context = &trial
	};
	struct event *late = NULL;

	memset(probe, 0, sizeof(*probe));
	trial.base = event_base_new();
	if (trial.base != NULL)
		trial.link = link_new(trial.base, keys->tls, &callbacks);
	if (trial.link != NULL)
		late = evtimer_new(trial.base, on_late, &trial);
	if (late != NULL && evtimer_add(late, &limit) == 0) {
		link_connect(
		    trial.link, host->name, host->port, LINK_CONNECT_SECONDS);
		event_base_dispatch(trial.base);
	}
	link_free(trial.link);
	if (late != NULL)
		event_free(late);
	if (trial.base != NULL)
		event_base_free(trial.base);
	return late != NULL ? 0 : BANK_ENOMEM;
}
