/* SPDX-License-Identifier: ISC */
/*
 * The front's whole life: takes from the monitor what it needs, drops its
 * rights, serves connections until the monitor ends it.
 */
#ifndef BANKD_FRONT_H
#define BANKD_FRONT_H

/* `monitor_fd` is IPC_CHILD_FD.  Returns the process's exit code. */
int front_main(int monitor_fd);

#endif
