/* SPDX-License-Identifier: ISC */
/*
 * One host of the bank, tried as far as one gets without a customer: connect,
 * TLS, greeting, and a request to resume a session that doesn't exist, which
 * the bank answers by whether it lets this kiosk in.
 */
#ifndef ATM_CHECK_PROBE_H
#define ATM_CHECK_PROBE_H

#include <openssl/evp.h>

#include "../bank/bank_hosts.h"
#include "../bank/link.h"

struct check_keys {
	SSL_CTX *tls;
	EVP_PKEY *kiosk;  /* NULL: not enrolled */
	const char *name; /* of the kiosk; empty: it has none */
	bool unreadable;  /* the key is configured, and can't be used */
};

struct check_probe {
	int error;    /* why the link was lost, or 0 */
	bool greeted; /* it is the bank: it showed a leaf of its own */
	int code;     /* of the bank's answer: 401 lets this kiosk in; or 0 */
	struct link_seen seen;
	struct channel_validity validity;
};

/* Tries one host; ends within LINK_CONNECT_SECONDS.  0 or BANK_ENOMEM. */
int check_probe(struct check_probe *probe, const struct bank_host *host,
    const struct check_keys *keys);

#endif
