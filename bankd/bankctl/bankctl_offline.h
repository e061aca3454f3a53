/* SPDX-License-Identifier: ISC */
/*
 * The state of a bank that doesn't run, locked, as its owner.  What returns
 * an int returns 0, or an exit code that was complained of.
 */
#ifndef BANKD_BANKCTL_OFFLINE_H
#define BANKD_BANKCTL_OFFLINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "../store/store.h"

struct bankctl;
struct offline;
struct store_reader;

int bankctl_offline_open(
    struct offline **offline, const struct bankctl *bankctl);
/*
 * For commands that only read: where nothing can be written (a file system
 * that is mounted so, a snapshot) the store is only looked at, and its log,
 * if there is one, read with it.
 */
int bankctl_offline_open_to_read(
    struct offline **offline, const struct bankctl *bankctl);
/* The lock alone: for a state that may not be openable. */
int bankctl_offline_lock(
    struct offline **offline, const struct bankctl *bankctl);
/* A reader, of a bank that runs or not; closed before the other. */
int bankctl_offline_reader(struct offline **offline,
    struct store_reader **reader, const struct bankctl *bankctl);
/* Who called us again, for files outside; the state's owner is told. */
int bankctl_offline_regain(const struct offline *offline);
void bankctl_offline_owner(
    const struct offline *offline, uid_t *uid, gid_t *gid);
void bankctl_offline_close(struct offline *offline);
struct store *bankctl_offline_store(struct offline *offline);
int bankctl_offline_accounts(const struct bankctl *bankctl, const char *id);
/* `head`: SEQ:HASH that it must have, or NULL. */
int bankctl_offline_verify(const struct bankctl *bankctl, const char *head);
int bankctl_offline_status(const struct bankctl *bankctl);
int bankctl_offline_kiosk_put(
    struct offline *offline, const struct store_kiosk *kiosk);

#endif
