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

#include "../shared/channel.h"
#include "../shared/config.h"
#include "store.h"

struct bankctl {
	const char *config_path;
	struct config *config; /* NULL for commands that need none */
	bool json;
	bool yes; /* -y: ask nothing */
};

/* bankctl.c.  0 and ->config, or a code that was complained of. */
int bankctl_read_config(struct bankctl *bankctl);

/* `bankctl: ...` on standard error; returns `code`. */
int complain(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * bankctl_client.c.  Sends the words, and the secret unless NULL, as a
 * request (control.h), and prints the answer.  Its code; or CLIENT_NOBODY
 * where bankd doesn't run: nothing was said then, so that the caller may do
 * without.
 */
#define CLIENT_NOBODY (-1)
int client_run(
    const struct bankctl *bankctl, int argc, char *argv[], const char *secret);

/*
 * The answer as it came, malloc'd, errors complained of; or, for one that
 * has no end, each line of it as it comes, until `each` returns false.
 */
int client_ask(const struct bankctl *bankctl, int argc,
    const char *const argv[], char **answer);
int client_follow(const struct bankctl *bankctl, int argc,
    const char *const argv[], bool (*each)(void *context, char *line),
    void *context);

/* bankctl_table.c.  Prints an answer; returns its code. */
int table_print(const char *answer, bool json);
/* An answer made here, line by line; fields end with NULL. */
struct answer {
	char *text;
	size_t length, size;
};
void answer_line(struct answer *answer, char kind, const char *const fields[]);
/* Ends it with a code, prints and frees it; returns the code. */
int answer_print(
    struct answer *answer, int code, const char *message, bool json);

/*
 * bankctl_offline.c.  The state of a bank that doesn't run, locked, as its
 * owner.  0, or a code that was complained of.
 */
struct offline;
int offline_open(struct offline **offline, const char *directory, bool forced);
/* The lock alone: for a state that may not be openable. */
int offline_lock(struct offline **offline, const struct bankctl *bankctl);
/* A reader, of a bank that runs or not; closed before the other. */
int offline_reader(struct offline **offline, struct store_reader **reader,
    const struct bankctl *bankctl);
/* Who called us again, for files outside; the state's owner is told. */
int offline_regain(const struct offline *offline);
void offline_owner(const struct offline *offline, uid_t *uid, gid_t *gid);
void offline_close(struct offline *offline);
struct store *offline_store(struct offline *offline);
int offline_accounts(const struct bankctl *bankctl, const char *id);
/* `head`: SEQ:HASH that it must have, or NULL. */
int offline_verify(const struct bankctl *bankctl, const char *head);
int offline_status(const struct bankctl *bankctl);
int offline_kiosk_put(struct offline *offline, const struct store_kiosk *kiosk);

/* bankctl_kiosk.c */
int kiosk_run(struct bankctl *bankctl, int argc, char *argv[]);
/*
 * The public half of the key in `path`, which is made where there is none.
 */
int kiosk_key(const char *path, uint8_t public_key[KIOSK_PUBLIC_SIZE]);
/* Told to the bank, or put into the state of one that doesn't run. */
int kiosk_enrol(const struct bankctl *bankctl, const struct store_kiosk *kiosk);

/* bankctl_backup.c, bankctl_restore.c, bankctl_export*.c */
int backup_run(struct bankctl *bankctl, int argc, char *argv[]);
int restore_run(struct bankctl *bankctl, int argc, char *argv[]);
int export_run(struct bankctl *bankctl, int argc, char *argv[]);
/* bankctl_metrics.c, bankctl_follow.c, bankctl_money.c */
int metrics_run(struct bankctl *bankctl, int argc, char *argv[]);
int follow_run(struct bankctl *bankctl, int argc, char *argv[]);
/* `--reason text` may stand anywhere; goes to the vault as the last word. */
int money_run(struct bankctl *bankctl, int argc, char *argv[]);

/* bankctl_init.c, bankctl_keys.c */
int init_run(struct bankctl *bankctl, int argc, char *argv[]);
int renew_run(struct bankctl *bankctl, int argc, char *argv[]);
/* Makes what is missing of the bank's keys, where the configuration says. */
int keys_make(const struct config *config);
/* bankctl_texts.c: the two ini files as init writes them; malloc'd. */
char *text_bankd_ini(unsigned port);
char *text_atm_ini(unsigned port);
extern const char text_password[], text_balance[]; /* --demo */
/* Replaces a file; complains. 0 or a code. */
int write_file(const char *path, const void *data, size_t length, mode_t mode);

#endif
