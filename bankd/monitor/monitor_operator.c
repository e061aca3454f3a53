/* SPDX-License-Identifier: ISC */
/*
 * Operators by the kernel's word: the peer's user and groups, asked of the
 * socket, and their names, asked of the system.  Names in [operators] are
 * resolved with each request, so that a change of a group counts at once.
 */
#include "monitor_operator.h"

#include <sys/socket.h>

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/util.h"
#include "../control/control.h"
#include "monitor_state.h"

#define GROUPS_MAX 256
#define WORD_SIZE 64
#define LIST_SIZE (OPTIONS_LIST_MAX + 1)

/* A user, with the groups that count for a role. */
struct person {
	uid_t uid;
	char name[WORD_SIZE]; /* "": the system has none */
	gid_t groups[GROUPS_MAX];
	size_t count;
};

static const struct {
	enum bankd_option option;
	unsigned role;
} roles[] = {
	{ OPERATORS_AUDITOR, CONTROL_AUDITOR },
	{ OPERATORS_TELLER, CONTROL_TELLER },
	{ OPERATORS_SUPERVISOR, CONTROL_SUPERVISOR },
	{ OPERATORS_ADMIN, CONTROL_ADMIN },
};

static void
read_peer(const struct control_client *client, struct person *person)
{
	const struct ucred *peer = control_peer(client);
	socklen_t length = sizeof(person->groups) - sizeof(gid_t);
	const struct passwd *user = getpwuid(peer->uid);

	person->uid = peer->uid;
	person->groups[0] = peer->gid;
	person->count = 1;
	if (getsockopt(control_fd(client), SOL_SOCKET, SO_PEERGROUPS,
		person->groups + 1, &length) == 0)
		person->count += length / sizeof(gid_t);
	string_copy(person->name, user != NULL ? user->pw_name : "",
	    sizeof(person->name));
}

static bool
read_user(const char *name, struct person *person)
{
	const struct passwd *user = getpwnam(name);
	int count = GROUPS_MAX;

	if (user == NULL)
		return false;
	person->uid = user->pw_uid;
	string_copy(person->name, name, sizeof(person->name));
	person->count = 0;
	if (getgrouplist(name, user->pw_gid, person->groups, &count) != -1)
		person->count = (size_t)count;
	return true;
}

static bool
is_in(const struct person *person, const char *group_name)
{
	const struct group *group = getgrnam(group_name);

	for (size_t i = 0; group != NULL && i < person->count; i++)
		if (person->groups[i] == group->gr_gid)
			return true;
	return false;
}

/* A list is of users, by name or number, and of groups: `@NAME`. */
static bool
is_listed(const struct person *person, const char *list)
{
	char words[LIST_SIZE], number[16], *rest = words, *word;

	snprintf(number, sizeof(number), "%u", (unsigned)person->uid);
	string_copy(words, list, sizeof(words));
	while ((word = strsep(&rest, " \t,")) != NULL) {
		if (*word == '\0')
			continue;
		if (*word == '@' ? is_in(person, word + 1)
				 : strcmp(word, person->name) == 0 ||
			    strcmp(word, number) == 0)
			return true;
	}
	return false;
}

/* Root and the bank's own user have all roles anyway: the files are theirs. */
static unsigned
roles_of(const struct monitor *monitor, const struct person *person)
{
	unsigned found = 0;
	bool any = false;

	for (size_t i = 0; i < NELEM(roles); i++) {
		const char *list =
		    config_string(monitor->config, roles[i].option);

		any = any || list[0] != '\0';
		if (is_listed(person, list))
			found |= roles[i].role;
	}
	return !any || person->uid == 0 || person->uid == geteuid() ||
		person->uid == monitor->owner
	    ? CONTROL_ANY
	    : found;
}

const char *
monitor_operator_find(const struct monitor *monitor,
    const struct control_client *client, const char *as,
    struct control_who *who)
{
	struct person peer, person;

	read_peer(client, &peer);
	control_who_set(who, peer.uid, peer.name);
	if (as == NULL) {
		who->roles = roles_of(monitor, &peer);
		return NULL;
	}
	if (peer.uid != 0 &&
	    !is_listed(&peer, config_string(monitor->config, OPERATORS_AS)))
		return "--as: only root and the users of [operators] "
		       "act_as of bankd.ini may act as somebody else";
	if (!read_user(as, &person))
		return "--as: there is no such user";
	if (person.uid == 0 && peer.uid != 0)
		return "--as: nobody may act as root";
	control_who_set_as(who, person.uid, person.name, peer.uid, peer.name);
	who->roles = roles_of(monitor, &person);
	return NULL;
}
