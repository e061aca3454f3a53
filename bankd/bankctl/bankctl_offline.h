/* SPDX-License-Identifier: ISC */
/*
 * The state of a stopped bank, locked, with the rights of its owner.  A
 * function of type int returns 0, or reports an error and returns an exit code.
 */
#ifndef BANKD_BANKCTL_OFFLINE_H
#define BANKD_BANKCTL_OFFLINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "../store/store_kiosks.h"

struct bankctl;
struct offline;
struct store_reader;
struct search;
struct listing;
struct control_text;

int bankctl_offline_open(
    struct offline **offline, const struct bankctl *bankctl);
/*
 * Opens the state for commands that only read.  If nothing can be written, as
 * on a read-only file system or a snapshot, the store is only looked at, and
 * its log is read with it if there is one.
 */
int bankctl_offline_open_to_read(
    struct offline **offline, const struct bankctl *bankctl);
/*
 * The same for what bankd writes to no journal of files: bank.db has all its
 * lots, and may only be looked at.
 */
int bankctl_offline_open_whole(
    struct offline **offline, const struct bankctl *bankctl);
/* Takes only the lock, since the state may be impossible to open. */
int bankctl_offline_lock(
    struct offline **offline, const struct bankctl *bankctl);
/* Opens a reader of a running or stopped bank; close it before *offline. */
int bankctl_offline_reader(struct offline **offline,
    struct store_reader **reader, const struct bankctl *bankctl);
/* Whether we can't read the state, but its bank may tell us of it. */
bool bankctl_offline_is_closed(const struct bankctl *bankctl);
/* Takes back the caller's rights, for files outside the state. */
int bankctl_offline_regain(const struct offline *offline);
void bankctl_offline_owner(
    const struct offline *offline, uid_t *uid, gid_t *gid);
void bankctl_offline_close(struct offline *offline);
struct store *bankctl_offline_store(struct offline *offline);
/*
 * Puts what the search finds in a whole answer; its account, if it names one,
 * is looked up.
 */
int bankctl_offline_list(const struct bankctl *bankctl, struct search *search,
    int (*list)(struct listing *listing), struct control_text *answer);
/* `head`: SEQ:HASH that it must have, or NULL. */
int bankctl_offline_verify(const struct bankctl *bankctl, const char *head);
int bankctl_offline_status(const struct bankctl *bankctl);
/* With a record of who did what; `verb`: `kiosk add` ... */
int bankctl_offline_kiosk_put(struct offline *offline,
    const struct bankctl *bankctl, const struct store_kiosk *kiosk,
    const char *verb);

#endif
