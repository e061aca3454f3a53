/* SPDX-License-Identifier: ISC */
/*
 * Charts of balances: scale, axes, dates, and the line between them.  Runs
 * in atm-tui; keeps no state.
 */
#include "chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/util.h"
#include "../base/dates.h"
#include "../base/intl.h"
#include "chrome.h"

#define WEEK (7 * 86400)
#define LEAST_STEP 100 /* cents */
#define ROWS_A_TICK 3
#define STACKED_ROWS 14 /* from so many on one chart is below the other */
#define GAP 3           /* columns between two beside each other */
#define DATE 12         /* columns of a date with its time */
#define AROUND 3        /* rows of a title, the axis and the dates */
#define PLOT_ROWS 64
#define PLOT_COLUMNS 256

static int
at_most(int value, int most)
{
	return value < most ? value : most;
}

/* The last balance holds until the newest entry of either account. */
static void
last_until(struct chart *chart, time_t newest)
{
	size_t last = chart->count - 1;

	if (newest <= chart->times[last] || chart->count == CHART_ENTRIES)
		return;
	chart->balances[chart->count] = chart->balances[last];
	chart->times[chart->count++] = newest;
}

void
chart_make(struct chart *chart, const struct history_entry *entries,
    size_t count, enum wire_account account)
{
	int64_t balance;

	chart->count = 0;
	for (size_t i = count; i-- > 0;) {
		if (entries[i].account != account ||
		    chart->count == CHART_ENTRIES)
			continue;
		balance = entries[i].balance;
		if (chart->count == 0)
			chart->lowest = chart->highest = balance;
		if (balance < chart->lowest)
			chart->lowest = balance;
		if (balance > chart->highest)
			chart->highest = balance;
		chart->balances[chart->count] = balance;
		chart->times[chart->count++] = dates_time(entries[i].time);
	}
	chart->by_time = chart->count > 0 &&
	    chart->times[chart->count - 1] - chart->times[0] >= WEEK;
	if (chart->by_time)
		last_until(chart, dates_time(entries[0].time));
}

static int64_t
round_down(int64_t value, int64_t step)
{
	int64_t rest = value % step;

	return value - (rest < 0 ? rest + step : rest);
}

/* 1, 2, 5, 10, 20 ... units, until the lines of the scale have room. */
void
chart_scale(struct chart *chart, int rows)
{
	static const int factors[] = { 2, 5, 10 };
	int most = rows / ROWS_A_TICK > 1 ? rows / ROWS_A_TICK : 1;
	int64_t unit = LEAST_STEP;

	if (most == 1) { /* no room for round amounts */
		chart->low = chart->lowest;
		chart->step = chart->highest - chart->lowest;
		if (chart->step < LEAST_STEP)
			chart->step = LEAST_STEP;
		chart->ticks = 2;
		return;
	}
	chart->step = unit;
	for (int i = 0;; i++) {
		chart->low = round_down(chart->lowest, chart->step);
		if (chart->highest - chart->low <= chart->step * most)
			break;
		chart->step = unit * factors[i % 3];
		if (i % 3 == 2)
			unit *= 10;
	}
	chart->ticks = 1 +
	    (int)((chart->highest - chart->low + chart->step - 1) /
		chart->step);
	if (chart->ticks < 2)
		chart->ticks = 2;
}

size_t
chart_at(const struct chart *chart, int column, int columns)
{
	time_t first = chart->times[0], last = chart->times[chart->count - 1];
	time_t when;
	size_t at;

	if (!chart->by_time)
		return (size_t)column * chart->count / (size_t)columns;
	when =
	    first + (last - first) * column / (columns > 1 ? columns - 1 : 1);
	for (at = chart->count - 1; at > 0 && chart->times[at] > when; at--)
		continue;
	return at;
}

/* How high an amount is in so many steps, from 0. */
static int
height_of(const struct chart *chart, int64_t cents, int steps)
{
	return (int)((cents - chart->low) * (steps - 1) /
	    (chart->step * (chart->ticks - 1)));
}

/* Braille: two dots across and four down in a cell. */
struct plot {
	int rows, columns; /* cells */
	unsigned char cells[PLOT_ROWS][PLOT_COLUMNS];
};

static void
set_dot(struct plot *plot, int x, int height)
{
	static const unsigned char bits[4][2] = { { 0x01, 0x08 },
		{ 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
	int y = 4 * plot->rows - 1 - height;

	plot->cells[y / 4][x / 2] |= bits[y % 4][x % 2];
}

/* A step from the height before to this one. */
static void
set_dots(struct plot *plot, const struct chart *chart)
{
	int before = -1, height;

	for (int x = 0; x < 2 * plot->columns; x++) {
		height = height_of(chart,
		    chart->balances[chart_at(chart, x, 2 * plot->columns)],
		    4 * plot->rows);
		for (int at = before < 0 ? height : before; at != height;
		     at += at < height ? 1 : -1)
			set_dot(plot, x, at);
		set_dot(plot, x, height);
		before = height;
	}
}

static void
draw_line(const struct canvas *canvas, const struct rect *inside,
    const struct chart *chart)
{
	struct plot plot = { inside->h, inside->w, { { 0 } } };
	char cell[4] = "\xe2";

	set_dots(&plot, chart);
	for (int y = 0; y < plot.rows; y++) {
		for (int x = 0; x < plot.columns; x++) {
			unsigned bits = plot.cells[y][x];

			cell[1] = (char)(0xa0 | bits >> 6);
			cell[2] = (char)(0x80 | (bits & 0x3f));
			if (bits != 0)
				draw_text(canvas, inside->y + y, inside->x + x,
				    1, ROLE_AMOUNT, cell);
		}
	}
}

/* Where there is no braille: all below the line, in halves of a cell. */
static void
draw_area(const struct canvas *canvas, const struct rect *inside,
    const struct chart *chart)
{
	bool utf8 = canvas->theme->utf8;
	int height;

	for (int x = 0; x < inside->w; x++) {
		height = 1 +
		    height_of(chart,
			chart->balances[chart_at(chart, x, inside->w)],
			2 * inside->h);
		for (int y = inside->h - 1; height > 0; y--, height -= 2)
			draw_text(canvas, inside->y + y, inside->x + x, 1,
			    ROLE_AMOUNT,
			    !utf8            ? "#"
				: height > 1 ? "█"
					     : "▄");
	}
}

static int
label_columns(const struct chrome *chrome, const struct chart *chart)
{
	char money[TEXT_MONEY_SIZE];
	int width, most = 0;

	for (int i = 0; i < chart->ticks; i++) {
		chrome_money(chrome, money, chart->low + i * chart->step);
		width = text_width(money);
		if (width > most)
			most = width;
	}
	return most;
}

static void
draw_scale(struct chrome *chrome, const struct canvas *canvas,
    const struct rect *inside, const struct chart *chart)
{
	bool utf8 = chrome->theme.utf8;
	char money[TEXT_MONEY_SIZE];
	int y, x = inside->x - 1, width;

	for (y = 0; y < inside->h; y++)
		draw_text(
		    canvas, inside->y + y, x, 1, ROLE_RULE, utf8 ? "│" : "|");
	draw_text(canvas, inside->y + y, x, 1, ROLE_RULE, utf8 ? "└" : "+");
	for (int i = 0; i < inside->w; i++)
		draw_text(canvas, inside->y + y, inside->x + i, 1, ROLE_RULE,
		    utf8 ? "─" : "-");
	for (int i = 0; i < chart->ticks; i++) {
		int64_t cents = chart->low + i * chart->step;

		y = inside->h - 1 - height_of(chart, cents, 4 * inside->h) / 4;
		chrome_money(chrome, money, cents);
		width = text_width(money);
		draw_text(canvas, inside->y + y, x - 1 - width, width, ROLE_DIM,
		    money);
		draw_text(
		    canvas, inside->y + y, x, 1, ROLE_RULE, utf8 ? "┤" : "+");
	}
}

/*
 * As many dates as have room, the first and the last at the ends.  One that
 * is the same as the one before says nothing new.
 */
static void
draw_dates(const struct canvas *canvas, const struct rect *inside,
    const struct chart *chart)
{
	bool time = !chart->by_time && inside->w >= 2 * DATE + GAP;
	int width = time ? DATE : DATE / 2, x;
	int count = at_most(inside->w / (2 * width), 6);
	char date[DATES_SIZE], before[DATES_SIZE] = "";
	time_t when;

	if (count < 2)
		count = 2;
	for (int i = 0; i < count; i++) {
		x = (inside->w - 1) * i / (count - 1);
		when = chart->by_time
		    ? chart->times[0] +
			(chart->times[chart->count - 1] - chart->times[0]) * i /
			    (count - 1)
		    : chart->times[chart_at(chart, x, inside->w)];
		if (time)
			dates_short(date, when);
		else
			dates_day(date, when);
		draw_text(canvas, inside->y + inside->h, inside->x + x, 1,
		    ROLE_RULE, canvas->theme->utf8 ? "┬" : "+");
		if (strcmp(date, before) == 0)
			continue;
		string_copy(before, date, sizeof(before));
		x -= (text_width(date) - 1) * i / (count - 1);
		draw_text(canvas, inside->y + inside->h + 1, inside->x + x,
		    DATE, ROLE_DIM, date);
	}
}

static void
draw_title(struct chrome *chrome, const struct rect *place,
    const struct chart *chart, const char *account)
{
	char money[3][TEXT_MONEY_SIZE], line[256];
	struct canvas canvas = chrome->canvas;

	if (chart->count == 0)
		snprintf(line, sizeof(line), "%s: %s", account,
		    _("There are no entries yet."));
	else
		snprintf(line, sizeof(line),
		    _("%1$s: %2$s now, between %3$s and %4$s"), account,
		    chrome_money(
			chrome, money[0], chart->balances[chart->count - 1]),
		    chrome_money(chrome, money[1], chart->lowest),
		    chrome_money(chrome, money[2], chart->highest));
	/* Aloud it is whole, whatever has room here. */
	speech_hear_role(chrome->speech, ROLE_TITLE, line);
	canvas.speech = NULL;
	if (text_width(line) > place->w)
		snprintf(line, sizeof(line), "%s", account);
	draw_text(&canvas, place->y, place->x, place->w, ROLE_TITLE, line);
}

static void
draw_chart(struct chrome *chrome, const struct rect *place, struct chart *chart,
    const char *account)
{
	struct canvas canvas = chrome->canvas;
	struct rect inside = *place;
	int labels;

	draw_title(chrome, place, chart, account);
	inside.h = at_most(place->h - AROUND, PLOT_ROWS);
	if (chart->count == 0 || inside.h < 1 || place->w < CHART_COLUMNS)
		return;
	chart_scale(chart, inside.h);
	labels = label_columns(chrome, chart);
	inside.y++;
	inside.x += labels + 2;
	inside.w = at_most(place->w - labels - 2, PLOT_COLUMNS);
	/* Aloud, a chart is its title. */
	canvas.speech = NULL;
	inside.x += draw_upright(&canvas, place->x, place->w) - place->x;
	draw_scale(chrome, &canvas, &inside, chart);
	draw_dates(&canvas, &inside, chart);
	if (chrome->theme.braille)
		draw_line(&canvas, &inside, chart);
	else
		draw_area(&canvas, &inside, chart);
}

void
chart_both(struct chrome *chrome, const struct rect *place,
    const struct history_entry *entries, size_t count)
{
	static const char *const names[] = {
		[WIRE_SAVINGS] = N_("Savings"), [WIRE_CHECKING] = N_("Checking")
	};
	struct chart *chart = malloc(sizeof(*chart));
	struct rect one = *place;
	bool stacked = place->h >= STACKED_ROWS;

	if (chart == NULL)
		return;
	if (stacked)
		one.h = place->h / 2;
	else
		one.w = (place->w - GAP) / 2;
	for (enum wire_account i = WIRE_SAVINGS; i <= WIRE_CHECKING; i++) {
		chart_make(chart, entries, count, i);
		draw_chart(chrome, &one, chart, _(names[i]));
		one.y += stacked ? one.h : 0;
		one.x += stacked ? 0 : one.w + GAP;
	}
	free(chart);
}
