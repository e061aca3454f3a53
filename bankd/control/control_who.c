/* SPDX-License-Identifier: ISC */
/*
 * Who sent a request: `ROLES UID:NAME` and a newline, ROLES a number.
 */
#include "control_who.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/number.h"
#include "../../shared/base/util.h"

#define PEER_MIN (sizeof("(4294967295:)") - 1) /* without a name */

static const char *const names[] = { "auditor", "teller", "supervisor",
	"admin" };

const char *
control_roles_text(unsigned roles, char text[CONTROL_ROLES_SIZE])
{
	size_t length = 0;

	string_copy(text, "no role", CONTROL_ROLES_SIZE);
	for (size_t i = 0; i < NELEM(names); i++)
		if ((roles >> i & 1) != 0)
			length += (size_t)snprintf(text + length,
			    CONTROL_ROLES_SIZE - length, "%s%s",
			    length > 0 ? " or " : "", names[i]);
	return text;
}

/* Puts `UID:NAME` at `to`, the name cut so that `size` holds it. */
static size_t
put_user(char *to, size_t size, unsigned uid, const char *name)
{
	size_t length = (size_t)snprintf(to, size, "%u:", uid);

	for (; *name != '\0' && length + 1 < size; name++)
		to[length++] = isalnum((unsigned char)*name) ||
			strchr("._-$@", *name) != NULL
		    ? *name
		    : '?';
	to[length] = '\0';
	return length;
}

void
control_who_set(struct control_who *who, unsigned uid, const char *name)
{
	(void)put_user(who->by, sizeof(who->by), uid, name);
}

void
control_who_set_as(struct control_who *who, unsigned uid, const char *name,
    unsigned peer_uid, const char *peer_name)
{
	size_t length =
	    put_user(who->by, sizeof(who->by) - PEER_MIN, uid, name);

	who->by[length++] = '(';
	length += put_user(who->by + length, sizeof(who->by) - length - 1,
	    peer_uid, peer_name);
	string_copy(who->by + length, ")", sizeof(who->by) - length);
}

bool
control_who_same(const char *a, const char *b)
{
	size_t length = strcspn(a, ":");

	return strcspn(b, ":") == length && strncmp(a, b, length) == 0;
}

/* The user of the peer, in parentheses; without any, the one user there is. */
static const char *
peer_of(const char *by)
{
	const char *open = strchr(by, '(');

	return open != NULL ? open + 1 : by;
}

bool
control_who_shares(const char *a, const char *b)
{
	return control_who_same(a, b) || control_who_same(peer_of(a), b) ||
	    control_who_same(a, peer_of(b)) ||
	    control_who_same(peer_of(a), peer_of(b));
}

size_t
control_put_who(const struct control_who *who, char line[CONTROL_WHO_SIZE])
{
	return (size_t)snprintf(line, CONTROL_WHO_SIZE, "%u %s\n",
	    who->roles & CONTROL_ANY, who->by);
}

const char *
control_get_who(struct control_who *who, const char *text, size_t length)
{
	const char *end = memchr(text, '\n', length), *by;
	uint64_t roles;
	size_t digits;

	if (end == NULL || (size_t)(end - text) >= CONTROL_WHO_SIZE)
		return NULL;
	digits = number_prefix(text, (size_t)(end - text), &roles);
	if (digits == 0 || text[digits] != ' ')
		return NULL;
	who->roles = (unsigned)roles & CONTROL_ANY;
	by = text + digits + 1;
	if ((size_t)(end - by) >= sizeof(who->by) ||
	    memchr(by, ':', (size_t)(end - by)) == NULL)
		return NULL;
	memcpy(who->by, by, (size_t)(end - by));
	who->by[end - by] = '\0';
	return end + 1;
}
