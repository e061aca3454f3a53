/* SPDX-License-Identifier: ISC */
/*
 * The words of a page go to groff as what they are: nothing that a customer
 * wrote is a request or an escape of it.
 */
#include "bankctl_paper.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "../../shared/base/util.h"
#include "bankctl.h"

#define GROFF "groff -K utf8 -T pdf -P -pa4"

/* A4, 80 columns of Courier at 10 points; a number below each page. */
static const char layout[] = ".pl 29.7c\n.po 2.05c\n.ll 17c\n"
			     ".fam C\n.ft R\n.ps 10\n.vs 12\n.nf\n.nh\n"
			     ".de top\n'sp 1.5c\n..\n"
			     ".de end\n'sp 0.7c\n.tl ''\\\\n%''\n'bp\n..\n"
			     ".wh 0 top\n.wh -2c end\n";

/* What groff would take for something else. */
static const struct {
	char is;
	const char *written;
} escapes[] = { { '\\', "\\[rs]" }, { '-', "\\-" }, { '\'', "\\[aq]" },
	{ '`', "\\[ga]" }, { '^', "\\[ha]" }, { '~', "\\[ti]" },
	{ '"', "\\[dq]" } };

static void
put_character(FILE *out, char c)
{
	for (size_t i = 0; i < NELEM(escapes); i++)
		if (escapes[i].is == c) {
			fputs(escapes[i].written, out);
			return;
		}
	putc(c, out);
}

static void
put_page(FILE *out, const char *text, size_t length)
{
	bool begins = true;

	fputs(layout, out);
	for (size_t i = 0; i < length; i++) {
		/* A dot or an apostrophe would begin a request. */
		if (begins)
			fputs("\\&", out);
		begins = text[i] == '\n';
		put_character(out, text[i]);
	}
}

int
bankctl_paper_pdf(const char *text, size_t length)
{
	FILE *out;
	int status = -1;

	fflush(stdout);
	signal(SIGPIPE, SIG_IGN);
	if ((out = popen(GROFF, "w")) != NULL) {
		put_page(out, text, length);
		status = pclose(out);
	}
	if (status == 0)
		return 0;
	return bankctl_complain(EX_OSERR,
	    "%s did not make a PDF; it needs groff with its PDF device "
	    "(Debian: groff); --format text needs nothing",
	    GROFF);
}
