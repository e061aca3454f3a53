/* SPDX-License-Identifier: ISC */
/*
 * A copy of the state, for `backup` and for what saves one first.
 */
#ifndef BANKD_BANKCTL_BACKUP_H
#define BANKD_BANKCTL_BACKUP_H

#include "bankctl.h"

/* Makes the copy in this process, without a watching parent. */
int bankctl_backup_make(const struct bankctl *bankctl, const char *path);

#endif
