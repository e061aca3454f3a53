/* SPDX-License-Identifier: ISC */
/*
 * The statement: a table that scrolls, newest first; older entries are
 * fetched as the customer comes to them.  Or, in its place, a chart.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../draw/chart.h"
#include "../base/dates.h"
#include "../kiosk/kiosk.h"
#include "../draw/speech.h"
#include "screens_table.h"

#define PAGE 50
#define MOST 2000
#define WHAT 15 /* columns of an account's letter and an entry's kind */

struct statement {
	struct history_entry entries[MOST];
	int count, top;
	bool asking, complete;
	bool chart; /* in place of the table */
};

static void
fetch(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;
	char request[64];

	if (statement->asking || statement->complete ||
	    statement->count + 2 * PAGE > MOST)
		return;
	if (statement->count == 0)
		snprintf(request, sizeof(request), "HISTORY %d", PAGE);
	else
		snprintf(request, sizeof(request), "HISTORY %d %" PRIu64, PAGE,
		    statement->entries[statement->count - 1].seq);
	statement->asking = kiosk_ask(kiosk, ASK_HISTORY, request, NULL);
}

static int
visible(const struct kiosk *kiosk)
{
	return kiosk->chrome->area.h - 4;
}

/* Time, what, who, amount, balance; `who` takes what the others leave. */
static void
draw_row(struct kiosk *kiosk, int y, enum role role, const char *const cells[5])
{
	struct canvas canvas = kiosk->chrome->canvas;
	int width = kiosk->chrome->area.w, x = 2;
	bool roomy = width >= 76;
	int when = roomy ? 12 : 6; /* the day alone where it is narrow */
	int money = roomy ? 14 : 12;

	/* Aloud, a table is its uppermost row: see draw(). */
	canvas.speech = NULL;
	draw_text(&canvas, y, x, when, role, cells[0]);
	x += when + 1;
	draw_text(&canvas, y, x, WHAT, role, cells[1]);
	x += WHAT + 1;
	draw_text(&canvas, y, x, width - 2 * money - 2 - x, role, cells[2]);
	draw_text(&canvas, y, width - money - 1 - text_width(cells[3]), money,
	    role, cells[3]);
	draw_text(&canvas, y, width - 1 - text_width(cells[4]), money, role,
	    cells[4]);
}

static void
draw_entry(struct kiosk *kiosk, int y, const struct history_entry *entry)
{
	char when[DATES_SIZE], amount[TEXT_MONEY_SIZE],
	    balance[TEXT_MONEY_SIZE], what[64];

	snprintf(what, sizeof(what), "%.1s %s",
	    entry->account == WIRE_SAVINGS ? _("Savings") : _("Checking"),
	    receipt_kind(entry->kind));
	draw_row(kiosk, y, entry->amount < 0 ? ROLE_BODY : ROLE_TITLE,
	    (const char *const[]) { dates_wire_short(when, entry->time), what,
		strcmp(entry->other, "-") == 0 ? "" : entry->other,
		text_money(amount, "", entry->amount),
		text_money(balance, "", entry->balance) });
}

static void
hear_entry(struct kiosk *kiosk, const struct history_entry *entry)
{
	char when[DATES_SIZE], amount[TEXT_MONEY_SIZE],
	    balance[TEXT_MONEY_SIZE];
	const char *cells[] = { dates_wire_short(when, entry->time),
		entry->account == WIRE_SAVINGS ? _("Savings") : _("Checking"),
		receipt_kind(entry->kind), entry->other,
		chrome_money(kiosk->chrome, amount, entry->amount),
		_("Balance"),
		chrome_money(kiosk->chrome, balance, entry->balance) };

	for (size_t i = 0; i < NELEM(cells); i++)
		speech_hear(kiosk->chrome->speech, SPEECH_FOCUS, cells[i]);
}

static void
draw_table(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;
	int rows = visible(kiosk), i;

	if (statement->top < statement->count)
		hear_entry(kiosk, &statement->entries[statement->top]);

	draw_row(kiosk, 1, ROLE_DIM,
	    (const char *const[]) {
		_("When"), _("What"), _("Who"), _("Amount"), _("Balance") });
	for (i = 0; i < rows && statement->top + i < statement->count; i++)
		draw_entry(
		    kiosk, 3 + i, &statement->entries[statement->top + i]);
	if (statement->count == 0 && statement->complete)
		draw_text(&kiosk->chrome->canvas, 3, 2, 60, ROLE_BODY,
		    _("There are no entries yet."));
	if (statement->top + rows < statement->count)
		draw_text(&kiosk->chrome->canvas, 3 + rows, 2, 20, ROLE_DIM,
		    kiosk->chrome->theme.utf8 ? "▼" : "v");
	chrome_hint(kiosk->chrome, "PgUp", _("newer"), TERM_PAGE_UP);
	chrome_hint(kiosk->chrome, "PgDn", _("older"), TERM_PAGE_DOWN);
	chrome_hint(kiosk->chrome, "8 2 Home End", _("scroll"), 0);
}

static void
draw(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;

	speech_hear(kiosk->chrome->speech, SPEECH_TITLE, _("Statement"));
	chrome_cursor(kiosk->chrome, 3, 2);
	if (statement->chart)
		chart_both(kiosk->chrome, statement->entries,
		    (size_t)statement->count);
	else
		draw_table(kiosk);
	chrome_hint(kiosk->chrome, "g 0",
	    statement->chart ? _("list") : _("chart"), 'g');
	if (receipts_any(kiosk->receipts))
		chrome_hint(kiosk->chrome, "p 5", _("print"), 'p');
	chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
}

/* All that was fetched. */
static void
print(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;
	char *text = NULL;

	if (receipts_any(kiosk->receipts) &&
	    receipt_add_entries(&text, kiosk->config, kiosk->customer->id,
		statement->entries, (size_t)statement->count) == 0)
		kiosk_print(kiosk, "statement", text, strlen(text));
	free(text);
}

static void
scroll_to(struct kiosk *kiosk, int top)
{
	struct statement *statement = kiosk->state;
	int rows = visible(kiosk);

	if (top + rows > statement->count)
		top = statement->count - rows;
	statement->top = top < 0 ? 0 : top;
	if (statement->top + 2 * rows >= statement->count)
		fetch(kiosk);
}

/* Digits scroll as the keypad's arrows do: nobody needs a chord. */
static void
key(struct kiosk *kiosk, int key)
{
	struct statement *statement = kiosk->state;
	int rows = visible(kiosk);
	const struct {
		int key, digit, top;
	} moves[] = {
		{ TERM_UP, '8', statement->top - 1 },
		{ TERM_DOWN, '2', statement->top + 1 },
		{ TERM_PAGE_UP, '9', statement->top - rows },
		{ TERM_PAGE_DOWN, '3', statement->top + rows },
		{ TERM_HOME, '7', 0 },
		{ TERM_END, '1', statement->count },
	};

	if (key == TERM_ESC || key == TERM_ENTER || key == TERM_BACKSPACE) {
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
		return;
	}
	if (key == 'p' || key == '5')
		print(kiosk);
	if (key == 'g' || key == '0') {
		statement->chart = !statement->chart;
		fetch(kiosk);
	}
	for (size_t i = 0; i < NELEM(moves); i++) {
		if (moves[i].key == key || moves[i].digit == key)
			scroll_to(kiosk, moves[i].top);
	}
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct statement *statement = kiosk->state;
	size_t count;

	(void)ask;
	statement->asking = false;
	if (!kiosk_replied(reply, 200)) {
		statement->complete = true;
		kiosk_say_reply(kiosk, reply);
		return;
	}
	count =
	    history_read(&reply->reader, statement->entries + statement->count,
		(size_t)(MOST - statement->count));
	statement->count += (int)count;
	statement->complete = count == 0;
}

const struct screen screen_statement = {
	.name = "statement",
	.state_size = sizeof(struct statement),
	.enter = fetch,
	.draw = draw,
	.key = key,
	.reply = reply,
};
