/* SPDX-License-Identifier: ISC */
/*
 * The drawing of `bankctl top`: figures, a chart that moves to the left beside
 * the kiosks, the histogram of commits beside the alarms, and events.  It draws
 * what it is given, asks nobody and waits for nothing.
 */
#include "bankctl_top_draw.h"

#include <curses.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../shared/base/log.h"
#include "../../shared/terminal/text.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "../control/control_field.h"
#include "bankctl_client.h"

#define LEAST_ROWS 16
#define LEAST_COLUMNS 60
#define FIXED_ROWS 9 /* header, rule, three of figures, titles, keys */
#define CHART_ROWS_MAX 12
#define STEPS 8 /* of a block's height */
#define LABEL_COLUMNS 10
#define COUNT_COLUMNS 9
#define WIDE_MAX 512
#define NAME_COLUMNS 8 /* at least */
#define SEEN_COLUMNS 12
#define ADDRESS_COLUMNS 16
#define SIZE_SIZE 32

/* A part of the screen: a title's row, and so many rows below it. */
struct box {
	int y, x, rows, columns;
};

enum look { PLAIN, TITLE, DIM, GOOD, BAD, BAR, LOOKS };

/*
 * A foreground and a background, of 256 colours and of 8: the screen has its
 * own background, whatever the terminal's is.  NO_COLOR leaves it to that.
 */
static const struct {
	short many[2], few[2];
	attr_t with_colour, without;
} looks[LOOKS] = {
	[PLAIN] = { { 252, 234 }, { COLOR_WHITE, COLOR_BLACK }, 0, 0 },
	[TITLE] = { { 255, 234 }, { COLOR_WHITE, COLOR_BLACK }, A_BOLD,
	    A_BOLD },
	[DIM] = { { 248, 234 }, { COLOR_WHITE, COLOR_BLACK }, 0, 0 },
	[GOOD] = { { 114, 234 }, { COLOR_GREEN, COLOR_BLACK }, 0, 0 },
	[BAD] = { { 216, 234 }, { COLOR_BLACK, COLOR_WHITE }, A_BOLD, A_BOLD },
	[BAR] = { { 80, 234 }, { COLOR_CYAN, COLOR_BLACK }, 0, 0 },
};

static attr_t attributes[LOOKS];

void
bankctl_top_draw_start(void)
{
	const char *no_color = getenv("NO_COLOR");
	bool colours = has_colors() && (no_color == NULL || *no_color == '\0');

	for (short i = 0; i < LOOKS; i++) {
		const short *pair =
		    COLORS >= 256 ? looks[i].many : looks[i].few;

		attributes[i] =
		    colours ? looks[i].with_colour : looks[i].without;
		if (!colours)
			continue;
		init_pair((short)(i + 1), pair[0], pair[1]);
		attributes[i] |= (attr_t)COLOR_PAIR(i + 1);
	}
	bkgd(' ' | attributes[PLAIN]);
	curs_set(0);
	mousemask(0, NULL);
}

void
bankctl_top_draw_again(void)
{
	clearok(curscr, TRUE);
}

/* The sign, one column wide, that something was cut. */
static const wchar_t *
more_sign(void)
{
	return text_is_utf8() ? L"…" : L">";
}

/*
 * Draws text in at most so many columns, the last of them the sign where it
 * has more; returns the column after it.
 */
static int
put(int y, int x, int columns, enum look look, const char *text)
{
	const bool is_cut = text_width(text) > columns;
	wchar_t wide[WIDE_MAX];

	if (columns <= 0)
		return x;
	attrset((int)attributes[look]);
	move(y, x);
	x += text_widen(text, wide, NELEM(wide), columns - is_cut);
	addwstr(wide);
	if (is_cut)
		addwstr(more_sign());
	attrset(A_NORMAL);
	return x + is_cut;
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

/* Of a bank of many hosts, which of them this is. */
static void
add_host(const struct top_data *data, char *name, size_t size)
{
	const size_t length = strlen(name);
	char role[32], host[HOST_NAME_MAX + 1];

	if (!control_get_fact(
		data->answer, "courier-role", role, sizeof(role)) ||
	    gethostname(host, sizeof(host)) != 0)
		return;
	snprintf(name + length, size - length, " @ %s", host);
}

static void
draw_header(const struct top_data *data, unsigned interval_ms, bool paused)
{
	char name[64 + HOST_NAME_MAX + 4], state[16], text[64], up[32];
	uint64_t uptime;
	int x, width;

	(void)control_get_fact(data->answer, "bank", name, 64);
	add_host(data, name, sizeof(name));
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
	{ 2, "logins refused", "vault-logins-refused", "" },
	{ 2, "customers", "vault-customers", "" },
	{ 3, "last minute", "vault-last-minute", "" },
	{ 3, "entries", "vault-entries", "" },
	{ 3, "batches", "vault-batches", "" },
	{ 3, "largest", "vault-largest-batch", "" },
	{ 3, "free", "vault-free-mb", " MB" },
};

/*
 * Draws a label and its value behind column x; returns the column behind, and
 * once there is no more room, the sign and COLS.
 */
static int
put_figure(int row, int x, const char *label, const char *value)
{
	const int columns = (int)(strlen(label) + 1 + strlen(value));

	if (x + columns >= COLS) {
		if (x < COLS)
			mvaddwstr(row, x - 1, more_sign());
		return COLS;
	}
	x = put(row, x, COLS - x, DIM, label) + 1;
	return put(row, x, COLS - x, PLAIN, value) + 2;
}

/* A vault that is down has no figures. */
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
		x = put_figure(row, x, figure->label, text);
	}
}

/* 812 B, 5 kB, 40 MB */
static const char *
size_text(uint64_t bytes, char text[SIZE_SIZE])
{
	static const char *const units[] = { "B", "kB", "MB", "GB" };
	size_t i = 0;

	for (; bytes >= 10000 && i + 1 < NELEM(units); i++)
		bytes /= 1000;
	snprintf(text, SIZE_SIZE, "%" PRIu64 " %s", bytes, units[i]);
	return text;
}

/* What the bank has not done yet, and what waits for an operator. */
static void
draw_backlog(const struct top_data *data, int row)
{
	uint64_t logins, lots, vault, front;
	char text[SIZE_SIZE];
	int x;

	x = put(row, 1, COLS - 2, TITLE, "Backlog") + 2;
	if (!data->up ||
	    !control_get_number(
		data->answer, "vault-logins-waiting", &logins)) {
		put(row, x, COLS - x - 1, PLAIN, "-");
		return;
	}
	(void)control_get_number(data->answer, "vault-lots-behind", &lots);
	(void)control_get_number(data->answer, "vault-unsent-bytes", &vault);
	(void)control_get_number(data->answer, "front-unsent-bytes", &front);
	snprintf(text, sizeof(text), "%" PRIu64, logins);
	x = put_figure(row, x, "logins", text);
	snprintf(text, sizeof(text), "%" PRIu64, lots);
	x = put_figure(row, x, "lots", text);
	x = put_figure(row, x, "unsent", size_text(vault + front, text));
	snprintf(text, sizeof(text), "%" PRIu64, data->waiting.requests);
	x = put_figure(row, x, "requests", text);
	snprintf(text, sizeof(text), "%" PRIu64, data->waiting.cases);
	put_figure(row, x, "cases", text);
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
draw_chart(const struct top_data *data, int y, int rows, int width)
{
	size_t columns = (size_t)width, first;
	double most = 0, now = 0;
	char text[80];

	first = data->sample_count > columns ? data->sample_count - columns : 0;
	for (size_t i = first; i < data->sample_count; i++)
		most = data->samples[i] > most ? data->samples[i] : most;
	if (data->sample_count > 0)
		now = data->samples[data->sample_count - 1];
	put(y, 1, width, TITLE, "Transactions/s");
	snprintf(text, sizeof(text), "now %.0f, peak %.0f", now, most);
	put(y, 17, width - 16, PLAIN, text);
	attrset((int)attributes[BAR]);
	for (size_t i = first; i < data->sample_count && most > 0; i++) {
		double eighths = data->samples[i] * rows * STEPS / most;
		int x = 1 + width - (int)(data->sample_count - i);

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
 * The bucket of the first row of so many: half of the commits end in the
 * middle one, unless no commit was so fast as the first.
 */
static size_t
first_bucket(const struct latency *latency, size_t rows)
{
	size_t half = latency_quantile(latency, 50), first = 0, fastest = 0;

	if (latency_count(latency) == 0)
		return 0;
	while (latency->counts[fastest] == 0)
		fastest++;
	if (half > (rows - 1) / 2)
		first = half - (rows - 1) / 2;
	if (first < fastest)
		first = fastest;
	return first + rows < LATENCY_BUCKETS ? first : LATENCY_BUCKETS - rows;
}

/*
 * Sums the counts for so many rows: all that are faster than a row of their
 * own in the first, and all that are slower in the last.
 */
static void
sum_rows(const struct latency *latency, size_t first,
    uint64_t counts[LATENCY_BUCKETS], size_t rows)
{
	size_t row;

	memset(counts, 0, rows * sizeof(counts[0]));
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		row = i > first ? i - first : 0;
		counts[row < rows ? row : rows - 1] += latency->counts[i];
	}
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
	size_t first = first_bucket(latency, rows);
	size_t half = latency_quantile(latency, 50);
	int x = 1 + LABEL_COLUMNS + COUNT_COLUMNS;
	char text[32];

	sum_rows(latency, first, counts, rows);
	for (size_t i = 0; i < rows; i++)
		most = counts[i] > most ? counts[i] : most;
	for (size_t i = 0; i < rows; i++, y++) {
		put(y, 1, LABEL_COLUMNS,
		    latency_count(latency) > 0 && first + i == half ? TITLE
								    : DIM,
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

/* The last row of a part tells how many more there are than have a row. */
static void
put_rest(const struct box *box, size_t more, const char *command)
{
	char text[64];

	snprintf(text, sizeof(text), "and %zu more: bankctl %s", more, command);
	put(box->y + box->rows, box->x, box->columns, DIM, text);
}

static size_t
shown_of(size_t count, const struct box *box)
{
	const size_t rows = (size_t)box->rows;

	return count > rows ? rows - 1 : count;
}

static void
draw_alarms(const struct top_data *data, const struct box *box)
{
	char lines[TOP_ALARMS][TOP_ALARM_SIZE];
	size_t count = bankctl_top_data_alarms(data, lines);
	size_t shown = shown_of(count, box);

	put(box->y, box->x, box->columns, TITLE, "Alarms");
	if (count == 0)
		put(box->y + 1, box->x, box->columns, GOOD, "none");
	for (size_t i = 0; i < shown; i++)
		put(box->y + 1 + (int)i, box->x, box->columns, BAD, lines[i]);
	if (shown < count)
		put_rest(box, count - shown, "status");
}

/* Behind the name, and where there is no room for the name it goes. */
static int
address_columns(const struct box *box)
{
	return box->columns < NAME_COLUMNS + SEEN_COLUMNS + ADDRESS_COLUMNS
	    ? 0
	    : ADDRESS_COLUMNS;
}

static int
seen_column(const struct box *box)
{
	return box->x + box->columns - address_columns(box) - SEEN_COLUMNS;
}

static void
draw_kiosk(
    const struct top_kiosk *kiosk, const struct box *box, int y, time_t now)
{
	const struct control_field *seconds = control_field_find("idle");
	const int seen = seen_column(box);
	char text[32], age[24];

	put(y, box->x, seen - box->x - 1, PLAIN, kiosk->name);
	snprintf(age, sizeof(age), "%lld",
	    (long long)(now > kiosk->seen ? now - kiosk->seen : 0));
	put(y, seen, SEEN_COLUMNS - 1, PLAIN,
	    kiosk->seen == 0
		? "never"
		: control_field_show(seconds, age, text, sizeof(text)));
	put(y, seen + SEEN_COLUMNS, address_columns(box), DIM, kiosk->address);
}

static void
draw_kiosks(const struct top_kiosks *kiosks, const struct box *box)
{
	size_t shown = shown_of(kiosks->count, box);
	const int seen = seen_column(box);

	put(box->y, box->x, box->columns, TITLE, "Kiosks");
	if (kiosks->count == 0) {
		put(box->y + 1, box->x, box->columns, DIM, "none");
		return;
	}
	put(box->y, seen, SEEN_COLUMNS - 1, DIM, "seen, ago");
	put(box->y, seen + SEEN_COLUMNS, address_columns(box), DIM, "address");
	for (size_t i = 0; i < shown; i++)
		draw_kiosk(
		    &kiosks->list[i], box, box->y + 1 + (int)i, time(NULL));
	if (shown < kiosks->count)
		put_rest(box, kiosks->count - shown, "kiosk list");
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
	int rows = (LINES - FIXED_ROWS) / 3, half = COLS / 2;
	struct box right = { 5, half + 1, 0, COLS - half - 2 };
	int y = 5;

	erase();
	if (LINES < LEAST_ROWS || COLS < LEAST_COLUMNS) {
		put(LINES / 2, 0, COLS, PLAIN, "too small: 60x16 at least");
		refresh();
		return;
	}
	if (rows > CHART_ROWS_MAX)
		rows = CHART_ROWS_MAX;
	right.rows = rows;
	draw_header(data, interval_ms, paused);
	draw_figures(data);
	draw_backlog(data, 4);
	draw_chart(data, y, rows, half - 2);
	draw_kiosks(&data->kiosks, &right);
	y += 1 + rows;
	draw_commits(data, y, rows, half - 2);
	right.y = y;
	draw_alarms(data, &right);
	y += 1 + rows;
	draw_events(data, y, LINES - 2 - y);
	put(LINES - 1, 1, COLS - 2, DIM,
	    "q quit   + - interval   p pause   ^L redraw");
	refresh();
}
