/* SPDX-License-Identifier: ISC */
/*
 * How well one colour can be told from another: WCAG 2's contrast ratio.
 */
#ifndef TESTS_CONTRAST_H
#define TESTS_CONTRAST_H

/* Of two colours 0xrrggbb: from 1.0, the same, to 21.0, black and white. */
double contrast_of(unsigned one, unsigned other);

#endif
