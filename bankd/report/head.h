/* SPDX-License-Identifier: ISC */
/*
 * The head of the chain of entries as in the log, SEQ:HASH, and whether a state
 * still has it.  Pure, except for the reader.
 */
#ifndef BANKD_HEAD_H
#define BANKD_HEAD_H

#include "../store/store_reader.h"

struct head {
	uint64_t seq; /* from 1 */
	uint8_t chain[32];
};

/* 0 or BANK_EINVAL. */
int head_parse(const char *text, struct head *head);
/* 0, or BANK_EDAMAGED and in error[0..size) why: missing, another hash. */
int head_check(struct store_reader *reader, const struct head *head,
    char *error, size_t size);
/* What a proof of all has proven, in words. */
struct store_heads;
void head_say_proven(const struct store_heads *heads, char *text, size_t size);

#endif
