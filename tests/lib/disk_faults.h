/* SPDX-License-Identifier: ISC */
/*
 * What can go wrong with a storage call: each kind of call (disk_calls.h) with
 * each of the errors that a disk has, once and for ever.
 */
#ifndef TESTS_DISK_FAULTS_H
#define TESTS_DISK_FAULTS_H

#include "disk_calls.h"

/* From the nth call of its kind on. */
struct disk_fault {
	enum disk_kind kind;
	int answer;
	long times;
};

/* Whether the kernel can say it; a read finds no lack of room. */
bool disk_may_answer(enum disk_kind kind, int answer);
/* One of the errors that a call of the kind may have. */
int disk_any_error(enum disk_kind kind);
/*
 * Calls `fail` with each fault for which `may` is true, and its text: the sum
 * of what that returned.
 */
long disk_each_fault(bool (*may)(enum disk_kind kind, int answer),
    long (*fail)(const struct disk_fault *which, const char *text, int life),
    int life);

#endif
