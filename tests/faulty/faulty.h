/* SPDX-License-Identifier: ISC */
/*
 * What a test tells the programs of build/tests/faulty/, which are bankd and
 * atm-tui with faulty.c linked in: one page of memory, mapped from the file
 * `<program>.faults` beside the executable.  lib/faults.py writes it, at any
 * moment of their lives.
 */
#ifndef TESTS_FAULTY_H
#define TESTS_FAULTY_H

#include <stdint.h>

/* A process by its role: bankd's three, the kiosk, the courier. */
enum faulty_role {
	FAULTY_MONITOR,
	FAULTY_FRONT,
	FAULTY_VAULT,
	FAULTY_KIOSK,
	FAULTY_COURIER,
	FAULTY_ROLES
};

struct faulty_page {
	/* One allocation of a role's: the next is number 1. */
	struct {
		int64_t nth;       /* counts down; fails as it comes to 0 */
		int64_t libraries; /* theirs count too, not only our code's */
		int64_t counted;
		int64_t failed;
	} memory[FAULTY_ROLES];
	/* Storage calls of the vault's (lib/disk_calls.h). */
	struct {
		int64_t kind;   /* enum disk_kind */
		int64_t answer; /* an errno, or DISK_SHORT */
		int64_t nth;    /* of that kind, from now on; 0: none */
		int64_t times;  /* so many fail */
		int64_t failed;
	} disk;
	int64_t clock_s;     /* the program's clock is ahead of the true one */
	char directory[256]; /* only storage calls on files in it */
};

#endif
