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
#include "../base/place.h"
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
int complain(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* bankctl_kiosk.c */
int kiosk_run(struct bankctl *bankctl, int argc, char *argv[]);
/*
 * The public half of the key in `path`, which is made where there is none.
 */
int kiosk_key(const char *path, uint8_t public_key[KIOSK_PUBLIC_SIZE]);
/*
 * Told to the bank, or put into the state of one that doesn't run.  A kiosk
 * that is enrolled already, with another key or right to cash, is refused.
 */
int kiosk_enrol(const struct bankctl *bankctl, struct store_kiosk *kiosk);

/* bankctl_backup.c, bankctl_restore.c, bankctl_export*.c */
int backup_run(struct bankctl *bankctl, int argc, char *argv[]);
/* The copy alone, in this process and with nobody who looks after it. */
int backup_make(const struct bankctl *bankctl, const char *path);
int restore_run(struct bankctl *bankctl, int argc, char *argv[]);
int export_run(struct bankctl *bankctl, int argc, char *argv[]);
/* bankctl_top.c, bankctl_metrics.c, bankctl_follow.c, bankctl_money.c */
int top_run(struct bankctl *bankctl, int argc, char *argv[]);
int metrics_run(struct bankctl *bankctl, int argc, char *argv[]);
int follow_run(struct bankctl *bankctl, int argc, char *argv[]);
/* Options may stand anywhere; the vault gets reason and ID as last words. */
int money_run(struct bankctl *bankctl, int argc, char *argv[]);
int reverse_run(struct bankctl *bankctl, int argc, char *argv[]);

/* bankctl_init.c, bankctl_keys.c */
int init_run(struct bankctl *bankctl, int argc, char *argv[]);
int renew_run(struct bankctl *bankctl, int argc, char *argv[]);
/* Makes what is missing of the bank's keys, where the configuration says. */
int keys_make(const struct config *config);
/*
 * `what` can't be made, for `result` and OpenSSL's own reason; where that is
 * the given bytes' fault, `wrong` and `help`.  Returns the code.
 */
int complain_cannot(
    int result, const char *what, const char *wrong, const char *help);
/* bankctl_templates.c: the two ini files as init writes them; malloc'd. */
char *text_bankd_ini(unsigned port);
char *text_atm_ini(unsigned port);
extern const char text_password[], text_balance[]; /* --demo */
/*
 * Replaces a file; complains. 0 or a code.  One that is there keeps its owner
 * and mode: bankd may read it by them.  Else it is the caller's, or `file`'s.
 */
int write_file(const char *path, const void *data, size_t length, mode_t mode);
int write_file_as(const char *path, const void *data, size_t length,
    const struct place_file *file);

#endif
