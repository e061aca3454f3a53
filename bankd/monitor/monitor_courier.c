/* SPDX-License-Identifier: ISC */
/*
 * What the monitor does for the courier alone: finds its program, and brings
 * it and the vault together.  A vault that waits for a courier's answer hears
 * nothing else, so couriers come to it on a socket of their own.
 */
#include "monitor_courier.h"

#include <sys/socket.h>

#include <sysexits.h>
#include <unistd.h>

#include "../base/courier_program.h"
#include "../base/ipc_pass.h"
#include "monitor_child.h"

bool
monitor_courier_is_wanted(const struct monitor *monitor)
{
	return config_number(monitor->config, STORE_JOURNAL_KIND) ==
	    OPTIONS_JOURNAL_POSTGRES;
}

int
monitor_courier_find(struct monitor *monitor)
{
	if (!monitor_courier_is_wanted(monitor))
		return 0;
	monitor->courier_exec_fd =
	    courier_program_open(monitor->reason, sizeof(monitor->reason));
	return monitor->courier_exec_fd >= 0 ? 0 : EX_CONFIG;
}

void
monitor_courier_started(struct monitor *monitor)
{
	int link[2];

	if (monitor->courier->pid == 0 || monitor->vault->pid == 0 ||
	    monitor->courier_link_fd == -1)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == -1) {
		monitor_child_kill(monitor->courier);
		return;
	}
	monitor_child_send(monitor->courier, IPC_PEER, NULL, 0, link[0]);
	if (ipc_pass_give(monitor->courier_link_fd, link[1]) != 0)
		monitor_child_kill(monitor->courier);
	close(link[0]);
	close(link[1]);
}

void
monitor_courier_vault_started(struct monitor *monitor)
{
	int link[2];

	if (!monitor_courier_is_wanted(monitor))
		return;
	if (monitor->courier_link_fd != -1)
		close(monitor->courier_link_fd);
	monitor->courier_link_fd = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == -1) {
		monitor_child_kill(monitor->vault);
		return;
	}
	monitor_child_send(monitor->vault, IPC_JOIN, NULL, 0, link[0]);
	close(link[0]);
	monitor->courier_link_fd = link[1];
	monitor_courier_started(monitor);
}
