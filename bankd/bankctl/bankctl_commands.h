/* SPDX-License-Identifier: ISC */
/*
 * The commands of bankctl, each in the file of its name.  argv[0] is the
 * command.
 */
#ifndef BANKD_BANKCTL_COMMANDS_H
#define BANKD_BANKCTL_COMMANDS_H

#include "bankctl.h"

int bankctl_kiosk_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_backup_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_restore_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_export_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_top_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_metrics_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_follow_run(struct bankctl *bankctl, int argc, char *argv[]);
/* Options may stand anywhere; the vault gets reason and ID as last words. */
int bankctl_money_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_reverse_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_cash_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_list_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_config_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_day_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_statement_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_fake_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_hosts_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_init_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_renew_run(struct bankctl *bankctl, int argc, char *argv[]);
/* Reads a new password; the vault gets it with the words. */
int bankctl_secret_run(struct bankctl *bankctl, int argc, char *argv[]);
int bankctl_secret_passwd(struct bankctl *bankctl, int argc, char *argv[]);

#endif
