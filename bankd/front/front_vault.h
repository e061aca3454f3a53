/* SPDX-License-Identifier: ISC */
/*
 * The front's link to the vault, and what the vault hears of a connection.
 */
#ifndef BANKD_FRONT_VAULT_H
#define BANKD_FRONT_VAULT_H

#include "../../shared/wire/frame.h"

struct client;
struct front;

/* A new link; one that there was is left.  0 or BANK_E... */
int front_vault_join(struct front *front, int fd);
/* The port that notices come from.  0 or BANK_E... */
int front_vault_hello(struct front *front);
/* Closes the link, and with it all connections. */
void front_vault_leave(struct front *front);

/* Tells it of a connection, or refuses that. */
void front_vault_announce(struct client *client);
void front_vault_forget(struct client *client);
/* Passes a frame on.  0 or BANK_E... */
int front_vault_frame(struct client *client, const struct frame *frame);

/*
 * Sends what is queued to clients and vault: at once, or when all that is
 * ready in this round of the loop has been looked at.
 */
void front_flush(struct front *front);
void front_flush_soon(struct front *front);

#endif
