/* SPDX-License-Identifier: ISC */
/*
 * Transactions under way, on disk: one small file in the kiosk's state
 * directory for each, named by its txid, there before the request leaves and
 * gone when its outcome is known.  So even the kiosk's own crash leaves a
 * question that OUTCOME answers, not a doubt.
 *
 * Several kiosk processes may share a directory: a file that is locked
 * (flock) belongs to a living process and is left alone.
 */
#ifndef ATM_BANK_JOURNAL_H
#define ATM_BANK_JOURNAL_H

#include "bank_note.h"

struct bank_journal;

/*
 * Opens the directory, made 0700 if it is missing (its parent is not).
 * 0; BANK_ESYS with errno; BANK_ENOMEM.
 */
int bank_journal_open(struct bank_journal **journal, const char *directory);
void bank_journal_close(struct bank_journal *journal);
/* The name under which this kiosk is enrolled; it stands in new notes. */
void bank_journal_set_kiosk(struct bank_journal *journal, const char *name);

/*
 * Notes a transaction; on return it is on stable storage.  0 and *note, or
 * BANK_EEXIST, BANK_EINVAL (too long, a newline in it), BANK_ENOMEM,
 * BANK_ESYS with errno: it must not be sent then.
 */
int bank_journal_add(struct bank_journal *journal, const char *txid,
    const char *customer, const char *request, struct bank_note **note);

/*
 * What was left over and belongs to no living process, oldest first: this
 * customer's; all withdrawals; all that was set aside.  Each is the caller's
 * to end by one of those below.  Returns how many, or BANK_ESYS, BANK_ENOMEM.
 */
int bank_journal_left(struct bank_journal *journal, const char *customer,
    struct bank_note **notes);
int bank_journal_withdrawals(
    struct bank_journal *journal, struct bank_note **notes);
int bank_journal_aside(struct bank_journal *journal, struct bank_note **notes);

#endif
