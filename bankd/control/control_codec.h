/* SPDX-License-Identifier: ISC */
/*
 * The language of the control socket: bytes in, bytes out; no sockets.
 *
 * A request is one line `command arg ...`, words separated by a space (\s \t
 * \n \\ stand for a space, a tab, a newline, a backslash within one), and
 * after it a line with a secret where the command takes one.  An answer is
 * lines of fields separated by tabs (\t \n \\):
 *
 *	= name ...         the columns of the rows; without it each row is a
 *	                   fact: a name and its value
 *	+ value ...        a row
 *	. CODE [message]   the end, by a code of sysexits(3)
 *
 * A line is written whole or not at all, and nothing after one that was left
 * out: an answer without its last line was cut off.
 */
#ifndef BANKD_CONTROL_CODEC_H
#define BANKD_CONTROL_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_TEXT_START 4096 /* bytes that a text begins with */
#define CONTROL_FIELDS 16       /* of a row, at most; more are left out */
/* A request or an answer that is being written; zeros: nothing yet. */
struct control_text {
	char *data; /* NULL, or length bytes and a NUL */
	size_t length, size;
	bool failed; /* no memory, or nobody reads: nothing more is written */
};

/*
 * One line of an answer: `kind` is '=' or '+', and the fields are TEXTS("seq",
 * text).  A field that is NULL is written as `-`, none.
 */
void control_put_row(struct control_text *text, int kind, size_t count,
    const char *const fields[]);
/* A row that is a fact. */
void control_put_fact(struct control_text *text, const char *name,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The last line; a message of code 0, or "", says what was done. */
void control_put_end(struct control_text *text, int code, const char *message);
/* A request's line, and the one behind it. */
void control_put_request(
    struct control_text *text, int count, const char *const words[]);
void control_put_secret(struct control_text *text, const char *secret);
/* Room for `more` bytes behind those that are there, and for a NUL. */
bool control_text_room(struct control_text *text, size_t more);
/* Wipes and frees; zeros again. */
void control_text_free(struct control_text *text);

struct control_row {
	char kind; /* = + or .; NUL: an empty line */
	char *fields[CONTROL_FIELDS];
	size_t count;
};

/* Takes a line apart in place, with its newline or without. */
void control_get_row(struct control_row *row, char *line);
/* What a last line says, and its message; -1 where the row is no last one. */
int control_get_end(const struct control_row *row, const char **message);
/* One fact of an answer, cut to size; false, and "", where it has none. */
bool control_get_fact(
    const char *answer, const char *name, char *value, size_t size);
/* The same for one that is a number; else false, and 0. */
bool control_get_number(const char *answer, const char *name, uint64_t *number);
/* The code of an answer's last line; -1 where it has none: it was cut off. */
int control_get_code(const char *answer);
/*
 * Takes a request apart in place: how many words, or BANK_EINVAL, also for
 * none and for more than `most`.  *secret: the line behind, or NULL.
 */
int control_get_request(char *request, char *words[], int most, char **secret);
/* Whether this is the first word of a request, which stays as it is. */
bool control_is_request(const char *request, const char *command);

#endif
