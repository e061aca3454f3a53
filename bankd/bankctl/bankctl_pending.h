/* SPDX-License-Identifier: ISC */
/*
 * What an operator asked for and may have had no answer to: a note on disk,
 * with the ID of the transaction, from before the bank is asked until its
 * answer was printed.  The same command run again finds the note, asks with
 * the same ID, and so learns the outcome where it was booked.
 *
 * The notes of a user are in one directory of that user's own, the first of
 *
 *	$XDG_STATE_HOME/bankctl
 *	$HOME/.local/state/bankctl
 *	the same in the home that passwd(5) tells
 *	/var/tmp/bankctl-UID
 *
 * whose first part exists and is the user's (/var/tmp: anybody's).  Below it
 * no link is followed.  A note is locked while its command runs, so that two
 * equal commands at a time are one after the other.
 */
#ifndef BANKD_BANKCTL_PENDING_H
#define BANKD_BANKCTL_PENDING_H

#include <stdbool.h>

#include "../../shared/wire/wire.h"

struct bankctl;

struct pending {
	int directory, file; /* descriptors, -1 for none */
	char name[65];       /* of the note: hash of bank and command */
	char txid[WIRE_TXID_TEXT];
	bool again; /* the note was there: no answer came then */
};

/*
 * Finds the note of these words, which are for the bank of the configuration,
 * or makes one with a new ID, which is on disk when this returns.  0, or a
 * code that was complained of; bankctl_pending_close() in both cases.
 */
int bankctl_pending_open(struct pending *pending, const struct bankctl *bankctl,
    int count, const char *const words[]);
/* `answered`: the note goes; else it stays for the next time. */
void bankctl_pending_close(struct pending *pending, bool answered);

#endif
