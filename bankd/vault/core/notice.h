/* SPDX-License-Identifier: ISC */
/*
 * Notices to customers who asked for them (NOTIFY): hints of what concerns
 * their account, sent after its commit.  They are sealed here; the front sends
 * the datagrams.
 */
#ifndef BANKD_NOTICE_H
#define BANKD_NOTICE_H

#include <stdint.h>

#include "../../ledger/ledger.h"

struct session;
struct vault;

/*
 * `received` to the customer whose account was credited by another or by the
 * bank; `large` to the one whose account was debited.
 */
void notice_of_entry(struct vault *vault, const struct ledger_entry *entry);
/* `login`: to the customer's other sessions. */
void notice_login(struct vault *vault, const struct session *session);
/* `attempts`: failed logins on this customer's ID. */
void notice_attempts(struct vault *vault, uint32_t number, uint32_t count);
/* One of these that another host has put into words. */
void notice_text(struct vault *vault, uint32_t number, const char *text);
/* `closing`: to everybody. */
void notice_closing(struct vault *vault, unsigned seconds);

#endif
