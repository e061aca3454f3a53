/* SPDX-License-Identifier: ISC */
/*
 * What each command is for, in a line, as `bankctl help` shows it.
 */
#ifndef BANKD_BANKCTL_HELP_H
#define BANKD_BANKCTL_HELP_H

/* A sentence, or "" for a command that has none. */
const char *bankctl_help(const char *command);

#endif
