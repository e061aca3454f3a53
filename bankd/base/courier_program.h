/* SPDX-License-Identifier: ISC */
/*
 * bankd-courier as a program: where it is, and one of it for those who aren't
 * the monitor (bankctl, `bankd -t`), which ask it a few things and end it.
 */
#ifndef BANKD_COURIER_PROGRAM_H
#define BANKD_COURIER_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

#include "../../shared/config/config.h"

#define COURIER_PROGRAM "bankd-courier"

/*
 * A descriptor to execute it by: of the one beside this program, as in a
 * build, else of the installed one.  BANK_ENOTFOUND: error says what to
 * install.
 */
int courier_program_open(char *error, size_t size);

struct courier_program {
	pid_t pid;      /* 0: none */
	int monitor_fd; /* its monitor is us */
	int link_fd;    /* for journal_courier.h; the caller's to give away */
};
/*
 * Starts one and hands it its configuration.  0, or BANK_E... with error.  To
 * be ended in any case.
 */
int courier_program_start(struct courier_program *program,
    const struct config *config, char *error, size_t size);
/* Why it ended by itself, "" where it didn't; then ends it. */
void courier_program_end(
    struct courier_program *program, char *reason, size_t size);

#endif
