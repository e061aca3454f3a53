/* SPDX-License-Identifier: ISC */
/*
 * A real front and a real vault, forked of this process, which is their
 * monitor: a whole bank on a free port of the loopback, in a directory of its
 * own.  Whatever goes wrong with it ends this process by abort(3).
 */
#ifndef TEST_LIVE_BANK_H
#define TEST_LIVE_BANK_H

#include <netinet/in.h>
#include <stdbool.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/channel_certificate.h"

struct live_bank {
	char directory[64];
	struct sockaddr_in address;
	struct channel_pem bank; /* Kpub is in its certificate */
};

/* The password of chris, fey and joe: it may be nowhere when the bank ends. */
#define LIVE_PASSWORD "83650471"

/* The only one of its process. */
void live_bank_start(struct live_bank *bank);
/* Takes what the two have said; that they run is a condition. */
void live_bank_drain(void);
/* An operator's command, which must succeed. */
void live_bank_operator(const char *command);
/* A vault that is frozen answers nothing. */
void live_bank_freeze(bool frozen);
/*
 * Both end as they should, and neither what they said nor a file has the
 * password; removes the directory.
 */
void live_bank_stop(struct live_bank *bank);

#endif
