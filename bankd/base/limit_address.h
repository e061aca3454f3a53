/* SPDX-License-Identifier: ISC */
/*
 * A peer's address as limits see it, and the only place that says which
 * addresses are one: connections, logins that wait, attempts, sign-ups and
 * refused resumptions are all counted by it.  Logs and lists show the whole
 * address.  Pure; the front's and the vault's.
 */
#ifndef BANKD_LIMIT_ADDRESS_H
#define BANKD_LIMIT_ADDRESS_H

#define LIMIT_ADDRESS_SIZE 65

/*
 * Sets `limit` to what the address in `text` is counted as: IPv4 as it is,
 * also where it is mapped into IPv6; of IPv6 the /64, since whoever has one
 * address of it has them all; a link-local one whole, with its zone, as all
 * hosts of a link share that /64.  0, or BANK_EINVAL where it is no address;
 * `limit` may be `text` itself.
 */
int limit_address(const char *text, char limit[LIMIT_ADDRESS_SIZE]);

#endif
