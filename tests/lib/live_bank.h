/* SPDX-License-Identifier: ISC */
/*
 * A real front and a real vault, forked of this process, which is their
 * monitor: a whole bank on a free port of the loopback, in a directory of its
 * own.  Whatever goes wrong with it ends this process by abort(3).
 */
#ifndef TEST_LIVE_BANK_H
#define TEST_LIVE_BANK_H

#include <netinet/in.h>

#include "../../shared/channel.h"

struct live_bank {
	char directory[64];
	struct sockaddr_in address;
	struct channel_pem bank; /* Kpub is in its certificate */
};

/* chris 1234, fey 5678, joe 9012; the only one of its process. */
void live_bank_start(struct live_bank *bank);
/* Takes what the two have said; that they run is a condition. */
void live_bank_drain(void);
/* An operator's command, which must succeed. */
void live_bank_operator(const char *command);
/* Both end as they should; removes the directory. */
void live_bank_stop(struct live_bank *bank);

#endif
