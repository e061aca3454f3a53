/* SPDX-License-Identifier: ISC */
/*
 * What bankctl's files need of a journal that many hosts share.  Functions of
 * type int return 0, or an exit code of an error that was reported.
 */
#ifndef BANKD_BANKCTL_HOSTS_H
#define BANKD_BANKCTL_HOSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/courier_program.h"

struct bankctl;
struct lot_view;
struct store;

struct hosts {
	const struct bankctl *bankctl;
	struct courier_program program;
	struct journal_link *link;
	struct journal *journal;
	uint64_t by_ms; /* until then an answer is waited for */
};

/* Whether the configuration says so. */
bool bankctl_hosts_are(const struct bankctl *bankctl);
/*
 * A courier, started with the caller's rights: before those of the state's
 * owner are taken.  To be closed in any case.
 */
int bankctl_hosts_open(struct hosts *hosts, const struct bankctl *bankctl);
/*
 * journal_next(), asked again while a busy machine or a courier that ended
 * leaves it without an answer: an enum journal_answer.
 */
int bankctl_hosts_next(const struct bankctl *bankctl, struct journal *journal,
    struct lot_view *view);
/* The journal has the lot that the store stands on. */
int bankctl_hosts_prove(struct hosts *hosts, const struct store *store);
void bankctl_hosts_close(struct hosts *hosts);

#endif
