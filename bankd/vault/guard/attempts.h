/* SPDX-License-Identifier: ISC */
/*
 * Attempts to log in, counted for (ID, kiosk) and for the ID at all kiosks,
 * for known and unknown IDs alike; too many lock the ID for a while.  An
 * attempt is counted as a failure, on stable storage, before the password is
 * compared, and taken back when it was right.  Nobody is told an outcome that
 * a full disk doesn't record: the next start would take the attempt back.
 * While as many as are left are being compared, further attempts wait.  So
 * guesses in parallel, or cut short, never exceed the configured number.
 */
#ifndef BANKD_ATTEMPTS_H
#define BANKD_ATTEMPTS_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "../../../shared/wire/wire.h"
#include "../core/deferred.h"
#include "../../store/store_attempts.h"

struct books;
struct kiosk_seen;
struct vault;

/* One attempt; embedded in the login or change of password it belongs to. */
struct attempt {
	char id[WIRE_ID_SIZE];
	uint8_t at_kiosk[STORE_ATTEMPT_KEY];
	uint8_t in_all[STORE_ATTEMPT_KEY];
	bool enrolled; /* at a kiosk with a name */
	bool nobody;   /* without an ID: recorded, never locked */
	bool comparing;
	struct deferred again; /* when one that it waited for has ended */
	bool waiting;
	LIST_ENTRY(attempt) link;
};

struct attempts {
	LIST_HEAD(attempt_list, attempt) list;
	LIST_HEAD(attempt_left, attempt) left; /* copies: no room to end them */
};

enum attempt_verdict {
	ATTEMPT_COMPARE, /* recorded: compare, once that is committed */
	ATTEMPT_LOCKED,
	ATTEMPT_WAIT /* again.run is deferred when it is to try again */
};

/*
 * `id` is NULL where the login had none of the right form.  Returns 0, or
 * BANK_ECRYPTO: the keys of its rows can't be made, and nothing was begun.
 */
int attempt_init(struct books *books, struct attempt *attempt, const char *id,
    const struct kiosk_seen *kiosk,
    void (*again)(struct vault *vault, struct deferred *deferred));
/* Before its owner is freed. */
void attempt_free(struct vault *vault, struct attempt *attempt);

/*
 * For apply(): these read the store's rows and write them, the first one only
 * where a lock begins.  They call books_failed() where that fails.
 */
bool attempt_is_locked(struct books *books, struct attempt *attempt);
enum attempt_verdict attempt_begin(
    struct books *books, struct attempt *attempt);
/* Sets *failures: how many in succession for the ID, up to this attempt. */
void attempt_end(struct books *books, struct attempt *attempt, bool right,
    uint32_t *failures);
/* For the operator: forgets the ID's failures.  0, or BANK_ECRYPTO: no key. */
int attempt_clear(struct books *books, const char *id);

/* After attempt_end(), or no room for it: who waited for it tries again. */
void attempt_ended(struct vault *vault, struct attempt *attempt);
/* After attempt_begin(): those left fail now, if there is room again. */
void attempt_settle_left(struct vault *vault);

#endif
