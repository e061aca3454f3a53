/* SPDX-License-Identifier: ISC */
/*
 * Why an operator asks for something: `--reason TEXT` behind a command.  The
 * monitor, the vault and bankctl read and check it here.  Pure.
 */
#ifndef BANKD_CONTROL_REASON_H
#define BANKD_CONTROL_REASON_H

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_REASON_SIZE 151 /* with NUL */

/*
 * Takes the option and its text out of words[0..*count), wherever they stand
 * behind the first.  The text, "" for a blank one, or NULL: there is none.
 */
const char *control_reason_take(char *words[], int *count);
/* Whether it says nothing: it is empty, or spaces alone. */
bool control_reason_is_blank(const char *reason);
/*
 * 0; or a code of sysexits(3) and in error[0..size) why the command can't be
 * done: the text is no reason, or a required one is blank.
 */
int control_reason_check(const char *reason, const char *command,
    bool is_required, char *error, size_t size);

#endif
