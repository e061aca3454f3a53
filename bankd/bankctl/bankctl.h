/* SPDX-License-Identifier: ISC */
/*
 * What bankctl's files share.  A command is a function that returns the
 * program's exit code, one of sysexits(3).  Data goes to standard output,
 * messages to standard error.
 */
#ifndef BANKD_BANKCTL_H
#define BANKD_BANKCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/config/config.h"
#include "../control/control_json.h"

struct bankctl {
	const char *config_path;
	struct config *config; /* NULL for commands that need none */
	enum control_json json;
	bool yes;                /* -y: ask nothing */
	const char *as, *reason; /* --as, --reason; NULL: not given */
	unsigned wait_s; /* how long to wait for bankd's answer; 0: no limit */
};

/* Sets ->config: 0, or the code of an error that was reported. */
int bankctl_read_config(struct bankctl *bankctl);

/*
 * Values are UTF-8 whatever the locale says, and what goes to a program must
 * not depend on it: so they are measured as the kiosk does in UTF-8.
 */
void bankctl_use_utf8(void);
/* `bankctl: ...` on standard error, cleaned; returns `code`. */
int bankctl_complain(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
