/* SPDX-License-Identifier: ISC */
/*
 * The hosts of the bank, `[bank] host`: one or more, in the order in which
 * they are tried, each with a port of its own or `[bank] port`.  Pure.
 */
#ifndef ATM_BANK_HOSTS_H
#define ATM_BANK_HOSTS_H

#include "../../shared/config/config.h"

#define BANK_HOSTS_MAX 8

struct bank_host {
	char name[256]; /* a name, or an address with or without brackets */
	char port[6];
};

struct bank_hosts {
	size_t count; /* at least one */
	struct bank_host host[BANK_HOSTS_MAX];
};

/*
 * Reads `host`, `host:port`, `[address]:port` and addresses of IPv6, parted by
 * blanks.  0, or BANK_ECONFIG with error[0..size).
 */
int bank_hosts_read(struct bank_hosts *hosts, const struct config *config,
    char *error, size_t size);

#endif
