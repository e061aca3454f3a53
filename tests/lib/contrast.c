/* SPDX-License-Identifier: ISC */
/*
 * WCAG 2's relative luminance and contrast ratio.
 */
#include "contrast.h"

#include <math.h>

static double
linear(unsigned channel)
{
	double c = (channel & 0xff) / 255.0;

	return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
luminance(unsigned rgb)
{
	return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) +
	    0.0722 * linear(rgb);
}

double
contrast_of(unsigned one, unsigned other)
{
	double a = luminance(one) + 0.05, b = luminance(other) + 0.05;

	return a > b ? a / b : b / a;
}
