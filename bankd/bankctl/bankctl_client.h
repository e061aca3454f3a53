/* SPDX-License-Identifier: ISC */
/*
 * bankctl's end of the control socket (control.h), in bankctl_client.c, and
 * answers in its form, whether they came from there or are made here: facts
 * of one, and how it is printed.  What returns an int returns an exit code,
 * which was complained of.
 */
#ifndef BANKD_BANKCTL_CLIENT_H
#define BANKD_BANKCTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
 * Sends a request's line and waits for nothing: the connection on which the
 * answer will come, or -1, also where nobody listens.  Complains of nothing.
 */
int bankctl_client_begin(const struct bankctl *bankctl, const char *line);

/*
 * bankctl_facts.c: one fact of an answer to `status`, cut to size; false, and
 * "" or 0, where it has none, or one that is no number.
 */
bool bankctl_fact_text(
    const char *answer, const char *name, char *value, size_t size);
bool bankctl_fact_number(
    const char *answer, const char *name, uint64_t *number);
/* Whether an answer has its last line, which says how it ended. */
bool bankctl_answer_is_whole(const char *answer);

/* bankctl_table.c.  Prints an answer; returns its code. */
int bankctl_table_print(const char *answer, bool json);
/* What the last line of an answer says: 0, or a code complained of. */
int bankctl_table_print_end(char *line);
/* A field as it was before it was sent; in place. */
void bankctl_answer_unescape(char *field);
/* An answer made here, line by line; fields end with NULL. */
struct answer {
	char *text;
	size_t length, size;
};
void bankctl_answer_line(
    struct answer *answer, char kind, const char *const fields[]);
/* Ends it with a code, prints and frees it; returns the code. */
int bankctl_answer_print(
    struct answer *answer, int code, const char *message, bool json);

#endif
