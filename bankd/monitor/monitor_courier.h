/* SPDX-License-Identifier: ISC */
/*
 * The courier, which only a bank of many hosts has (bankd-hosts(7)).
 */
#ifndef BANKD_MONITOR_COURIER_H
#define BANKD_MONITOR_COURIER_H

#include "monitor_state.h"

/* A step of the start: 0, or a code of sysexits(3) and monitor->reason. */
int monitor_courier_find(struct monitor *monitor);
bool monitor_courier_is_wanted(const struct monitor *monitor);
/*
 * To be called after one of the two has started: the vault gets a socket on
 * which couriers come, and a courier comes on it.
 */
void monitor_courier_vault_started(struct monitor *monitor);
void monitor_courier_started(struct monitor *monitor);

#endif
