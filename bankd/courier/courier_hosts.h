/* SPDX-License-Identifier: ISC */
/*
 * The table of hosts, and the beginning of a journal: what bankctl asks for
 * (bankctl(8): hosts), and what each host says of itself.
 */
#ifndef BANKD_COURIER_HOSTS_H
#define BANKD_COURIER_HOSTS_H

#include "courier_state.h"

/* Makes or renews our own row, not oftener than once a second. */
void courier_hosts_tell(struct courier *courier);

/* IPC_HOST_ROW for each: id name n newest seen-ms version settings. */
void courier_hosts_list(
    struct courier *courier, const struct ipc_message *message);
void courier_hosts_forget(
    struct courier *courier, const struct ipc_message *message);
/*
 * Tables, and the row of the message as the lot that all others follow.  A
 * journal in which that lot stands is as it should be; one in which it
 * doesn't is replaced.
 */
void courier_hosts_init(
    struct courier *courier, const struct ipc_message *message);
/* What is wrong with the database, in one line; "" for nothing. */
void courier_hosts_check(
    struct courier *courier, const struct ipc_message *message);

#endif
