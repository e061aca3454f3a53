/* SPDX-License-Identifier: ISC */
/*
 * What the vault tells of itself: lines `key value` for `bankctl status`.
 */
#ifndef BANKD_VAULT_STATUS_H
#define BANKD_VAULT_STATUS_H

struct vault;

/* Queues IPC_STATUS_REPLY to the monitor. */
void vault_status_send(struct vault *vault);

#endif
