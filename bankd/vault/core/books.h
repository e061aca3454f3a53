/* SPDX-License-Identifier: ISC */
/*
 * The bank's books as one batch has them: all that a check, a verb, an
 * attempt or any other apply() may look at or change.  It sees the store,
 * the rules in force, the time and the mode; no connection, no session but
 * its step's own, and no key.
 */
#ifndef BANKD_BOOKS_H
#define BANKD_BOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "../../base/options.h"
#include "../../ledger/ledger.h"
#include "../../store/store.h"

struct attempts;
struct config;
struct hash_kinds;
struct kiosks;
struct rates;

/* What a batch may write, from best to worst. */
enum vault_mode {
	VAULT_NORMAL,
	VAULT_REFUSING, /* paused, little room: logins alone; else 503 */
	VAULT_READ_ONLY /* no room at all */
};

/* Lines of the two files that a batch changed. */
struct books_touched {
	int32_t line;
	const char *hash; /* the step's, or NULL */
};

struct books {
	struct store *store;
	struct config *config;
	struct kiosks *kiosks;
	struct rates *rates;           /* of customers' transactions */
	struct attempts *attempts;     /* on their way: attempts.h */
	struct hash_kinds *hash_kinds; /* hash_kinds.h */
	struct ledger_limits limits;
	uint16_t from_port;   /* the front's, of datagrams */
	uint64_t now_ms;      /* the bank's time of the batch in hand */
	enum vault_mode mode; /* of the batch in hand */
	int error;            /* the first that a step met, or 0 */
	struct books_touched *touched;
	size_t touched_count, touched_most;
};

/* Room for what so many steps touch.  0 or BANK_ENOMEM. */
int books_init(struct books *books, size_t steps);
void books_free(struct books *books);
/* The value in force of a key of bankd.ini(5). */
int64_t books_option(const struct books *books, enum bankd_option option);
/* An error of the store ends this run of the batch. */
void books_failed(struct books *books, int error);
/* The lines of a customer are to be brought up to date. */
void books_touch(struct books *books, const struct ledger_account *account,
    const char *hash);
/* Books an entry that the rules let pass, and touches both accounts. */
void books_append(struct books *books, struct ledger_entry *entry,
    struct ledger_account *debit, struct ledger_account *credit);
/* One of the bank's own accounts, made where it is missing; or NULL. */
struct ledger_account *books_bank_account(struct books *books, const char *id);

#endif
