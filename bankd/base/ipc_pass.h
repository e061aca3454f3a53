/* SPDX-License-Identifier: ISC */
/*
 * A descriptor handed over on a socket that is for nothing else.  Who waits
 * for an answer of one process, and reads no other message meanwhile, gets in
 * this way the socket of the process that took its place.
 */
#ifndef BANKD_IPC_PASS_H
#define BANKD_IPC_PASS_H

/* 0, or BANK_ESYS with errno.  The caller keeps `fd`. */
int ipc_pass_give(int link_fd, int fd);
/* The next that came, the caller's from now on, or -1.  Doesn't wait. */
int ipc_pass_take(int link_fd);

#endif
