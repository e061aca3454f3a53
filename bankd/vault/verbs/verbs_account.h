/* SPDX-License-Identifier: ISC */
/*
 * What the verbs that move no money do, for the table in requests.c.
 */
#ifndef BANKD_VERBS_ACCOUNT_H
#define BANKD_VERBS_ACCOUNT_H

#include "../core/batch.h"

enum wire_reply verbs_balances(struct books *books, struct step *step);
enum wire_reply verbs_exit(struct books *books, struct step *step);
void verbs_after_exit(struct vault *vault, struct step *step);
enum wire_reply verbs_details(struct books *books, struct step *step);
enum wire_reply verbs_close(struct books *books, struct step *step);
void verbs_after_close(struct vault *vault, struct step *step);
enum wire_reply verbs_notify(struct books *books, struct step *step);
void verbs_after_notify(struct vault *vault, struct step *step);
enum wire_reply verbs_ping(struct books *books, struct step *step);

#endif
