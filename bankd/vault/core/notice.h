/* SPDX-License-Identifier: ISC */
/*
 * Notices to customers who asked for them (NOTIFY): hints of what concerns
 * their account, after the commit of what they tell.  Sealed here; the front
 * sends the datagrams.
 */
#ifndef BANKD_NOTICE_H
#define BANKD_NOTICE_H

#include <stdint.h>

#include "../../ledger/ledger.h"

struct session;
struct vault;

/*
 * `received` to who got it from another or from the bank itself, `large` to
 * whose account it left.
 */
void notice_of_entry(struct vault *vault, const struct ledger_entry *entry);
/* `login`: to the customer's other sessions. */
void notice_login(struct vault *vault, const struct session *session);
/* `attempts`: failed logins on this customer's ID. */
void notice_attempts(struct vault *vault, uint32_t number, uint32_t count);
/* `closing`: to everybody. */
void notice_closing(struct vault *vault, unsigned seconds);

#endif
