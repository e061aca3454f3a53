/* SPDX-License-Identifier: ISC */
/*
 * What bankctl did by itself, told to those who keep it: the serving bank, the
 * state of a stopped one, the system's log.
 */
#ifndef BANKD_BANKCTL_NOTE_H
#define BANKD_BANKCTL_NOTE_H

struct audit;
struct bankctl;
struct store;

/*
 * Tells the serving bank, which writes an audit record and a line of its log.
 * Where none runs, or it can't, bankctl_note_log(): what is done stays done.
 * `on` may be NULL.
 */
void bankctl_note(
    const struct bankctl *bankctl, const char *verb, const char *on);
/* A line of syslog(3): who did what, and why. */
void bankctl_note_log(
    const struct bankctl *bankctl, const char *verb, const char *on);
/*
 * Within a batch on the store of a stopped bank: completes the record, of
 * which verb, about and detail are the caller's, and writes it.  0 or
 * BANK_E....
 */
int bankctl_note_audit(
    const struct bankctl *bankctl, struct store *store, struct audit *audit);
/* The same as a batch of its own. */
int bankctl_note_write(const struct bankctl *bankctl, struct store *store,
    const char *verb, const char *detail);

#endif
