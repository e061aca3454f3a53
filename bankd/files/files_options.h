/* SPDX-License-Identifier: ISC */
/*
 * How the two files are taken over and kept.
 */
#ifndef BANKD_FILES_OPTIONS_H
#define BANKD_FILES_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct files_options {
	const char *directory;
	bool refuse_edits;       /* hand_edits = refuse */
	bool many_hosts;         /* the others would know of no edit */
	const char *hash_prefix; /* for crypt_gensalt: "$y$" */
	unsigned long hash_cost; /* 0: libcrypt's default */
	uint64_t now_ms;         /* the bank's time, for files_start() */
	/*
	 * Called for each hash at a start, and then for each change; "" means
	 * no hash.  Returns 0 or BANK_ENOMEM.  May be NULL.
	 */
	int (*on_hash)(void *context, uint32_t line, const char *hash);
	void *context;
};

#endif
