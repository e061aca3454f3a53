/* SPDX-License-Identifier: ISC */
/*
 * Prints the lines of a check.  Part of atm-tui.
 */
#include "check_report.h"

#include <stdarg.h>
#include <stdio.h>

void
check_say(struct check_report *report, const char *what, enum check_mark mark,
    const char *format, ...)
{
	static const char *const marks[] = { [CHECK_OK] = "ok",
		[CHECK_NOTE] = "note",
		[CHECK_BANK] = "FAIL",
		[CHECK_WRONG] = "FAIL" };
	va_list arguments;

	printf("%-12s %-5s ", what, marks[mark]);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	if (mark > report->worst)
		report->worst = mark;
}
