/* SPDX-License-Identifier: ISC */
/*
 * Lots into the journal and out of it.  Each answers the vault's message, and
 * can be asked again at any time: a lot is known by host, boot and counter,
 * so that the same bytes, put twice, are in it once.
 */
#ifndef BANKD_COURIER_LOTS_H
#define BANKD_COURIER_LOTS_H

#include "courier_state.h"

/* As their messages (ipc_table.h) say. */
void courier_lots_put(
    struct courier *courier, const struct ipc_message *message);
void courier_lots_get(
    struct courier *courier, const struct ipc_message *message);
void courier_lots_firm(
    struct courier *courier, const struct ipc_message *message);
/* Gives the turn back, if we have it. */
void courier_lots_end_turn(struct courier *courier);

/* Whether it is connected to this bank's journal; else that was answered. */
bool courier_lots_are_there(
    struct courier *courier, const struct ipc_message *message);
/* An enum journal_answer for the message, with why. */
void courier_lots_answer(struct courier *courier,
    const struct ipc_message *message, int answer, const char *why);

/* INSERT of a row; its columns' values in this order. */
#define COURIER_LOTS_COLUMNS \
	"n, host, boot, counter, seq, chain, before, digest, version, data"
struct lot_row;
void courier_lots_values(struct courier_trip *trip, const struct lot_row *row);

#endif
