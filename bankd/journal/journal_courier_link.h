/* SPDX-License-Identifier: ISC */
/*
 * One question at a time to the newest courier, and its answers.
 */
#ifndef BANKD_JOURNAL_COURIER_LINK_H
#define BANKD_JOURNAL_COURIER_LINK_H

#include "journal_courier_state.h"

#define JOURNAL_LINK_WAIT_MS 1000 /* of one call for its answer */
#define JOURNAL_LINK_AGAIN_MS 50  /* between two questions after AWAY */

/* Whether there is a courier; the newest one hears whose lots these are. */
bool journal_link_join(struct journal_courier *courier);
/* Until the courier reads or says something, or another comes. */
void journal_link_wait(const struct journal_link *link, int timeout_ms);
/* Asks a question, which takes the place of the one before; false: AWAY. */
bool journal_link_ask(struct journal_courier *courier, enum ipc_type type,
    struct ipc_part head, struct ipc_part body);
/*
 * The next message that answers the newest question: 1, its body valid until
 * the next call; 0: none within the time, and it stays asked.
 */
int journal_link_hear(struct journal_courier *courier,
    struct ipc_message *message, uint64_t by_ms);
/* The answer in the message; sets why. */
int journal_link_answer(
    struct journal_courier *courier, const struct ipc_message *message);
void journal_link_away(struct journal_courier *courier, const char *why);
/* When a call that begins now gives up. */
uint64_t journal_link_soon(void);

#endif
