/* SPDX-License-Identifier: ISC */
/*
 * bankctl verify --journal.  An exit code of an error that was reported, or 0.
 */
#ifndef BANKD_BANKCTL_JOURNAL_H
#define BANKD_BANKCTL_JOURNAL_H

struct bankctl;

int bankctl_journal_verify(const struct bankctl *bankctl);

#endif
