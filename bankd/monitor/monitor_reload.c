/* SPDX-License-Identifier: ISC */
/*
 * A new configuration while the bank serves: read, checked, offered to the
 * vault, then to the front; in force when both took it, else not at all.
 */
#include "monitor_reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/util.h"
#include "keys.h"
#include "monitor_child.h"
#include "monitor_log.h"
#include "notify.h"

/* The value of a key in config_dump()'s text, as an assignment, malloc'd. */
static char *
assignment_of(const char *dump, const struct config_key *key)
{
	char name[128];
	const char *line = dump;
	size_t length;

	length = (size_t)snprintf(
	    name, sizeof(name), "%s.%s=", key->section, key->key);
	while (line != NULL && strncmp(line, name, length) != 0) {
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return line == NULL ? NULL : strndup(line, strcspn(line, "\n"));
}

/* Appends the name of a key that keeps its value; those without room go. */
static void
say_kept(char said[MONITOR_SAID_SIZE], const struct config_key *key)
{
	size_t used = strlen(said);

	snprintf(said + used, MONITOR_SAID_SIZE - used, "%s%s.%s",
	    strchr(said, ';') == NULL ? "; these keys wait for a restart: "
				      : ", ",
	    key->section, key->key);
}

/* Keys that only a new start can change keep their values, and are named. */
static int
keep_old(const struct config *old_config, struct config *new_config,
    char said[MONITOR_SAID_SIZE])
{
	char error[MONITOR_REASON_SIZE], *dump, *assignment;
	const struct config_key *key;
	int result = 0;
	long index;

	if ((dump = config_dump(old_config)) == NULL)
		return BANK_ENOMEM;
	while (result == 0 &&
	    (index = config_needs_restart(old_config, new_config)) != -1) {
		key = &bankd_options[index];
		log_event(LOG_WARNING, "needs_restart", "section",
		    LOG_TEXT(key->section), "key", LOG_TEXT(key->key), NULL);
		say_kept(said, key);
		assignment = assignment_of(dump, key);
		result = assignment == NULL
		    ? BANK_ENOMEM
		    : config_set(new_config, assignment, error, sizeof(error));
		free(assignment);
	}
	free(dump);
	return result;
}

static void begin(struct monitor *monitor);

static void
end(struct monitor *monitor, int code, const char *reason)
{
	struct monitor_reload *reload = monitor->reload;

	config_free(reload->config);
	reload->config = NULL;
	channel_pem_wipe(&reload->leaf);
	if (code == 0)
		log_event(LOG_NOTICE, "reloaded", NULL);
	else
		log_event(
		    LOG_ERR, "reload_failed", "reason", LOG_TEXT(reason), NULL);
	monitor_command_answer(
	    monitor, &reload->clients, code, code == 0 ? reload->said : reason);
	notify_send("READY=1");
	if (reload->again) {
		reload->again = false;
		reload->clients = reload->next;
		reload->next.count = 0;
		begin(monitor);
	}
}

static int
prepare(struct monitor *monitor, char *error, size_t size)
{
	struct monitor_reload *reload = monitor->reload;
	int result;

	result = monitor_config(monitor->start, &reload->config, error, size);
	if (result != 0)
		return config_exit_code(result);
	string_copy(reload->said, "the configuration was read again",
	    sizeof(reload->said));
	if (keep_old(monitor->config, reload->config, reload->said) != 0) {
		snprintf(error, size, "the old values can't be kept");
		return EX_SOFTWARE;
	}
	return keys_read_leaf(reload->config, &reload->leaf, error, size);
}

static void
begin(struct monitor *monitor)
{
	char error[MONITOR_REASON_SIZE] = "";
	int code;

	if (monitor->stage != MONITOR_SERVING || !monitor->vault->ready ||
	    !monitor->front->ready) {
		log_event(LOG_NOTICE, "reload_ignored", NULL);
		monitor_command_answer(monitor, &monitor->reload->clients,
		    EX_UNAVAILABLE,
		    "not serving; `bankctl status` shows when it is");
		return;
	}
	notify_reloading();
	if ((code = prepare(monitor, error, sizeof(error))) != 0) {
		end(monitor, code, error);
		return;
	}
	monitor_child_configure(monitor->vault, monitor->reload->config, NULL);
}

/* The file may have changed since one under way read it: one more, for all. */
void
monitor_reload_begin(
    struct monitor *monitor, struct control_client *client, const char *note)
{
	struct monitor_reload *reload = monitor->reload;
	bool under_way = reload->config != NULL;

	if (client != NULL &&
	    !monitor_command_wait(
		under_way ? &reload->next : &reload->clients, client, note))
		return;
	if (under_way)
		reload->again = true;
	else
		begin(monitor);
}

static void
take(struct monitor *monitor)
{
	struct monitor_reload *reload = monitor->reload;

	config_free(monitor->config);
	channel_pem_wipe(&monitor->leaf);
	monitor->config = reload->config;
	monitor->leaf = reload->leaf;
	reload->config = NULL;
	memset(&reload->leaf, 0, sizeof(reload->leaf));
	monitor_log_level(monitor);
	end(monitor, 0, "");
}

void
monitor_reload_answer(struct child *child, int code, const char *reason)
{
	struct monitor *monitor = child->monitor;

	if (monitor->reload->config == NULL)
		return;
	if (code != 0 && child == monitor->front)
		monitor_child_configure(monitor->vault, monitor->config, NULL);
	if (code != 0)
		end(monitor, code, reason);
	else if (child == monitor->vault)
		monitor_child_configure(monitor->front, monitor->reload->config,
		    &monitor->reload->leaf);
	else
		take(monitor);
}

/* One that died in between starts with the old configuration; so do both. */
void
monitor_reload_child_gone(struct child *child)
{
	struct monitor *monitor = child->monitor;

	if (monitor->reload->config == NULL)
		return;
	if (child == monitor->front)
		monitor_child_configure(monitor->vault, monitor->config, NULL);
	end(monitor, EX_UNAVAILABLE, "a process ended meanwhile; try again");
}
