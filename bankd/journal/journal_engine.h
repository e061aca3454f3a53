/* SPDX-License-Identifier: ISC */
/*
 * What an engine of the journal is made of, for those who write or open one.
 * What it promises is told on top of journal.c.
 */
#ifndef BANKD_JOURNAL_ENGINE_H
#define BANKD_JOURNAL_ENGINE_H

#include "journal.h"

#define JOURNAL_SECRET 32
#define JOURNAL_WHY 256

/* Where bank.db stands, which the journal is opened beside. */
struct journal_place {
	uint64_t number;            /* newest lot that bank.db has, 0: none */
	uint8_t digest[LOT_DIGEST]; /* and its digest */
};

struct journal_options {
	const char *directory;      /* of the state */
	struct journal_place place; /* journal_next() gives what is after it */
	uint32_t host;              /* in the heads of its lots; 0: alone */
	const uint8_t *boot;        /* likewise, LOT_BOOT bytes */
	const uint8_t *secret;      /* the bank's, JOURNAL_SECRET bytes */
	void *engine;               /* the engine's own, from store_open() */
	bool begins;  /* bank.db never saw a lot: file: makes it, refuses one */
	bool stopped; /* the run before ended properly */
	bool looking; /* changes nothing; only journal_next() may be called */
};

struct journal_engine {
	int (*begin)(struct journal *journal, const struct lot *lot);
	int (*wait)(struct journal *journal);
	int (*next)(struct journal *journal, struct lot_view *view);
	bool (*fresh)(const struct journal *journal); /* NULL: always */
	int (*firm)(struct journal *journal);         /* NULL: always */
	int (*serve)(struct journal *journal);
	int (*release)(struct journal *journal, uint64_t number);
	void (*status)(struct journal *journal, struct journal_status *status);
	void (*close)(struct journal *journal);
};
/* First in what an engine keeps. */
struct journal {
	const struct journal_engine *engine;
	unsigned poll_ms;
	char why[JOURNAL_WHY];
};

#endif
