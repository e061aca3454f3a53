/* SPDX-License-Identifier: ISC */
/*
 * How far a long start has come: told by whoever does the work, deep below,
 * and taken by whoever passes it on.  As with the log there is one for the
 * process; without progress_open() nothing is told.  Only the thread that
 * opened it tells: calls from others do nothing.
 *
 * What takes long has to give a sign every few seconds: a start that is
 * silent for 30 s is taken for one that hangs.
 */
#ifndef BANKD_PROGRESS_H
#define BANKD_PROGRESS_H

#include <stdint.h>

#define PROGRESS_TEXT_SIZE 128

/* `of` 0: how much there is isn't known. */
typedef void progress_sink(
    void *context, const char *what, uint64_t done, uint64_t of);

/* NULL ends it. */
void progress_open(progress_sink *sink, void *context);

/*
 * A step begins: the file and what is done to it (`bank.db: replaying
 * entries`), and how many there are.  Told at once.
 */
void progress_step(const char *what, uint64_t of);
/* So many are done.  Cheap: told twice a second at most. */
void progress_done(uint64_t done);
/* Still at it. */
void progress_sign(void);

#endif
