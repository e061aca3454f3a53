/* SPDX-License-Identifier: ISC */
/*
 * Notices: the UDP socket on which sealed datagrams arrive, and the words
 * for people of what they say.  A notice is a hint; the truth is in HISTORY.
 * Draws nothing, asks the bank nothing.
 */
#ifndef ATM_NOTICES_H
#define ATM_NOTICES_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../../shared/crypt/seal.h"
#include "../base/sentence.h"

struct notices;

/* A notice of known form without control characters, and NUL behind it. */
typedef void notices_fn(void *context, const char *text, size_t length);

struct notices *notices_new(
    struct event_base *base, notices_fn *notice, void *context);
void notices_free(struct notices *notices);

/*
 * Opens the socket at the local address of the connected socket `fd`, at a
 * free port.  Returns the port, or BANK_ESYS.
 */
int notices_listen(struct notices *notices, int fd);

/*
 * From now on, datagrams of this key-id are opened with `key`, which is the
 * caller's and must live until notices_close(); those that came before they
 * could be opened have waited in the socket.  Does nothing where it is closed.
 */
void notices_arm(struct notices *notices, const uint8_t key_id[4],
    struct seal_direction *key);

/* Closes the socket and forgets the key. */
void notices_close(struct notices *notices);

/* The way of notices by TLS: checks one and hands it on, or drops it. */
void notices_take(struct notices *notices, const char *text, size_t length);

/* What a notice says; false where it is none of a known form. */
bool notices_describe(const char *text, struct sentence *sentence);

#endif
