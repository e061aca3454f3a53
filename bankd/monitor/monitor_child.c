/* SPDX-License-Identifier: ISC */
/*
 * One of the monitor's children: what it is given and what it says.  A
 * child whose messages are malformed is killed and started anew.
 */
#include "monitor_child.h"

#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "monitor_status.h"
#include "monitor_courier.h"
#include "monitor_follow.h"
#include "monitor_log.h"
#include "monitor_reload.h"

#define PROGRESS_LOG_MS 5000

void
monitor_child_flush(struct child *child)
{
	(void)ipc_link_flush(&child->link);
}

/* What can't be sent will be noticed as the child's end. */
void
monitor_child_send(struct child *child, enum ipc_type type, const void *body,
    size_t length, int fd)
{
	if (child->link.ipc == NULL)
		return;
	if (ipc_send(child->link.ipc, type, 0, body, length, fd) != 0)
		monitor_child_kill(child);
	monitor_child_flush(child);
}

void
monitor_child_kill(const struct child *child)
{
	if (child->pid > 0)
		(void)kill(child->pid, SIGKILL);
}

/* A password may stand in it, which is the courier's alone. */
static void
hide_connection(char *dump)
{
	static const char name[] = "\nstore.connection=";
	char *value = strstr(dump, name);
	size_t length;

	if (value == NULL)
		return;
	value += sizeof(name) - 1;
	length = strcspn(value, "\n");
	memmove(value, value + length, strlen(value + length) + 1);
}

void
monitor_child_configure(struct child *child, const struct config *config,
    const struct channel_pem *leaf)
{
	uint8_t level;
	size_t length;
	char *dump;

	if (child->role == IPC_FRONT) {
		monitor_child_send(child, IPC_LEAF, leaf->certificate,
		    leaf->certificate_length, -1);
		monitor_child_send(
		    child, IPC_LEAF_KEY, leaf->key, leaf->key_length, -1);
	}
	if ((dump = config_dump(config)) == NULL) {
		monitor_child_kill(child);
		return;
	}
	length = strlen(dump);
	if (child->role != IPC_COURIER)
		hide_connection(dump);
	monitor_child_send(child, IPC_CONFIG, dump, strlen(dump), -1);
	OPENSSL_cleanse(dump, length);
	free(dump);
	if (child->monitor->follow->own_level != -1) {
		level = (uint8_t)child->monitor->follow->own_level;
		monitor_child_send(child, IPC_LEVEL, &level, 1, -1);
	}
	if (child->monitor->paused && child->role == IPC_VAULT)
		monitor_child_send(child, IPC_PAUSE, NULL, 0, -1);
}

static void
on_log(struct child *child, const struct ipc_message *message)
{
	monitor_log_child(child, message->body[0] & LOG_PRIMASK,
	    (const char *)message->body + 1, message->length - 1);
}

static void
copy_text(char *to, size_t size, const uint8_t *text, size_t length)
{
	if (length >= size)
		length = size - 1;
	for (size_t i = 0; i < length; i++)
		to[i] = text[i] == '\0' ? '?' : (char)text[i];
	to[length] = '\0';
}

static void
on_ready(struct child *child, const struct ipc_message *message)
{
	copy_text(child->in_force, sizeof(child->in_force), message->body,
	    message->length);
	child->ready = true;
	child->doing[0] = '\0';
	child->done = child->of = 0;
	restart_ready(&child->restart, clock_steady_ms());
	log_event(LOG_NOTICE, "ready", "process", LOG_TEXT(child->name), "pid",
	    LOG_NUMBER(child->pid), "sandbox", LOG_TEXT(child->in_force), NULL);
	monitor_child_ready(child->monitor);
}

static void
on_failed(struct child *child, const struct ipc_message *message)
{
	copy_text(child->reason, sizeof(child->reason), message->body + 1,
	    message->length - 1);
}

static void
on_status(struct child *child, const struct ipc_message *message)
{
	copy_text(child->status, sizeof(child->status), message->body,
	    message->length);
	monitor_status_reply(child);
}

static void
on_reloaded(struct child *child, const struct ipc_message *message)
{
	char reason[MONITOR_REASON_SIZE];

	copy_text(
	    reason, sizeof(reason), message->body + 1, message->length - 1);
	monitor_reload_answer(child, message->body[0], reason);
}

static void
on_stopped(struct child *child, const struct ipc_message *message)
{
	(void)message;
	monitor_child_stopped(child->monitor);
}

/* As every message, a sign of life. */
static void
on_alive(struct child *child, const struct ipc_message *message)
{
	(void)child;
	(void)message;
}

static void
on_progress(struct child *child, const struct ipc_message *message)
{
	const uint64_t now_ms = clock_steady_ms();

	if (child->ready)
		return;
	child->done = get_u64(message->body);
	child->of = get_u64(message->body + 8);
	copy_text(child->doing, sizeof(child->doing), message->body + 16,
	    message->length - 16);
	if (now_ms - child->progress_logged_ms < PROGRESS_LOG_MS)
		return;
	child->progress_logged_ms = now_ms;
	log_event(LOG_NOTICE, "recovering", "process", LOG_TEXT(child->name),
	    "doing", LOG_TEXT(child->doing), "done", LOG_NUMBER(child->done),
	    "of", LOG_NUMBER(child->of), NULL);
}

static void (*const handlers[IPC_TYPE_COUNT])(
    struct child *, const struct ipc_message *) = {
	[IPC_LOG] = on_log,
	[IPC_READY] = on_ready,
	[IPC_FAILED] = on_failed,
	[IPC_STATUS_REPLY] = on_status,
	[IPC_RELOADED] = on_reloaded,
	[IPC_STOPPED] = on_stopped,
	[IPC_ALIVE] = on_alive,
	[IPC_PROGRESS] = on_progress,
};

static int
take(void *context, struct ipc_message *message)
{
	struct child *child = context;

	watchdog_sign(&child->watchdog);
	handlers[message->type](child, message);
	return 0;
}

/* 1 where there may be more, 0 nothing now, or the error that ends it. */
int
monitor_child_take_messages(struct child *child)
{
	int error;

	if (child->link.ipc == NULL)
		return BANK_ECLOSED;
	error = ipc_link_read(&child->link, take, child);
	if (error == BANK_EAGAIN)
		return 0;
	if (error == BANK_EINVAL)
		log_event(LOG_ERR, "malformed_message", "process",
		    LOG_TEXT(child->name), NULL);
	/* Whatever it says after that is not read. */
	if (error == BANK_EINVAL || error == BANK_ENOMEM) {
		monitor_child_kill(child);
		ipc_link_close(&child->link);
	}
	return error == 0 ? 1 : error;
}

/* At the end of the link SIGCHLD is near; until then it says no more. */
static void
readable(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;

	(void)fd;
	(void)what;
	if (monitor_child_take_messages(child) < 0 && child->link.ipc != NULL)
		event_del(child->link.reading);
}

static void
writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	monitor_child_flush(context);
}

/* The two talk to each other without the monitor. */
static void
join(struct monitor *monitor)
{
	int link[2];

	if (monitor->front->pid == 0 || monitor->vault->pid == 0)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == -1) {
		monitor_child_kill(monitor->front);
		return;
	}
	monitor_child_send(monitor->vault, IPC_PEER, NULL, 0, link[0]);
	monitor_child_send(monitor->front, IPC_PEER, NULL, 0, link[1]);
	close(link[0]);
	close(link[1]);
}

static void
join_others(const struct child *child)
{
	if (child->role == IPC_COURIER)
		monitor_courier_started(child->monitor);
	else
		join(child->monitor);
	if (child->role == IPC_VAULT)
		monitor_courier_vault_started(child->monitor);
}

static int
prepare(struct child *child)
{
	struct monitor *monitor = child->monitor;
	const struct ipc_link_kind kind = { IPC_MONITOR, child->role, readable,
		writable };
	int fd;

	restart_started(&child->restart, clock_steady_ms());
	watchdog_start(&child->watchdog, clock_steady_ms());
	child->killed = false;
	child->doing[0] = child->reason[0] = '\0';
	child->done = child->of = 0;
	child->progress_logged_ms = clock_steady_ms();
	child->error_lines = 0;
	if (monitor_child_spawn(child,
		child->role == IPC_COURIER ? monitor->courier_exec_fd
					   : monitor->start->exec_fd,
		&fd) != 0)
		return BANK_ESYS;
	child->error_readable = event_new(monitor->base, child->error_fd,
	    EV_READ | EV_PERSIST, monitor_child_error_readable, child);
	if (ipc_link_join(&child->link, monitor->base, fd, &kind, child) != 0 ||
	    ipc_link_listen(&child->link) != 0 ||
	    child->error_readable == NULL) {
		monitor_child_kill(child);
		return 0;
	}
	event_add(child->error_readable, NULL);
	monitor_child_configure(child, monitor->config, &monitor->leaf);
	if (child->role == IPC_FRONT) {
		for (int i = 0; i < monitor->listener_count; i++)
			monitor_child_send(child, IPC_LISTENER, NULL, 0,
			    monitor->listeners[i]);
	}
	return 0;
}

void
monitor_child_start_after(struct child *child, int pause_ms)
{
	const struct timeval pause = { pause_ms / 1000,
		pause_ms % 1000 * 1000 };

	evtimer_add(child->start_again, &pause);
}

/* Joined to the other, if that is there. */
static void
start_again(evutil_socket_t fd, short what, void *context)
{
	struct child *child = context;

	(void)fd;
	(void)what;
	if (prepare(child) != 0) {
		log_event(LOG_ERR, "start_failed", "process",
		    LOG_TEXT(child->name), "reason", LOG_TEXT(strerror(errno)),
		    NULL);
		monitor_child_start_after(child, RESTART_PAUSE_MAX_MS);
		return;
	}
	join_others(child);
	monitor_child_send(child, IPC_START, NULL, 0, -1);
}

int
monitor_child_init(
    struct child *child, struct monitor *monitor, enum ipc_role role)
{
	static const char *const names[] = { [IPC_FRONT] = "front",
		[IPC_VAULT] = "vault",
		[IPC_COURIER] = "courier" };

	child->monitor = monitor;
	child->role = role;
	child->name = names[role];
	child->error_fd = -1;
	child->start_again = evtimer_new(monitor->base, start_again, child);
	return child->start_again == NULL ? BANK_ENOMEM : 0;
}

void
monitor_child_start_all(struct monitor *monitor)
{
	bool courier = monitor_courier_is_wanted(monitor);

	if (prepare(monitor->vault) != 0 || prepare(monitor->front) != 0 ||
	    (courier && prepare(monitor->courier) != 0)) {
		monitor_give_up(monitor, EX_OSERR, "can't start a process: %s",
		    strerror(errno));
		return;
	}
	join(monitor);
	monitor_courier_vault_started(monitor);
	monitor_child_send(monitor->courier, IPC_START, NULL, 0, -1);
	monitor_child_send(monitor->vault, IPC_START, NULL, 0, -1);
	monitor_child_send(monitor->front, IPC_START, NULL, 0, -1);
}
