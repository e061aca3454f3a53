/* SPDX-License-Identifier: ISC */
/*
 * The service manager's documented protocol, without its library:
 * sd_notify(3) datagrams and sd_listen_fds(3) descriptors.  The monitor's.
 */
#ifndef BANKD_NOTIFY_H
#define BANKD_NOTIFY_H

#define NOTIFY_FIRST_FD 3 /* of those that are passed */

/* Sends lines like `READY=1`; silently nothing where nobody asked for it. */
void notify_send(const char *lines);

/* A reload begins; READY=1 ends it. */
void notify_reloading(void);

/* How many descriptors were passed to this process; of any kind. */
int notify_passed(void);

/*
 * Fills fds[0..max) with the listening TCP sockets that were passed to this
 * process; what else was passed is closed.  Returns how many; 0: none.
 */
int notify_listeners(int *fds, int max);

#endif
