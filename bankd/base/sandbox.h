/* SPDX-License-Identifier: ISC */
/*
 * Everything that takes rights away from a process, behind one call a role.
 */
#ifndef BANKD_SANDBOX_H
#define BANKD_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum sandbox_demand { SANDBOX_REQUIRE, SANDBOX_BEST_EFFORT, SANDBOX_OFF };

/*
 * First thing in every process: no core dumps, not dumpable, no_new_privs.
 * Returns 0 or BANK_ESYS.
 */
int sandbox_harden(void);

/*
 * The front's: where started as root, an empty chroot, no groups, the user
 * `user` (else nobody), proven by trying to come back; then a seccomp filter
 * with no open, no socket, no execve.  The vault's: the owner uid/gid of the
 * state directory, no capabilities; no file outside `directory` (Landlock,
 * where the kernel has it); a filter with files, no network, no execve.
 * The courier's: the user `user` (else nobody) where started as root; files
 * are read alone, beneath `readable` (paths, NULL behind the last); a filter
 * with sockets, no execve.
 * SANDBOX_OFF changes the user alone.  `in_force` gets words for log and
 * status: "chroot user=... no-new-privs seccomp".  0, or BANK_ESYS with a
 * reason in `in_force` where the demand could not be met.
 */
int sandbox_front(
    enum sandbox_demand demand, const char *user, char *in_force, size_t size);
int sandbox_vault(enum sandbox_demand demand, uid_t uid, gid_t gid,
    const char *directory, char *in_force, size_t size);
int sandbox_courier(enum sandbox_demand demand, const char *user,
    const char *const readable[], char *in_force, size_t size);

#endif
