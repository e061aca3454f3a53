/* SPDX-License-Identifier: ISC */
/*
 * The UDP socket that notices leave by, for both families.
 */
#ifndef BANKD_FRONT_DATAGRAM_H
#define BANKD_FRONT_DATAGRAM_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

struct front_datagram;

/*
 * To be called before the sandbox.  NULL where there is no such socket:
 * then there are no notices, and the port is 0.
 */
struct front_datagram *front_datagram_open(void);
uint16_t front_datagram_port(const struct front_datagram *datagram);

/* To the peer's address, at this port.  What can't be sent is lost. */
void front_datagram_send(const struct front_datagram *datagram,
    const struct sockaddr_in6 *peer, uint16_t port, const uint8_t *data,
    size_t length);

#endif
