/* SPDX-License-Identifier: ISC */
/*
 * Into the background, the way chrony does it: the command that was typed
 * returns when the bank serves, or with the reason why it doesn't.
 */
#ifndef BANKD_DAEMON_H
#define BANKD_DAEMON_H

/*
 * Returns in the new process only, without terminal or directory: the
 * descriptor for daemon_tell(), or BANK_ESYS.  The old one waits for it.
 */
int daemon_start(void);

/*
 * What the waiting command ends with: 0, or a sysexits(3) code after
 * `bankd: reason` on its standard error.  Closes the descriptor, and this
 * process's last ties to the terminal.
 */
void daemon_tell(int fd, int exit_code, const char *reason);

#endif
