/* SPDX-License-Identifier: ISC */
/*
 * The file: a head of a block, "shared" and 0, number(8) and digest(32) of the
 * lot that the bank had when the journal began, and lots one behind the other.
 * flock(2) makes each call alone with it.
 */
#include "shared_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

static const char magic[8] = "shared";

struct shared_journal {
	struct journal journal;
	struct shared_options *options;
	int fd;
	struct chain sha;
	/* Up to where this store has it. */
	struct journal_place place;
	off_t at;
	uint64_t firm; /* known to be, up to this lot */
	/* The file's end, as the last look() found it. */
	struct journal_place end;
	struct lot_head last; /* of the lot there; all zeros: none */
	off_t end_at;

	const struct lot *lot;
	bool in_doubt, forked;
	uint8_t bytes[LOT_MAX];
};

static struct shared_journal *
shared_of(struct journal *journal)
{
	return (struct shared_journal *)(void *)journal;
}

static void
must(bool condition, const char *what)
{
	if (!condition) {
		perror(what);
		abort();
	}
}

/* The lot there is read into self->bytes; false: there is none. */
static bool
read_lot(struct shared_journal *self, off_t at, struct lot_view *view)
{
	size_t padded;

	if (pread(self->fd, self->bytes, LOT_HEAD, at) != LOT_HEAD)
		return false;
	padded = lot_claims(self->bytes);
	must(padded > 0 &&
		pread(self->fd, self->bytes, padded, at) == (ssize_t)padded &&
		lot_read(self->bytes, padded, &self->sha, view) == 0,
	    "a lot of the shared journal");
	return true;
}

/* Goes on from the end that was known to the one there is. */
static void
look(struct shared_journal *self)
{
	struct lot_view view;

	while (read_lot(self, self->end_at, &view)) {
		self->last = view.head;
		self->end.number = view.head.number;
		memcpy(self->end.digest, view.digest, LOT_DIGEST);
		self->end_at += (off_t)lot_padded(view.length);
	}
}

static void
append(struct shared_journal *self, const struct lot *lot)
{
	size_t padded = lot_padded(lot->length);

	must(pwrite(self->fd, lot->bytes, padded, self->end_at) ==
		(ssize_t)padded,
	    "the shared journal");
	look(self);
}

/* As a host that had nothing to say; what it leaves is what was there. */
static void
append_strangers(struct shared_journal *self)
{
	struct lot_head head = self->last;
	uint8_t digest[LOT_DIGEST];
	struct lot lot = { 0 };

	/* The first of all would have to know the bank's chain. */
	if (self->last.number == 0)
		return;
	head.number = self->end.number + 1;
	head.host = SHARED_STRANGER;
	memcpy(head.before, self->end.digest, LOT_DIGEST);
	must(lot_seal(&lot, &head, &self->sha, digest) == 0, "a lot");
	append(self, &lot);
	lot_free(&lot);
}

static enum shared_fault
ask(struct shared_journal *self, enum shared_call call)
{
	self->options->calls[call]++;
	return self->options->fault == NULL
	    ? SHARED_WORKS
	    : self->options->fault(self->options->context, call);
}

static int
answered(struct shared_journal *self, enum shared_call call, int answer,
    const struct lot_head *lot)
{
	if (self->options->answered != NULL)
		self->options->answered(
		    self->options->context, call, answer, lot);
	return answer;
}

static int
say_fork(struct shared_journal *self)
{
	char here[2 * LOT_DIGEST + 1], there[2 * LOT_DIGEST + 1];

	self->forked = true;
	hex_encode(self->place.digest, LOT_DIGEST, here);
	hex_encode(self->end.digest, LOT_DIGEST, there);
	(void)snprintf(self->journal.why, sizeof(self->journal.why),
	    "fork: here lot %llu is %.16s, there lot %llu is %.16s",
	    (unsigned long long)self->place.number, here,
	    (unsigned long long)self->end.number, there);
	return JOURNAL_FORK;
}

static int
say_away(struct shared_journal *self)
{
	(void)snprintf(self->journal.why, sizeof(self->journal.why),
	    "the shared journal doesn't answer");
	return JOURNAL_AWAY;
}

/* -- the calls -- */

static int
begin(struct journal *journal, const struct lot *lot)
{
	shared_of(journal)->lot = lot;
	return 0;
}

/* Whether the lot in doubt is the one behind this store's place. */
static bool
is_in(struct shared_journal *self)
{
	struct lot_view view;

	return read_lot(self, self->at, &view) &&
	    memcmp(view.digest,
		self->lot->bytes + self->lot->length - LOT_DIGEST,
		LOT_DIGEST) == 0;
}

static int
put(struct shared_journal *self)
{
	if (self->in_doubt && is_in(self))
		return JOURNAL_MINE;
	if (memcmp(self->end.digest, self->place.digest, LOT_DIGEST) != 0) {
		self->options->behind++;
		return JOURNAL_BEHIND;
	}
	append(self, self->lot);
	return JOURNAL_MINE;
}

static int
take_next(struct shared_journal *self, struct lot_view *view)
{
	if (!read_lot(self, self->at, view)) {
		if (self->options->till_asked)
			self->options->stale = false;
		return JOURNAL_NONE;
	}
	self->place.number = view->head.number;
	memcpy(self->place.digest, view->digest, LOT_DIGEST);
	self->at += (off_t)lot_padded(view->length);
	return JOURNAL_LOT;
}

static int
propose(
    struct shared_journal *self, enum shared_fault fault, struct lot_view *view)
{
	int answer;

	if (fault == SHARED_LOST || fault == SHARED_AWAY) {
		self->in_doubt = true;
		return say_away(self);
	}
	if (fault == SHARED_FORK)
		return say_fork(self);
	if (fault == SHARED_FULL && !self->in_doubt) {
		errno = ENOSPC;
		return JOURNAL_FULL;
	}
	look(self);
	if (fault == SHARED_OVERTAKEN)
		append_strangers(self);
	answer = put(self);
	if (answer == JOURNAL_MINE && fault == SHARED_UNTOLD) {
		self->in_doubt = true;
		return say_away(self);
	}
	self->in_doubt = false;
	if (answer == JOURNAL_MINE) {
		must(take_next(self, view) == JOURNAL_LOT, "its own lot");
		self->firm = self->place.number;
	}
	return answer;
}

static int
wait_for(struct journal *journal)
{
	struct shared_journal *self = shared_of(journal);
	struct lot_view view = { 0 };
	enum shared_call call;
	enum shared_fault fault;
	int answer;

	if (self->forked)
		return JOURNAL_FORK;
	call = self->in_doubt ? SHARED_AGAIN : SHARED_PROPOSE;
	fault = ask(self, call);
	flock(self->fd, LOCK_EX);
	answer = propose(self, fault, &view);
	flock(self->fd, LOCK_UN);
	return answered(self, call, answer, &view.head);
}

static int
next(struct journal *journal, struct lot_view *view)
{
	struct shared_journal *self = shared_of(journal);
	enum shared_fault fault;
	int answer;

	if (self->forked)
		return JOURNAL_FORK;
	fault = ask(self, SHARED_NEXT);
	flock(self->fd, LOCK_EX);
	look(self);
	if (fault == SHARED_OVERTAKEN)
		append_strangers(self);
	if (fault == SHARED_FORK)
		answer = say_fork(self);
	else if (fault == SHARED_AWAY || fault == SHARED_LOST)
		answer = say_away(self);
	else
		answer = take_next(self, view);
	if (fault == SHARED_SKIPS)
		answer = take_next(self, view);
	flock(self->fd, LOCK_UN);
	return answered(self, SHARED_NEXT, answer, &view->head);
}

static bool
fresh(const struct journal *journal)
{
	return !((const struct shared_journal *)(const void *)journal)
		    ->options->stale;
}

static int
firm(struct journal *journal)
{
	struct shared_journal *self = shared_of(journal);
	enum shared_fault fault;

	if (self->forked)
		return JOURNAL_FORK;
	if (self->firm == self->place.number)
		return JOURNAL_NONE;
	fault = ask(self, SHARED_FIRM);
	if (fault == SHARED_FORK)
		return say_fork(self);
	if (fault == SHARED_AWAY)
		return say_away(self);
	self->options->barriers++;
	self->firm = self->place.number;
	return JOURNAL_NONE;
}

static int
serve(struct journal *journal)
{
	(void)journal;
	return 0;
}

static int
release(struct journal *journal, uint64_t number)
{
	must(number <= shared_of(journal)->place.number, "a release");
	return 0;
}

static void
status(struct journal *journal, struct journal_status *told)
{
	struct shared_journal *self = shared_of(journal);

	*told = (struct journal_status) {
		.newest = self->end.number,
		.segments = 1,
		.bytes = (uint64_t)self->end_at,
	};
}

static void
close_shared(struct journal *journal)
{
	struct shared_journal *self = shared_of(journal);

	if (self->fd >= 0)
		close(self->fd);
	chain_close(&self->sha);
	free(self);
}

static const struct journal_engine engine = {
	.begin = begin,
	.wait = wait_for,
	.next = next,
	.fresh = fresh,
	.firm = firm,
	.serve = serve,
	.release = release,
	.status = status,
	.close = close_shared,
};

/* -- opening -- */

/* A journal that is new begins where the first store of it stands. */
static void
begin_file(struct shared_journal *self, const struct journal_place *place)
{
	uint8_t head[LOT_ALIGN] = { 0 };
	struct stat status;

	must(fstat(self->fd, &status) == 0, "fstat");
	if (status.st_size == 0) {
		memcpy(head, magic, sizeof(magic));
		put_u64(head + 8, place->number);
		memcpy(head + 16, place->digest, LOT_DIGEST);
		must(pwrite(self->fd, head, sizeof(head), 0) == LOT_ALIGN,
		    "the shared journal");
	}
	must(pread(self->fd, head, sizeof(head), 0) == LOT_ALIGN &&
		memcmp(head, magic, sizeof(magic)) == 0,
	    "the shared journal");
	self->end.number = get_u64(head + 8);
	memcpy(self->end.digest, head + 16, LOT_DIGEST);
	self->end_at = LOT_ALIGN;
}

/* Goes to the store's place; false where the journal hasn't that. */
static bool
find_place(struct shared_journal *self, const struct journal_place *place)
{
	struct lot_view view;

	self->at = self->end_at;
	self->place = self->end;
	while (self->place.number < place->number &&
	    read_lot(self, self->at, &view)) {
		self->place.number = view.head.number;
		memcpy(self->place.digest, view.digest, LOT_DIGEST);
		self->at += (off_t)lot_padded(view.length);
	}
	return self->place.number == place->number &&
	    memcmp(self->place.digest, place->digest, LOT_DIGEST) == 0;
}

int
shared_journal_open(struct journal **journal,
    const struct journal_options *options, char *error, size_t size)
{
	struct shared_journal *self = calloc(1, sizeof(*self));
	bool found;

	must(self != NULL && chain_open(&self->sha) == 0, "memory");
	self->journal.engine = &engine;
	self->options = options->engine;
	self->journal.poll_ms = self->options->poll_ms;
	self->fd =
	    open(self->options->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	must(self->fd >= 0, self->options->path);
	flock(self->fd, LOCK_EX);
	begin_file(self, &options->place);
	found = find_place(self, &options->place);
	look(self);
	if (!found) {
		self->place = options->place;
		(void)say_fork(self);
		(void)snprintf(error, size, "%s", self->journal.why);
	}
	flock(self->fd, LOCK_UN);
	if (!found) {
		close_shared(&self->journal);
		return BANK_EFORK;
	}
	*journal = &self->journal;
	return 0;
}

uint64_t
shared_journal_lots(const char *path)
{
	struct shared_journal *self = calloc(1, sizeof(*self));
	uint64_t first, lots;

	must(self != NULL && chain_open(&self->sha) == 0, "memory");
	self->fd = open(path, O_RDWR | O_CLOEXEC);
	must(self->fd >= 0, path);
	flock(self->fd, LOCK_EX);
	begin_file(self, &self->place);
	first = self->end.number;
	look(self);
	lots = self->end.number - first;
	close_shared(&self->journal);
	return lots;
}

/* -- chance -- */

static uint64_t
draw(struct shared_chance *chance)
{
	uint64_t x = chance->state | 1;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return chance->state = x;
}

enum shared_fault
shared_chance(void *context, enum shared_call call)
{
	static const enum shared_fault faults[SHARED_CALLS][4] = {
		[SHARED_PROPOSE] = { SHARED_OVERTAKEN, SHARED_LOST,
		    SHARED_UNTOLD, SHARED_FULL },
		[SHARED_AGAIN] = { SHARED_OVERTAKEN, SHARED_LOST, SHARED_UNTOLD,
		    SHARED_AWAY },
		[SHARED_NEXT] = { SHARED_AWAY, SHARED_WORKS, SHARED_WORKS,
		    SHARED_WORKS },
		[SHARED_FIRM] = { SHARED_AWAY, SHARED_WORKS, SHARED_WORKS,
		    SHARED_WORKS },
	};
	struct shared_chance *chance = context;
	uint64_t number = draw(chance);

	if (chance->of == 0 || number % chance->of != 0)
		return SHARED_WORKS;
	return faults[call][number / chance->of % 4];
}
