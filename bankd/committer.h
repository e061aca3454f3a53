/* SPDX-License-Identifier: ISC */
/*
 * The thread that waits for the disk: runs one call at a time for the
 * vault's loop, which reads on meanwhile.  The loop's; the thread touches
 * nothing but what run() does.
 */
#ifndef BANKD_COMMITTER_H
#define BANKD_COMMITTER_H

#include <event2/event.h>
#include <stdbool.h>

struct committer;

/*
 * run() is called on the thread, `ended` on the loop some time after each
 * run() that nobody has waited for, perhaps after others too.  0, BANK_ENOMEM
 * or BANK_ESYS with errno.
 */
int committer_new(struct committer **committer, struct event_base *base,
    void (*run)(void *context), void (*ended)(void *context), void *context);
/* Not while a run is under way or has not been waited for. */
void committer_start(struct committer *committer);
/* Whether committer_wait() would not have to wait. */
bool committer_has_ended(struct committer *committer);
/* Once after each start: what run() wrote can be read. */
void committer_wait(struct committer *committer);
/* Nothing may be under way.  NULL is none. */
void committer_free(struct committer *committer);

#endif
