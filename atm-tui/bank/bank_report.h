/* SPDX-License-Identifier: ISC */
/*
 * What the kiosk tells the bank of its cash between sessions, by frame C: its
 * stock whenever it changes, and each withdrawal that somebody has to look at.
 * A side channel: nothing waits for it, and whatever it meets, customers are
 * served.
 */
#ifndef ATM_BANK_REPORT_H
#define ATM_BANK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank.h"

/* The newest replaces one that wasn't sent yet.  Units and counts of notes. */
void bank_report_stock(struct bank *bank, size_t count, const int64_t units[],
    const int64_t left[]);

/*
 * Whether one is under way, or goes as soon as nothing else does and the bank
 * can be reached: not one that the bank has put off.
 */
bool bank_report_is_due(const struct bank *bank);

/* The rest is for bank*.c. */
struct bank_note;
struct bank_reports;
struct frame;

/* NULL where there is no memory. */
struct bank_reports *bank_report_open(struct bank *bank);
void bank_report_close(struct bank_reports *reports);
/* A case for the bank's operator; why, in English. */
void bank_report_case(
    struct bank *bank, const struct bank_note *note, const char *why);
/* Sends one if there is one and it is time; nothing else may be under way. */
void bank_report_send(struct bank *bank);
void bank_report_answered(struct bank *bank, const struct frame *frame);
void bank_report_refused(struct bank *bank, const struct frame *frame);
/* The link went while one was unanswered. */
void bank_report_lost(struct bank *bank);

#endif
