/* SPDX-License-Identifier: ISC */
/*
 * A kiosk's cash.  Counts and loads are audit records, of verb `cash count`
 * and `cash load` and an amount as their detail, and entries of kind cash.
 * A count that waits for a second person is its request: once that is
 * approved it counts, as of the moment at which it was made.  Records and
 * customers' entries are walked together, from the oldest on.
 */
#include "cash_report.h"

#include <stdlib.h>
#include <string.h>

#include "../../shared/base/array.h"
#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../store/store_audits.h"

/* Something that changed what the machine holds, or told it. */
struct mark {
	uint64_t time_ms, seq; /* of its entry, 0: it has none */
	enum { MARK_LOAD, MARK_COUNT, MARK_OUT, MARK_IN, MARK_NOTHING } kind;
	int64_t cents;
	uint64_t request; /* its number, if it is one */
};

struct marks {
	const struct cash_report *report;
	struct mark *list;
	size_t count, size;
	int error;
};

/* How the detail of a count's request begins. */
#define ASKED "cash count "

static bool
add(struct marks *marks, struct mark mark)
{
	if (array_room(marks->list, marks->size, marks->count + 1) != 0) {
		marks->error = BANK_ENOMEM;
		return false;
	}
	marks->list[marks->count++] = mark;
	return true;
}

/* What became of a request: it counts, or is none any more. */
static void
settle(struct marks *marks, const struct audit *audit)
{
	for (size_t i = 0; i < marks->count; i++) {
		struct mark *mark = &marks->list[i];

		if (mark->request != audit->of)
			continue;
		mark->request = 0;
		if (strcmp(audit->verb, "approve") == 0)
			mark->kind = MARK_COUNT;
	}
}

static bool
take_audit(void *context, const struct audit *audit)
{
	struct marks *marks = context;
	struct mark mark = { .time_ms = audit->time_ms, .seq = audit->seq };
	const char *amount = audit->detail;
	bool minus;

	if (strcmp(audit->about, marks->report->kiosk) != 0)
		return true;
	if (strcmp(audit->verb, "cash count") == 0)
		mark.kind = MARK_COUNT;
	else if (strcmp(audit->verb, "cash load") == 0)
		mark.kind = MARK_LOAD;
	else if (strcmp(audit->verb, "request") == 0 &&
	    strncmp(amount, ASKED, sizeof(ASKED) - 1) == 0) {
		mark.kind = MARK_NOTHING;
		mark.request = audit->number;
		amount += sizeof(ASKED) - 1;
	} else {
		if (audit->of != 0)
			settle(marks, audit);
		return true;
	}
	minus = *amount == '-';
	amount += minus;
	if (money_parse(amount, strcspn(amount, " "), &mark.cents) != 0)
		mark.cents = 0;
	if (minus)
		mark.cents = -mark.cents;
	return add(marks, mark);
}

/* A reversal: the notes never came.  What operators moved is in the audit. */
static bool
take_entry(void *context, const struct ledger_entry *entry)
{
	struct marks *marks = context;
	struct mark mark = { .time_ms = entry->time_ms,
		.seq = entry->seq,
		.kind = MARK_OUT,
		.cents = entry->amount_cents };

	if (entry->kind == LEDGER_CASH)
		return true;
	if (entry->kind == LEDGER_DEPOSIT)
		mark.kind = MARK_IN;
	else if (entry->kind == LEDGER_REVERSAL)
		mark.cents = -mark.cents;
	return add(marks, mark);
}

/* A count that found no difference comes first in its millisecond. */
static int
by_time(const void *a, const void *b)
{
	const struct mark *one = a, *other = b;

	if (one->time_ms != other->time_ms)
		return one->time_ms < other->time_ms ? -1 : 1;
	return one->seq != other->seq ? one->seq < other->seq ? -1 : 1 : 0;
}

static void
count(struct cash_report *report, const struct mark *mark)
{
	report->difference = mark->cents - report->expected;
	report->was_counted = true;
	report->counted_ms = mark->time_ms;
	report->counted = report->expected = mark->cents;
	report->loaded = report->handed_out = report->taken_in = 0;
	report->request = 0;
}

static void
put_on(struct cash_report *report, const struct mark *mark)
{
	switch (mark->kind) {
	case MARK_NOTHING:
		report->request = mark->request;
		break;
	case MARK_COUNT:
		count(report, mark);
		break;
	case MARK_LOAD:
		report->loaded += mark->cents;
		report->expected += mark->cents;
		break;
	case MARK_OUT:
		report->handed_out += mark->cents;
		report->expected -= mark->cents;
		break;
	case MARK_IN:
		report->taken_in += mark->cents;
		report->expected += mark->cents;
		break;
	}
}

int
cash_report_make(struct cash_report *report, struct store_reader *reader)
{
	struct marks marks = { .report = report };
	int error = store_reader_audits(reader, 0, take_audit, &marks);

	if (error == 0 && report->number != 0)
		error = store_reader_walk(reader,
		    &(struct store_walk) { .number = report->number,
			.newest = report->newest_seq,
			.count = SIZE_MAX },
		    take_entry, &marks);
	if (error == 0)
		error = marks.error;
	if (error == 0 && marks.count > 0)
		qsort(marks.list, marks.count, sizeof(*marks.list), by_time);
	for (size_t i = 0; error == 0 && i < marks.count; i++)
		put_on(report, &marks.list[i]);
	free(marks.list);
	return error;
}
