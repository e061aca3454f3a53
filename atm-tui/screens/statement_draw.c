/* SPDX-License-Identifier: ISC */
/*
 * The table of a statement.  Runs in atm-tui; keeps no state.  A day is named
 * at its first entry, and again at the top of a page.
 */
#include "statement_draw.h"

#include <stdio.h>
#include <string.h>

#include "../base/intl.h"
#include "../draw/bidi.h"

#define HEAD 3 /* rows above the entries: title, a free one, names */
#define FOOT 2 /* and below: a free one, totals */
#define SIDE 2 /* columns at the left; at the right is the scroll bar */
#define ROOMY 76
#define LONG_DAY (300 * 86400) /* a Wednesday, the 28th of October */

enum column { DAY, TIME, ACCOUNT, WHAT, AMOUNT, BALANCE, COLUMNS };

struct widths {
	int of[COLUMNS]; /* 0: it has no room */
};

int
statement_draw_rows(const struct chrome *chrome)
{
	int rows = chrome->area.h - HEAD - FOOT;

	return rows > 1 ? rows : 1;
}

static void
widen(int *width, const char *text)
{
	int wanted = text_width(text);

	if (wanted > *width)
		*width = wanted;
}

/* No amount is cut: these two columns are as wide as what stands in them. */
static void
widen_amounts(struct widths *widths, const struct chrome *chrome,
    const struct statement_table *table)
{
	int rows = statement_draw_rows(chrome);
	const struct history_entry *entry;
	char money[DATES_SIZE];

	if (widths->of[TIME] > 0)
		widen(&widths->of[DAY], dates_weekday(money, LONG_DAY));
	widen(&widths->of[DAY], _("Date"));
	widen(&widths->of[AMOUNT], _("Amount"));
	widen(&widths->of[BALANCE], _("Balance"));
	for (int i = table->top; i < table->top + rows; i++) {
		if (i >= table->list->count)
			break;
		entry = &table->entries[table->list->at[i]];
		widen(
		    &widths->of[AMOUNT], text_money(money, "", entry->amount));
		widen(&widths->of[BALANCE],
		    text_money(money, "", entry->balance));
	}
}

/* What the descriptions leave over widens the other columns. */
static void
share_out(struct widths *widths, const struct chrome *chrome,
    const struct statement_table *table)
{
	char what[STATEMENT_WHAT_SIZE];
	int wanted = 0, each, most = chrome->area.w / 33;

	for (int i = 0; i < table->list->count; i++)
		widen(&wanted,
		    statement_list_what(&table->entries[table->list->at[i]],
			table->list->owner, what));
	each = (widths->of[WHAT] - wanted) / (COLUMNS - 1);
	if (!chrome_is_wide(chrome) || each <= 0)
		return;
	for (int i = 0; i < COLUMNS; i++)
		if (i != WHAT)
			widths->of[i] += each < most ? each : most;
	widths->of[WHAT] -= (COLUMNS - 1) * (each < most ? each : most);
}

static struct widths
widths_of(const struct chrome *chrome, const struct statement_table *table)
{
	bool roomy = chrome->area.w >= ROOMY;
	struct widths widths = { { [DAY] = roomy ? 10 : 6,
	    [TIME] = roomy ? 5 : 0,
	    [AMOUNT] = 9,
	    [BALANCE] = 10 } };
	int rest = chrome->area.w - SIDE - 2;

	widen(&widths.of[ACCOUNT], _("Savings"));
	widen(&widths.of[ACCOUNT], _("Checking"));
	widen_amounts(&widths, chrome, table);
	for (int i = 0; i < COLUMNS; i++)
		rest -= widths.of[i] > 0 ? widths.of[i] + 1 : 0;
	widths.of[WHAT] = rest - 1;
	share_out(&widths, chrome, table);
	return widths;
}

/*
 * Amounts and balances stand at the right of their columns, which is where a
 * column of a mirrored screen begins.
 */
static void
draw_row(const struct canvas *canvas, const struct widths *widths, int y,
    enum role role, const char *const cells[COLUMNS])
{
	int x = SIDE, width, at;

	for (int i = 0; i < COLUMNS; i++) {
		width = widths->of[i];
		if (width == 0)
			continue;
		at = i >= AMOUNT && !bidi_is_mirrored()
		    ? x + width - text_width(cells[i])
		    : x;
		draw_text(canvas, y, at < x ? x : at, width, role, cells[i]);
		x += width + 1;
	}
}

static const char *
account_of(const struct history_entry *entry)
{
	return entry->account == WIRE_SAVINGS ? _("Savings") : _("Checking");
}

/* Whether an entry is of another day than the one above it. */
static bool
begins_day(const struct statement_table *table, int row)
{
	const int *at = &table->list->at[table->top + row];
	struct tm above, here;
	time_t when;

	if (row == 0)
		return true;
	when = dates_time(table->entries[at[-1]].time);
	localtime_r(&when, &above);
	when = dates_time(table->entries[at[0]].time);
	localtime_r(&when, &here);
	return above.tm_yday != here.tm_yday || above.tm_year != here.tm_year;
}

static void
draw_entry(const struct chrome *chrome, const struct statement_table *table,
    const struct widths *widths, int row)
{
	const struct history_entry *entry =
	    &table->entries[table->list->at[table->top + row]];
	struct canvas canvas = chrome->canvas;
	char amount[TEXT_MONEY_SIZE], balance[TEXT_MONEY_SIZE],
	    what[STATEMENT_WHAT_SIZE], day[DATES_SIZE], time[DATES_SIZE];
	time_t when = dates_time(entry->time);

	canvas.speech = NULL; /* see hear_entry() */
	draw_row(&canvas, widths, HEAD + row,
	    entry->amount < 0 ? ROLE_BODY : ROLE_TITLE,
	    (const char *const[]) { !begins_day(table, row) ? ""
		    : widths->of[TIME] > 0 ? dates_weekday(day, when)
					   : dates_day(day, when),
		dates_minute(time, when), account_of(entry),
		statement_list_what(entry, table->list->owner, what),
		text_money(amount, "", entry->amount),
		text_money(balance, "", entry->balance) });
}

/* Aloud, an entry is a sentence. */
static void
hear_entry(const struct chrome *chrome, const struct history_entry *entry,
    const char *owner)
{
	char when[DATES_SIZE], what[STATEMENT_WHAT_SIZE],
	    amount[TEXT_MONEY_SIZE], balance[TEXT_MONEY_SIZE], line[512];
	int64_t cents = entry->amount < 0 ? -entry->amount : entry->amount;

	snprintf(line, sizeof(line), "%s, %s, %s, %s, %s %s.",
	    dates_wire(when, entry->time), account_of(entry),
	    statement_list_what(entry, owner, what),
	    chrome_money(chrome, amount, cents), _("Balance"),
	    chrome_money(chrome, balance, entry->balance));
	speech_hear(chrome->speech, SPEECH_BODY, line);
}

/* `1-15 of 143`; until the last entry has come it is not known of how many. */
static void
position(const struct chrome *chrome, const struct statement_table *table,
    char *to, size_t size)
{
	int last = table->top + statement_draw_rows(chrome);

	if (last > table->list->count)
		last = table->list->count;
	if (table->list->count == 0)
		*to = '\0';
	else
		snprintf(to, size,
		    table->complete ? _("%1$d-%2$d of %3$d")
				    : _("%1$d-%2$d of the newest %3$d"),
		    table->top + 1, last, table->list->count);
	text_digits(to, size);
}

static void
draw_title(struct chrome *chrome, const struct statement_table *table)
{
	const struct statement_list *list = table->list;
	char line[256], where[64];
	int columns = chrome->area.w - SIDE, width;

	position(chrome, table, where, sizeof(where));
	width = text_width(where);
	if (table->searching)
		snprintf(line, sizeof(line), _("Search: %s"), list->words);
	else if (*list->words != '\0')
		snprintf(line, sizeof(line),
		    _("Statement: %1$s, %2$s, with %3$s"),
		    statement_list_account(list->account),
		    statement_list_kind(list->kind), list->words);
	else
		snprintf(line, sizeof(line), _("Statement: %1$s, %2$s"),
		    statement_list_account(list->account),
		    statement_list_kind(list->kind));
	draw_text(
	    &chrome->canvas, 0, SIDE, columns - width - 1, ROLE_TITLE, line);
	draw_text(&chrome->canvas, 0, columns - width, width, ROLE_DIM, where);
	if (table->searching)
		chrome_cursor(chrome, 0, SIDE + text_width(line));
}

static void
draw_totals(const struct chrome *chrome, const struct statement_list *list)
{
	char in[TEXT_MONEY_SIZE], out[TEXT_MONEY_SIZE], line[256];

	snprintf(line, sizeof(line), _("Money in: %1$s   Money out: %2$s"),
	    chrome_money(chrome, in, list->in),
	    chrome_money(chrome, out, list->out));
	draw_text(&chrome->canvas, chrome->area.h - 1, SIDE,
	    chrome->area.w - SIDE, ROLE_BODY, line);
}

/* The scroll bar: its ends can be touched, and so can what is between. */
static void
draw_bar(const struct chrome *chrome, const struct statement_table *table)
{
	int rows = statement_draw_rows(chrome), count = table->list->count;
	bool utf8 = chrome->theme.utf8;
	int x = chrome->area.w - 1, first, last;

	if (count <= rows || rows < 3)
		return;
	first = 1 + table->top * (rows - 2) / count;
	last = 1 + (table->top + rows - 1) * (rows - 2) / count;
	for (int i = 0; i < rows; i++) {
		const char *part = utf8 ? "│" : "|";

		if (i == 0 || i == rows - 1)
			part = i == 0 ? (utf8 ? "▲" : "^") : (utf8 ? "▼" : "v");
		else if (i >= first && i <= last)
			part = utf8 ? "█" : "#";
		draw_text(&chrome->canvas, HEAD + i, x, 1, ROLE_RULE, part);
	}
}

static void
draw_none(const struct chrome *chrome, const struct statement_table *table)
{
	const struct statement_list *list = table->list;
	bool filtered = list->account != STATEMENT_BOTH ||
	    list->kind != STATEMENT_ALL || *list->words != '\0';

	if (table->complete)
		draw_text(&chrome->canvas, HEAD, SIDE, chrome->area.w - SIDE,
		    ROLE_BODY,
		    filtered ? _("There are no such entries.")
			     : _("There are no entries yet."));
}

void
statement_draw(struct chrome *chrome, const struct statement_table *table)
{
	const struct statement_list *list = table->list;
	struct widths widths = widths_of(chrome, table);
	struct canvas quiet = chrome->canvas;
	int rows = statement_draw_rows(chrome), i;

	quiet.speech = NULL;
	chrome_cursor(chrome, HEAD, SIDE);
	draw_title(chrome, table);
	draw_row(&quiet, &widths, HEAD - 1, ROLE_DIM,
	    (const char *const[]) { _("Date"), _("Time"), _("Account"),
		_("Description"), _("Amount"), _("Balance") });
	for (i = 0; i < rows && table->top + i < list->count; i++) {
		draw_entry(chrome, table, &widths, i);
		hear_entry(chrome, &table->entries[list->at[table->top + i]],
		    list->owner);
	}
	if (list->count == 0)
		draw_none(chrome, table);
	else
		draw_totals(chrome, list);
	draw_bar(chrome, table);
}

int
statement_draw_touched(const struct chrome *chrome,
    const struct statement_table *table, int y, int x)
{
	int rows = statement_draw_rows(chrome), row = y - HEAD;

	if (row < 0 || row >= rows)
		return table->top;
	if (x >= chrome->area.w - 2 && row > 0 && row < rows - 1)
		return (row - 1) * table->list->count / (rows - 2);
	return row < rows / 2 ? table->top - rows : table->top + rows;
}
