/* SPDX-License-Identifier: ISC */
/*
 * The log: one event, one line of `event key=value ...`; values that came
 * from outside are quoted and escaped, so that no peer writes a line of its
 * own.  Nothing here can format a secret: no %, only the kinds below.
 *
 *	log_event(LOG_NOTICE, "login", "id", LOG_TEXT(id), "failed",
 *	    LOG_NUMBER(n), NULL);
 */
#ifndef SHARED_LOG_H
#define SHARED_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

#define LOG_LINE_SIZE 1024

/* Takes a finished line, without newline, at a syslog(3) priority. */
typedef void log_sink(void *context, int priority, const char *line);

/* Lines of priority up to `level` go to `sink`.  Default: stderr. */
void log_open(log_sink *sink, void *context, int level);
void log_level(int level);
int log_level_get(void);

/* The sink that writes `name: line` to standard error. */
void log_to_stderr(void *name, int priority, const char *line);

struct log_value {
	enum { LOG_VALUE_TEXT, LOG_VALUE_NUMBER, LOG_VALUE_MONEY } kind;
	const char *text;
	int64_t number;
};
#define LOG_TEXT(s) \
	(&(struct log_value) { .kind = LOG_VALUE_TEXT, .text = (s) })
#define LOG_NUMBER(n)          \
	(&(struct log_value) { \
	    .kind = LOG_VALUE_NUMBER, .number = (int64_t)(n) })
#define LOG_MONEY(cents) \
	(&(struct log_value) { .kind = LOG_VALUE_MONEY, .number = (cents) })

/* `event`, then pairs of key (const char *) and value, ended by NULL. */
void log_event(int priority, const char *event, ...) __attribute__((sentinel));

/*
 * Appends `text` to the line as a value: as it is if it is plain, else in
 * double quotes with \", \\ and \xNN; cut to fit.  For a sink's own additions.
 */
void log_escape(char *line, size_t size, const char *text);

/* Parses the name of a level (`error` ... `debug`); -1 if it is unknown. */
int log_level_parse(const char *name);
const char *log_level_name(int level);

#endif
