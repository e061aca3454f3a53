/* SPDX-License-Identifier: ISC */
/*
 * PASSWORD: an attempt like a login's is recorded, a worker compares the old
 * password and hashes the new one, a second step changes it.
 */
#ifndef BANKD_VERBS_PASSWORD_H
#define BANKD_VERBS_PASSWORD_H

#include "../core/batch.h"

/* For the table in verbs.c. */
enum wire_reply verbs_password_begin(struct books *books, struct step *step);
void verbs_password_after(struct vault *vault, struct step *step);
/* Its session has ended. */
void verbs_password_drop(struct vault *vault, struct step *step);

#endif
