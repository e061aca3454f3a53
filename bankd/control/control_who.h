/* SPDX-License-Identifier: ISC */
/*
 * Who sent a request of the control socket, and what they may do: found by
 * the monitor, told to the vault in a line before the request.  Pure.
 */
#ifndef BANKD_CONTROL_WHO_H
#define BANKD_CONTROL_WHO_H

#include <stdbool.h>
#include <stddef.h>

struct control_text;

/* Roles of bankd.ini(5), as bits; who has one may read everything. */
#define CONTROL_AUDITOR 1U
#define CONTROL_TELLER 2U
#define CONTROL_SUPERVISOR 4U
#define CONTROL_ADMIN 8U
#define CONTROL_ANY 15U

#define CONTROL_BY_SIZE 48    /* control_who_set(), with NUL */
#define CONTROL_ROLES_SIZE 64 /* their names, with NUL */
#define CONTROL_WHO_SIZE 64   /* the line, with its newline and NUL */

struct control_who {
	unsigned roles;
	char by[CONTROL_BY_SIZE];
};

/* `teller or supervisor`; `no role` for none. */
const char *control_roles_text(unsigned roles, char text[CONTROL_ROLES_SIZE]);

/*
 * Sets `by`.  Bytes that a user's name may not have become `?`.  A name that
 * doesn't fit is cut.
 */
void control_who_set(struct control_who *who, unsigned uid, const char *name);
/*
 * The same for a peer that acts as this user: `UID:NAME(PEER_UID:PEER_NAME)`.
 * Both numbers always fit.
 */
void control_who_set_as(struct control_who *who, unsigned uid, const char *name,
    unsigned peer_uid, const char *peer_name);
/* Whether two of them are one person: by UID. */
bool control_who_same(const char *a, const char *b);
/* Whether one person may stand behind both: as themselves or as a peer. */
bool control_who_shares(const char *a, const char *b);

/* The line before a request, and where the request begins; or NULL. */
size_t control_put_who(
    const struct control_who *who, char line[CONTROL_WHO_SIZE]);
const char *control_get_who(
    struct control_who *who, const char *text, size_t length);

#endif
