/* SPDX-License-Identifier: ISC */
/*
 * A new configuration while the bank serves.
 *
 *	idle --> the vault is asked --> the front is asked --> in force, idle
 *
 * A refusal, or the end of a child, leads back to idle with the old one.
 */
#ifndef BANKD_MONITOR_RELOAD_H
#define BANKD_MONITOR_RELOAD_H

#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/channel_certificate.h"
#include "monitor_command.h"

#define MONITOR_SAID_SIZE 1024

struct child;

struct monitor_reload {
	struct config *config;        /* the new one; NULL: idle */
	struct channel_pem leaf;      /* the new one */
	struct waiting clients;       /* of the reload under way */
	struct waiting next;          /* of the one that follows it */
	bool again;                   /* asked for while one is under way */
	char said[MONITOR_SAID_SIZE]; /* to who asked, once it is in force */
};

/* `client` is answered, `note` for the audit; NULL: a signal asked. */
void monitor_reload_begin(
    struct monitor *monitor, struct control_client *client, const char *note);
/* A child has taken the new configuration, code 0, or refused it. */
void monitor_reload_answer(struct child *child, int code, const char *reason);
void monitor_reload_child_gone(struct child *child);

#endif
