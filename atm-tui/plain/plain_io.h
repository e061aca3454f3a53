/* SPDX-License-Identifier: ISC */
/*
 * Plain mode and the person: a line is asked for, and lines are said.
 */
#ifndef ATM_PLAIN_IO_H
#define ATM_PLAIN_IO_H

#include "../../shared/terminal/text.h"
#include "../base/dates.h"
#include "plain_state.h"

int plain_open_input(struct plain *plain);
void plain_close_input(struct plain *plain);
/*
 * Asks; `answer` gets the line, blanks at both ends cut off.  False at the
 * end: of the input, or of the session.
 */
bool plain_ask(
    struct plain *plain, const char *prompt, char answer[PLAIN_LINE_SIZE]);
/* Likewise, as typed and without echo; the caller wipes it. */
bool plain_ask_secret(
    struct plain *plain, const char *prompt, char answer[PLAIN_LINE_SIZE]);
/*
 * Asks until one of labels[0..count) is chosen by its number; its index, or
 * -1 at the end.  A `question` is a line of its own.
 */
int plain_choose(struct plain *plain, const char *question,
    const char *const labels[], size_t count);
void plain_say(const char *line);
/* To a person, who hears where a part begins; a script has no use for it. */
void plain_heading(const struct plain *plain, const char *heading);
/* An amount, and a time of the wire: to a person as the screens have them. */
char *plain_money(
    const struct plain *plain, char to[TEXT_MONEY_SIZE], int64_t cents);
char *plain_time(
    const struct plain *plain, char to[DATES_SIZE], const char *wire_time);
/* Says that the input is incorrect, and to a person why. */
void plain_refuse(const struct plain *plain, const char *why);
/* The same of a name or a message that the bank doesn't take. */
void plain_refuse_text(const struct plain *plain, const char *text);
void plain_sayf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
