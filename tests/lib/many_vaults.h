/* SPDX-License-Identifier: ISC */
/*
 * Several vaults of one bank, each in a process of its own, over one journal
 * (shared_journal.h); the test is the monitor, the front and the ATMs of all,
 * and says which of them gets to the journal first.
 */
#ifndef TESTS_MANY_VAULTS_H
#define TESTS_MANY_VAULTS_H

#include "shared_journal.h"
#include "vault_fixture.h"

#define MANY_MOST 3

/* Of one vault, in memory that it shares with the test. */
struct many_gate {
	struct shared_options options;
	unsigned hold; /* at this many asks from now it waits; 0: never */
	bool waiting;
	enum shared_fault fault;     /* of its asks from now on */
	unsigned works;              /* so many before the fault */
	unsigned faults;             /* of so many; 0: of all */
	struct shared_chance chance; /* faults drawn besides */
	/* Of so many asks for what is newer, each other one finds another lot;
	 * quiet: it was told of that one. */
	unsigned busy;
	bool quiet;
};

struct many {
	struct vaults bank; /* as it was before it had hosts; stopped */
	struct vaults host[MANY_MOST];
	struct many_gate *gate; /* of each */
	unsigned count;
	char path[96];   /* of the journal */
	EVP_PKEY *lobby; /* an enrolled kiosk with cash */
	const char *const *options;
};

/* A bank of chris 1234, fey 5678 and joe 9012, each with 10000 and 1000. */
void many_make(struct many *many, const char *const options[]);
void many_free(struct many *many);
/* So many hosts of it, on a journal that has no lot yet. */
void many_begin(struct many *many, unsigned count, unsigned poll_ms);
void many_run(struct many *many, unsigned host);
/*
 * Each takes over everything and is stopped properly: their texts, chains and
 * places in the journal are the same.  The text of `balance`, in a static
 * buffer.
 */
const char *many_end(struct many *many);

/* From now on the host waits when it asks the journal for the n-th time. */
void many_hold(struct many *many, unsigned host, unsigned n);
/* Until it waits there, or has answered; false: it has. */
bool many_held(struct many *many, unsigned host);
void many_release(struct many *many, unsigned host);
/* A host that has nothing to do hears of everything. */
void many_catch_up(struct many *many, unsigned host);

#endif
