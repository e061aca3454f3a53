/* SPDX-License-Identifier: ISC */
/*
 * The progress of a long start: reported by the code that does the work, deep
 * below, and taken by the sink that passes it on.  Each thread has a sink of
 * its own; one that hasn't called progress_open() reports nothing.  Long work
 * must report every few seconds, since a start that is silent for 30 s counts
 * as hanging.
 */
#ifndef BANKD_PROGRESS_H
#define BANKD_PROGRESS_H

#include <stdint.h>

#define PROGRESS_TEXT_SIZE 128

/* `of` is 0 if the total is unknown. */
typedef void progress_sink(
    void *context, const char *what, uint64_t done, uint64_t of);

/* A sink of NULL ends the reports. */
void progress_open(progress_sink *sink, void *context);

/*
 * Begins a step: the file and what is done to it (`bank.db: replaying
 * entries`), and how many items there are.  Reported at once.
 */
void progress_step(const char *what, uint64_t of);
/* Reports how many are done.  Cheap: passed on at most twice a second. */
void progress_done(uint64_t done);
/* Reports that the work goes on. */
void progress_sign(void);

#endif
