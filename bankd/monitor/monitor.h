/* SPDX-License-Identifier: ISC */
/*
 * The monitor: starts, restarts and stops front and vault, holds the
 * listening sockets, the pid file and the control socket, talks to syslog
 * and the service manager.  Parses nothing that a client sent.
 */
#ifndef BANKD_MONITOR_H
#define BANKD_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "../../shared/config/config.h"

struct monitor_start {
	const char *config_path;        /* absolute */
	const char *const *assignments; /* of -o, again at each reload */
	size_t assignment_count;
	bool foreground; /* log to standard error, `listening ...` told */
	bool debug;
	int exec_fd;  /* this program's own executable */
	int ready_fd; /* of daemon_start(), or -1 */
};

/*
 * The whole life of the process, from a configuration that was read to the
 * exit code that it returns.  Takes over `config`.
 */
int monitor_run(const struct monitor_start *start, struct config *config);

/*
 * Reads `path` and the assignments into a new configuration.  0 and *config,
 * or BANK_ECONFIG, BANK_ESYS with the reason in error.
 */
int monitor_config(const struct monitor_start *start, struct config **config,
    char *error, size_t size);

/*
 * A start that fails, before there is a monitor: said to the command's
 * standard error and, where a daemon was wanted, to syslog.  Returns `code`.
 */
int monitor_fail(
    const struct monitor_start *start, int code, const char *reason);

/* Whether front_user exists, where one was asked for: 0 or EX_CONFIG. */
int monitor_check_user(const struct config *config, char *error, size_t size);

#endif
