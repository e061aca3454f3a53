/* SPDX-License-Identifier: ISC */
/*
 * What bankctl's files share.  A command is a function that returns the
 * program's exit code, one of sysexits(3).  Data goes to standard output,
 * messages to standard error.
 */
#ifndef BANKD_BANKCTL_H
#define BANKD_BANKCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/config/config.h"
#include "../store/store.h"

struct bankctl {
	const char *config_path;
	struct config *config; /* NULL for commands that need none */
	bool json;
	bool yes;        /* -y: ask nothing */
	unsigned wait_s; /* how long to wait for bankd's answer; 0: no limit */
};

/* bankctl.c.  Sets ->config: 0, or the code of an error that was reported. */
int bankctl_read_config(struct bankctl *bankctl);

/* `bankctl: ...` on standard error; returns `code`. */
int bankctl_complain(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* bankctl_kiosk.c */
int bankctl_kiosk_run(struct bankctl *bankctl, int argc, char *argv[]);
/*
 * Reads the public key of the key file `path`, which is made if it is missing.
 */
int bankctl_kiosk_key(const char *path, uint8_t public_key[KIOSK_PUBLIC_SIZE]);
/*
 * Enrols a kiosk through the running bank, or in the state of a stopped one.
 * Refuses a kiosk that is already enrolled with another key or another
 * permission to handle cash.
 */
int bankctl_kiosk_enrol(
    const struct bankctl *bankctl, struct store_kiosk *kiosk);

/* bankctl_backup.c, bankctl_restore.c, bankctl_export*.c */
int bankctl_backup_run(struct bankctl *bankctl, int argc, char *argv[]);
/* Makes the copy in this process, without a watching parent. */
int bankctl_backup_make(const struct bankctl *bankctl, const char *path);
int bankctl_restore_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_export_run(struct bankctl *bankctl, int argc, char *argv[]);
/* bankctl_top.c, bankctl_metrics.c, bankctl_follow.c, bankctl_money.c */
int bankctl_top_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_metrics_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_follow_run(struct bankctl *bankctl, int argc, char *argv[]);
/* Options may stand anywhere; the vault gets reason and ID as last words. */
int bankctl_money_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_reverse_run(struct bankctl *bankctl, int argc, char *argv[]);

/* bankctl_init.c, bankctl_keys.c */
int bankctl_init_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_renew_run(struct bankctl *bankctl, int argc, char *argv[]);
/* bankctl_templates.c: the two ini files as init writes them; malloc'd. */
char *bankctl_text_bankd_ini(unsigned port);
char *bankctl_text_atm_ini(unsigned port);
extern const char bankctl_text_password[], bankctl_text_balance[]; /* --demo */

#endif
