/* SPDX-License-Identifier: ISC */
/*
 * The drawing of `bankctl top`: figures, a chart that moves to the left, the
 * histogram of commits beside the alarms, and events.  It draws what it is
 * given, asks nobody and waits for nothing.
 */
#include <curses.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/log.h"
#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_top.h"

#define LEAST_ROWS 16
#define LEAST_COLUMNS 60
#define FIXED_ROWS 8 /* header, rule, two of figures, titles, keys */
#define CHART_ROWS_MAX 12
#define STEPS 8 /* of a block's height */
#define LABEL_COLUMNS 10
#define COUNT_COLUMNS 9
#define WIDE_MAX 512

enum look { PLAIN, TITLE, DIM, GOOD, BAD, BAR, LOOKS };

static const struct {
	short colour;
	attr_t with_colour, without;
} looks[LOOKS] = {
	[PLAIN] = { -1, 0, 0 },
	[TITLE] = { -1, A_BOLD, A_BOLD },
	[DIM] = { COLOR_CYAN, 0, 0 },
	[GOOD] = { COLOR_GREEN, 0, 0 },
	[BAD] = { COLOR_RED, A_BOLD, A_BOLD },
	[BAR] = { COLOR_CYAN, 0, 0 },
};

static attr_t attributes[LOOKS];

void
bankctl_top_draw_start(void)
{
	const char *no_color = getenv("NO_COLOR");
	bool colours = has_colors() && (no_color == NULL || *no_color == '\0');

	for (short i = 0; i < LOOKS; i++) {
		attributes[i] =
		    colours ? looks[i].with_colour : looks[i].without;
		if (!colours || looks[i].colour == -1)
			continue;
		init_pair((short)(i + 1), looks[i].colour, -1);
		attributes[i] |= (attr_t)COLOR_PAIR(i + 1);
	}
	curs_set(0);
	mousemask(0, NULL);
}

void
bankctl_top_draw_again(void)
{
	clearok(curscr, TRUE);
}

/* Draws text in at most so many columns; returns the column after it. */
static int
put(int y, int x, int columns, enum look look, const char *text)
{
	wchar_t wide[WIDE_MAX];
	int used;

	if (columns <= 0)
		return x;
	used = text_widen(text, wide, NELEM(wide), columns);
	attrset((int)attributes[look]);
	mvaddwstr(y, x, wide);
	attrset(A_NORMAL);
	return x + used;
}

static const char *
duration(uint64_t seconds, char text[32])
{
	unsigned days = (unsigned)(seconds / 86400);

	seconds %= 86400;
	snprintf(text, 32, "%ud %02u:%02u:%02u", days,
	    (unsigned)(seconds / 3600), (unsigned)(seconds / 60 % 60),
	    (unsigned)(seconds % 60));
	return text;
}

static void
draw_header(const struct top_data *data, unsigned interval_ms, bool paused)
{
	char name[64], state[16], text[64], up[32];
	uint64_t uptime;
	int x, width;

	(void)control_get_fact(data->answer, "bank", name, sizeof(name));
	(void)control_get_fact(data->answer, "state", state, sizeof(state));
	(void)control_get_number(data->answer, "uptime", &uptime);
	snprintf(text, sizeof(text), "%severy %g s", paused ? "paused, " : "",
	    interval_ms / 1000.0);
	width = (int)strlen(text);
	x = put(0, 1, COLS - width - 3, TITLE, name);
	put(0, COLS - width - 1, width, paused ? BAD : DIM, text);
	if (data->up)
		snprintf(text, sizeof(text), "%s, up %s", state,
		    duration(uptime, up));
	else
		string_copy(text, "down", sizeof(text));
	put(0, x + 2, COLS - width - x - 4,
	    data->up && strcmp(state, "serving") == 0 ? GOOD : BAD, text);
	mvhline(1, 1, text_is_utf8() ? 0 : '-', COLS - 2);
}

static const struct figure {
	int row;
	const char *label, *fact, *unit;
} figures[] = {
	{ 2, "sessions", "vault-sessions", "" },
	{ 2, "connections", "vault-connections", "" },
	{ 2, "logins waiting", "vault-logins-waiting", "" },
	{ 2, "refused", "vault-logins-refused", "" },
	{ 2, "customers", "vault-customers", "" },
	{ 3, "last minute", "vault-last-minute", "" },
	{ 3, "entries", "vault-entries", "" },
	{ 3, "batches", "vault-batches", "" },
	{ 3, "largest", "vault-largest-batch", "" },
	{ 3, "behind", "vault-lots-behind", "" },
	{ 3, "free", "vault-free-mb", " MB" },
};

/* Draws the figures that have room; a vault that is down has none. */
static void
draw_figures(const struct top_data *data)
{
	int x = 1, row = figures[0].row;
	char value[32], text[80];

	for (size_t i = 0; i < NELEM(figures); i++) {
		const struct figure *figure = &figures[i];

		if (figure->row != row)
			x = 1;
		row = figure->row;
		if (!data->up ||
		    !control_get_fact(
			data->answer, figure->fact, value, sizeof(value)))
			string_copy(value, "-", sizeof(value));
		snprintf(text, sizeof(text), "%s%s", value, figure->unit);
		if (x + (int)(strlen(figure->label) + 1 + strlen(text)) >= COLS)
			continue;
		x = put(row, x, COLS - x, DIM, figure->label) + 1;
		x = put(row, x, COLS - x, PLAIN, text) + 2;
	}
}

/* The block of a column in a row: its height in eighths, or a #. */
static void
draw_cell(int y, int x, double eighths)
{
	static const wchar_t blocks[] = L" ▁▂▃▄▅▆▇█";
	wchar_t cell[2] = { L' ', L'\0' };
	int step = eighths >= STEPS ? STEPS
	    : eighths > 0           ? (int)eighths + (eighths < 1)
				    : 0;

	if (text_is_utf8())
		cell[0] = blocks[step];
	else if (step > 0)
		cell[0] = step > STEPS / 2 ? L'#' : L'.';
	mvaddwstr(y, x, cell);
}

static void
draw_chart(const struct top_data *data, int y, int rows)
{
	size_t columns = (size_t)(COLS - 2), first;
	double most = 0, now = 0;
	char text[80];

	first = data->sample_count > columns ? data->sample_count - columns : 0;
	for (size_t i = first; i < data->sample_count; i++)
		most = data->samples[i] > most ? data->samples[i] : most;
	if (data->sample_count > 0)
		now = data->samples[data->sample_count - 1];
	put(y, 1, COLS - 2, TITLE, "Transactions a second");
	snprintf(text, sizeof(text), "now %.0f, peak %.0f", now, most);
	put(y, 24, COLS - 25, PLAIN, text);
	attrset((int)attributes[BAR]);
	for (size_t i = first; i < data->sample_count && most > 0; i++) {
		double eighths = data->samples[i] * rows * STEPS / most;
		int x = COLS - 1 - (int)(data->sample_count - i);

		for (int row = 0; row < rows; row++)
			draw_cell(y + rows - row, x, eighths - row * STEPS);
	}
	attrset(A_NORMAL);
}

/* 64 us, 1.02 ms, 2.1 s */
static const char *
time_text(uint64_t us, char text[32])
{
	static const struct {
		uint64_t from;
		double us;
		const char *unit;
	} units[] = { { 1000000, 1e6, "s" }, { 1000, 1e3, "ms" },
		{ 0, 1, "us" } };
	size_t i = 0;

	while (us < units[i].from)
		i++;
	if (us == UINT64_MAX)
		return "over 2 s";
	snprintf(text, 32, "%.3g %s", (double)us / units[i].us, units[i].unit);
	return text;
}

/*
 * Sums the counts for so many rows: the fastest bucket with any count in the
 * first row, and all that are too slow for a row of their own in the last.
 * Returns the bucket of the first row.
 */
static size_t
pick_rows(const struct latency *latency, uint64_t counts[LATENCY_BUCKETS],
    size_t rows)
{
	size_t first = 0, row;

	while (first + rows < LATENCY_BUCKETS && latency->counts[first] == 0)
		first++;
	if (latency_count(latency) == 0)
		first = 0;
	memset(counts, 0, rows * sizeof(counts[0]));
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		row = i > first ? i - first : 0;
		counts[row < rows ? row : rows - 1] += latency->counts[i];
	}
	return first;
}

static void
draw_bar(int y, int x, int columns, double share)
{
	attrset((int)attributes[BAR]);
	for (int i = 0; i < columns; i++)
		draw_cell(y, x + i, i < columns * share ? STEPS : 0);
	attrset(A_NORMAL);
}

static void
draw_buckets(const struct latency *latency, int y, size_t rows, int columns)
{
	uint64_t counts[LATENCY_BUCKETS], most = 1;
	size_t first = pick_rows(latency, counts, rows);
	int x = 1 + LABEL_COLUMNS + COUNT_COLUMNS;
	char text[32];

	for (size_t i = 0; i < rows; i++)
		most = counts[i] > most ? counts[i] : most;
	for (size_t i = 0; i < rows; i++, y++) {
		put(y, 1, LABEL_COLUMNS, DIM,
		    i + 1 == rows
			? "more"
			: time_text(latency_bound_us(first + i), text));
		snprintf(text, sizeof(text), "%" PRIu64, counts[i]);
		put(y, 1 + LABEL_COLUMNS, COUNT_COLUMNS - 1, PLAIN, text);
		draw_bar(
		    y, x, columns - x + 1, (double)counts[i] / (double)most);
	}
}

static void
draw_commits(const struct top_data *data, int y, int rows, int columns)
{
	const struct latency *commits = &data->commits;
	char half[32], slow[32], text[80] = "none yet";

	put(y, 1, columns, TITLE, "Commits");
	if (latency_count(commits) > 0)
		snprintf(text, sizeof(text), "p50 %s, p99 %s",
		    time_text(latency_quantile_us(commits, 50), half),
		    time_text(latency_quantile_us(commits, 99), slow));
	put(y, 1 + LABEL_COLUMNS, columns - LABEL_COLUMNS, PLAIN, text);
	draw_buckets(commits, y + 1, (size_t)rows, columns);
}

static void
draw_alarms(const struct top_data *data, int y, int rows, int x)
{
	char lines[TOP_ALARMS][TOP_ALARM_SIZE];
	size_t count = bankctl_top_data_alarms(data, lines);

	put(y, x, COLS - x - 1, TITLE, "Alarms");
	if (count == 0)
		put(y + 1, x, COLS - x - 1, GOOD, "none");
	for (int i = 0; i < (int)count && i < rows; i++)
		put(y + 1 + i, x, COLS - x - 1, BAD, lines[i]);
}

static void
draw_events(const struct top_data *data, int y, int rows)
{
	size_t first = data->event_count > (size_t)rows
	    ? data->event_count - (size_t)rows
	    : 0;
	struct tm tm;
	char when[16];
	int row = y;

	put(row++, 1, COLS - 2, TITLE, "Events");
	for (size_t i = first; i < data->event_count; i++, row++) {
		const struct top_event *event = &data->events[i];

		if (localtime_r(&event->when, &tm) == NULL ||
		    strftime(when, sizeof(when), "%T", &tm) == 0)
			continue;
		put(row, 1, COLS - 2, DIM, when);
		put(row, 10, COLS - 11,
		    event->level <= LOG_WARNING ? BAD : PLAIN, event->line);
	}
}

void
bankctl_top_draw(const struct top_data *data, unsigned interval_ms, bool paused)
{
	int chart = (LINES - FIXED_ROWS) / 3, commits = chart;
	int y = 4, columns = COLS / 2;

	erase();
	if (LINES < LEAST_ROWS || COLS < LEAST_COLUMNS) {
		put(LINES / 2, 0, COLS, PLAIN, "too small: 60x16 at least");
		refresh();
		return;
	}
	if (chart > CHART_ROWS_MAX)
		chart = CHART_ROWS_MAX;
	if (commits > LATENCY_BUCKETS)
		commits = LATENCY_BUCKETS;
	draw_header(data, interval_ms, paused);
	draw_figures(data);
	draw_chart(data, y, chart);
	y += 1 + chart;
	draw_commits(data, y, commits, columns - 2);
	draw_alarms(data, y, commits, columns + 1);
	y += 1 + commits;
	draw_events(data, y, LINES - 2 - y);
	put(LINES - 1, 1, COLS - 2, DIM,
	    "q quit   + - interval   p pause   ^L redraw");
	refresh();
}
