/* SPDX-License-Identifier: ISC */
/*
 * What bankctl's files share.  A command is a function that returns the
 * program's exit code, one of sysexits(3); data goes to standard output,
 * talk to standard error.
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
	unsigned wait_s; /* for an answer of bankd's; 0: as long as it takes */
};

/* bankctl.c.  0 and ->config, or a code that was complained of. */
int bankctl_read_config(struct bankctl *bankctl);

/* `bankctl: ...` on standard error; returns `code`. */
int bankctl_complain(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* bankctl_kiosk.c */
int bankctl_kiosk_run(struct bankctl *bankctl, int argc, char *argv[]);
/*
 * The public half of the key in `path`, which is made where there is none.
 */
int bankctl_kiosk_key(const char *path, uint8_t public_key[KIOSK_PUBLIC_SIZE]);
/*
 * Told to the bank, or put into the state of one that doesn't run.  A kiosk
 * that is enrolled already, with another key or right to cash, is refused.
 */
int bankctl_kiosk_enrol(
    const struct bankctl *bankctl, struct store_kiosk *kiosk);

/* bankctl_backup.c, bankctl_restore.c, bankctl_export*.c */
int bankctl_backup_run(struct bankctl *bankctl, int argc, char *argv[]);
/* The copy alone, in this process and with nobody who looks after it. */
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
