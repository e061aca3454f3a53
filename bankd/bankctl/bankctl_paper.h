/* SPDX-License-Identifier: ISC */
/*
 * Pages for paper: text of 80 columns as PDF, on A4.
 */
#ifndef BANKD_BANKCTL_PAPER_H
#define BANKD_BANKCTL_PAPER_H

#include <stddef.h>

/*
 * Writes text[0..length), UTF-8, as PDF to standard output, by groff(1).  0;
 * or a code of sysexits(3), and what is wrong was said.
 */
int bankctl_paper_pdf(const char *text, size_t length);

#endif
