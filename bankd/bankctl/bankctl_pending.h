/* SPDX-License-Identifier: ISC */
/*
 * Notes of commands that may have had no answer.  A note is on disk, with the
 * ID of the transaction, from before the bank is asked until its answer was
 * printed.  The same command run again finds the note, asks with the same ID,
 * and so learns the outcome if the transaction was booked.
 *
 * A user's notes are in one directory of that user's own, the first of
 *	$XDG_STATE_HOME/bankctl
 *	$HOME/.local/state/bankctl
 *	the same in the home that passwd(5) names
 *	/var/tmp/bankctl-UID
 * whose first part exists and belongs to the user (/var/tmp: to anybody).
 * Below it no link is followed.  A note is locked while its command runs, so
 * that two equal commands at the same time run one after the other.
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
	bool again; /* the note existed: its command got no answer */
};

/*
 * Finds the note of these words and the configured bank, or makes one with a
 * new ID, which is on disk when this returns.  Returns 0, or reports an error
 * and returns a code; call bankctl_pending_close() in both cases.
 */
int bankctl_pending_open(struct pending *pending, const struct bankctl *bankctl,
    int count, const char *const words[]);
/* Removes the note if `answered`; otherwise keeps it for the next time. */
void bankctl_pending_close(struct pending *pending, bool answered);

#endif
