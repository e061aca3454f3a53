/* SPDX-License-Identifier: ISC */
/*
 * An answer to `status` as metrics, for bankctl and for the monitor.
 */
#ifndef BANKD_CONTROL_METRICS_H
#define BANKD_CONTROL_METRICS_H

#include <stdio.h>

/* Facts of `status` with this prefix are for metrics alone. */
#define CONTROL_FIGURE "vault-figure-"

enum control_metrics {
	CONTROL_METRICS_TEXT, /* Prometheus's text format 0.0.4 */
	CONTROL_METRICS_OPEN  /* OpenMetrics 1.0 */
};

/* `answer` may be "": a bank that doesn't run has a value too, bankd_up 0. */
void control_metrics_put(
    const char *answer, enum control_metrics form, FILE *out);

#endif
