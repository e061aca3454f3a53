/* SPDX-License-Identifier: ISC */
/*
 * The words of a page go to groff as what they are: nothing that a customer
 * wrote is a request or an escape of it.
 */
#include "bankctl_paper.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/utf8.h"
#include "../../shared/base/util.h"
#include "bankctl.h"

#define CODE_POINTS 0x110000
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

static uint32_t
code_point(const char *text, size_t length)
{
	static const uint8_t masks[] = { 0x7f, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (uint8_t)text[0] & masks[length];

	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((uint8_t)text[i] & 0x3f);
	return code;
}

/* A question mark for each character that the fonts have not. */
static void
put_fallbacks(FILE *out, const char *text, size_t length)
{
	static uint8_t told[CODE_POINTS / 8];
	size_t size;

	for (; length > 0; text += size, length -= size) {
		uint32_t code;

		if ((size = utf8_length(text, length)) < 2) {
			size = 1;
			continue;
		}
		code = code_point(text, size);
		if ((told[code / 8] & 1 << code % 8) == 0)
			fprintf(out, ".fchar \\[u%04" PRIX32 "] ?\n", code);
		told[code / 8] |= (uint8_t)(1 << code % 8);
	}
}

static void
put_page(FILE *out, const char *text, size_t length)
{
	bool begins = true;

	put_fallbacks(out, text, length);
	fputs(layout, out);
	for (size_t i = 0; i < length; i++) {
		/* A dot or an apostrophe would begin a request. */
		if (begins)
			fputs("\\&", out);
		begins = text[i] == '\n';
		put_character(out, text[i]);
	}
}

/* groff's exit status; what it writes goes to that descriptor. */
static int
run_groff(int to, const char *text, size_t length)
{
	FILE *out;
	int status = -1, before = dup(STDOUT_FILENO);

	fflush(stdout);
	signal(SIGPIPE, SIG_IGN);
	if (dup2(to, STDOUT_FILENO) != -1 &&
	    (out = popen(GROFF, "w")) != NULL) {
		put_page(out, text, length);
		status = pclose(out);
	}
	(void)dup2(before, STDOUT_FILENO);
	close(before);
	return status;
}

/* The whole page, or nothing, and what cannot be written is told as such. */
int
bankctl_paper_pdf(const char *text, size_t length)
{
	char piece[BUFSIZ];
	ssize_t n;
	int page = memfd_create("page", MFD_CLOEXEC), status = -1;

	if (page != -1)
		status = run_groff(page, text, length);
	if (status == 0 && lseek(page, 0, SEEK_SET) == 0)
		while ((n = read(page, piece, sizeof(piece))) > 0)
			fwrite(piece, 1, (size_t)n, stdout);
	if (page != -1)
		close(page);
	if (status == 0)
		return 0;
	return bankctl_complain(EX_OSERR,
	    "%s did not make a PDF; it needs groff with its PDF device "
	    "(Debian: groff); --format text needs nothing",
	    GROFF);
}
