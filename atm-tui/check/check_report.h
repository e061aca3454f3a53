/* SPDX-License-Identifier: ISC */
/*
 * The lines of a check, and the worst that was among them.
 */
#ifndef ATM_CHECK_REPORT_H
#define ATM_CHECK_REPORT_H

/* In the order of their weight. */
enum check_mark {
	CHECK_OK,
	CHECK_NOTE, /* works, and somebody may want to know */
	CHECK_BANK, /* somebody has to see to the bank */
	CHECK_WRONG /* somebody has to see to this kiosk */
};

struct check_report {
	enum check_mark worst;
};

/* Prints `what  mark  sentence`. */
void check_say(struct check_report *report, const char *what,
    enum check_mark mark, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
