/* SPDX-License-Identifier: ISC */
/*
 * Who an operator is, by the kernel, and which roles [operators] of
 * bankd.ini(5) gives them.
 */
#ifndef BANKD_MONITOR_OPERATOR_H
#define BANKD_MONITOR_OPERATOR_H

#include "../control/control_who.h"

struct control_client;
struct monitor;

/*
 * Sets *who for a request of this client's, on behalf of the user `as` unless
 * that is NULL.  NULL, or why it is refused.
 */
const char *monitor_operator_find(const struct monitor *monitor,
    const struct control_client *client, const char *as,
    struct control_who *who);

#endif
