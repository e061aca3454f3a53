/* SPDX-License-Identifier: ISC */
/*
 * Charts of balances: how high each column is, and the columns in blocks.
 * Runs in atm-tui; keeps no state.
 */
#include "chart.h"

#include <stdio.h>

#include "../base/dates.h"
#include "../base/intl.h"
#include "chrome.h"

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

/* From the newest, which is the first: how many, and between what. */
static void
measure(struct chart *chart, const struct history_entry *entries, size_t count,
    enum wire_account account, int most)
{
	*chart = (struct chart) { 0 };
	for (size_t i = 0; i < count && chart->columns < most; i++) {
		int64_t balance = entries[i].balance;

		if (entries[i].account != account)
			continue;
		if (chart->newest == NULL) {
			chart->newest = &entries[i];
			chart->lowest = chart->highest = balance;
		}
		chart->oldest = &entries[i];
		if (balance < chart->lowest)
			chart->lowest = balance;
		if (balance > chart->highest)
			chart->highest = balance;
		chart->columns++;
	}
}

void
chart_make(struct chart *chart, const struct rect *place,
    const struct history_entry *entries, size_t count,
    enum wire_account account)
{
	int steps = place->h * CHART_STEPS, x, height;

	measure(
	    chart, entries, count, account, smaller(place->w, CHART_COLUMNS));
	x = chart->columns;
	/* The largest balance times the steps of a screen fits an int64_t. */
	for (size_t i = 0; i < count && x > 0; i++) {
		if (entries[i].account != account)
			continue;
		height = chart->highest <= 0 || entries[i].balance <= 0
		    ? 0
		    : (int)(entries[i].balance * steps / chart->highest);
		/* Nothing is a line at the bottom: that an entry is there. */
		chart->heights[--x] = height > 0 ? height : 1;
	}
}

/* One column: full cells from below, then a part of one. */
static void
draw_column(
    const struct canvas *canvas, const struct rect *place, int x, int height)
{
	static const char *const parts[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆",
		"▇", "█" };
	int here;

	for (int row = place->h - 1; row >= 0 && height > 0; row--) {
		here = smaller(height, CHART_STEPS);
		height -= here;
		draw_text(canvas, place->y + row, x, 1, ROLE_AMOUNT,
		    canvas->theme->utf8 ? parts[here] : "#");
	}
}

bool
chart_draw(const struct canvas *canvas, const struct rect *place,
    const struct history_entry *entries, size_t count,
    enum wire_account account)
{
	struct chart chart;

	chart_make(&chart, place, entries, count, account);
	for (int i = 0; i < chart.columns; i++)
		draw_column(canvas, place, place->x + i, chart.heights[i]);
	return chart.columns > 0;
}

/* `Savings: $9,749.50 - $10,000.00`, and at the right from when to when. */
static void
draw_range(struct chrome *chrome, const struct rect *place,
    const struct chart *chart, const char *account)
{
	const struct canvas *canvas = &chrome->canvas;
	char low[TEXT_MONEY_SIZE], high[TEXT_MONEY_SIZE], line[192];
	char first[DATES_SIZE], last[DATES_SIZE], day[2][64];
	int columns = place->w >= 70 ? 12 : 6; /* the day alone */
	int y = place->y - 1;

	if (chart->columns == 0) {
		snprintf(line, sizeof(line), "%s: %s", account,
		    _("There are no entries yet."));
		draw_text(canvas, y, place->x, place->w, ROLE_TITLE, line);
		return;
	}
	snprintf(line, sizeof(line), "%s: %s - %s", account,
	    chrome_money(chrome, low, chart->lowest),
	    chrome_money(chrome, high, chart->highest));
	draw_text(canvas, y, place->x, place->w, ROLE_TITLE, line);
	text_fit(day[0], sizeof(day[0]),
	    dates_wire_short(first, chart->oldest->time), columns);
	text_fit(day[1], sizeof(day[1]),
	    dates_wire_short(last, chart->newest->time), columns);
	snprintf(line, sizeof(line), "%s - %s", day[0], day[1]);
	draw_text(canvas, y, place->x + place->w - text_width(line),
	    text_width(line), ROLE_DIM, line);
}

void
chart_both(
    struct chrome *chrome, const struct history_entry *entries, size_t count)
{
	static const char *const names[] = {
		[WIRE_SAVINGS] = N_("Savings"), [WIRE_CHECKING] = N_("Checking")
	};
	int margin = chrome_margin(chrome);
	struct rect place = { 2, margin, (chrome->area.h - 4) / 2,
		chrome->area.w - 2 * margin };
	struct chart chart;

	for (enum wire_account i = WIRE_SAVINGS; i <= WIRE_CHECKING; i++) {
		chart_make(&chart, &place, entries, count, i);
		draw_range(chrome, &place, &chart, _(names[i]));
		chart_draw(&chrome->canvas, &place, entries, count, i);
		place.y += place.h + 2;
	}
}
