/* SPDX-License-Identifier: ISC */
/*
 * bankctl's end of the control socket (control.h), and how answers are
 * printed, whether they came from there or were made here.  What returns an
 * int returns an exit code, which was complained of.
 */
#ifndef BANKD_BANKCTL_CLIENT_H
#define BANKD_BANKCTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../control/control_codec.h"
#include "../control/control_json.h"

struct bankctl;

/* bankd doesn't run.  Nothing was reported: the caller may do without it. */
#define CLIENT_NOBODY (-1)

/*
 * Sends the words, and the secret unless NULL, as a request, and prints the
 * answer.  Its code, or CLIENT_NOBODY.
 */
int bankctl_client_run(
    const struct bankctl *bankctl, int argc, char *argv[], const char *secret);

/*
 * The answer as it came, malloc'd, errors complained of; or, for one that is
 * long or has no end, each line of it as it comes, until `each` returns false.
 */
int bankctl_client_ask(const struct bankctl *bankctl, int argc,
    const char *const argv[], char **answer);
int bankctl_client_follow(const struct bankctl *bankctl, int argc,
    const char *const argv[], bool (*each)(void *context, char *line),
    void *context);
/*
 * A text that the vault makes, in pieces: to `out` as they come, since it may
 * be larger than our memory.  Complains, also where nobody listens.
 */
int bankctl_client_text(const struct bankctl *bankctl, int argc,
    const char *const argv[], FILE *out);
/*
 * Sends a request's line and waits for nothing: the connection on which the
 * answer will come, or -1, also where nobody listens.  Complains of nothing.
 */
int bankctl_client_begin(const struct bankctl *bankctl, const char *line);

/* bankctl_print.c.  The order of an answer's rows; NULL: as they come. */
struct client_order {
	const char *column; /* as control_table_sort() */
	size_t limit;
};
/* Prints an answer; returns its code. */
int bankctl_client_print(const char *answer, enum control_json json);
int bankctl_client_print_sorted(const char *answer, enum control_json json,
    const struct client_order *order);
/* What its last line says: 0, or a code complained of. */
int bankctl_client_print_end(const struct control_row *last);
/* Ends an answer made here with a code, prints and frees it. */
int bankctl_client_print_made(struct control_text *answer, int code,
    const char *message, enum control_json json);

#endif
