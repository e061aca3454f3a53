/* SPDX-License-Identifier: ISC */
/*
 * The statement: a table that scrolls, newest first, which can be filtered,
 * searched and printed.  Or, in its place, charts.  Entries come a page at a
 * time until all have, so that their number and totals are true.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../draw/chart.h"
#include "../draw/choice.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"
#include "statement_draw.h"

#define PAGE 100 /* as many as HISTORY gives */

enum view { VIEW_TABLE, VIEW_CHART, VIEW_PRINT };
enum print { PRINT_SHOWN, PRINT_LISTED, PRINT_NOT };

struct statement {
	struct history_entry entries[STATEMENT_ENTRIES];
	int count, top;
	bool asking, complete;
	bool to_end; /* as soon as the last entry has come */
	bool searching;
	enum view view;
	struct statement_list list;
	struct choice choice; /* of how much to print */
	char shown[96], listed[96];
	char language[8]; /* in which the list was searched */
};

static void
fetch(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;
	char request[64];

	if (statement->asking || statement->complete ||
	    statement->count + 2 * PAGE > STATEMENT_ENTRIES)
		return;
	if (statement->count == 0)
		snprintf(request, sizeof(request), "HISTORY %d", PAGE);
	else
		snprintf(request, sizeof(request), "HISTORY %d %" PRIu64, PAGE,
		    statement->entries[statement->count - 1].seq);
	statement->asking = kiosk_ask(kiosk, ASK_HISTORY, request, NULL);
}

static void
scroll_to(struct kiosk *kiosk, int top)
{
	struct statement *statement = kiosk->state;
	int rows = statement_draw_rows(kiosk->chrome);

	if (top + rows > statement->list.count)
		top = statement->list.count - rows;
	statement->top = top < 0 ? 0 : top;
}

/* Something else is wanted, or more has come. */
static void
list_again(struct kiosk *kiosk, int top)
{
	struct statement *statement = kiosk->state;

	string_copy(
	    statement->language, intl_language(), sizeof(statement->language));
	statement_list_make(
	    &statement->list, statement->entries, statement->count);
	scroll_to(kiosk, top);
}

static void
enter(struct kiosk *kiosk)
{
	((struct statement *)kiosk->state)->list.owner = kiosk->customer->id;
	fetch(kiosk);
}

static void
leave(struct kiosk *kiosk)
{
	choice_close(&((struct statement *)kiosk->state)->choice);
}

static struct statement_table
table_of(const struct statement *statement)
{
	return (struct statement_table) { &statement->list, statement->entries,
		statement->top, statement->searching, statement->complete };
}

static bool
can_print(const struct kiosk *kiosk)
{
	const struct statement *statement = kiosk->state;

	return receipts_any(kiosk->receipts) && statement->list.count > 0;
}

/* Where room is short, those lose their words first that need none. */
static void
hint_table(struct kiosk *kiosk)
{
	const struct statement *statement = kiosk->state;
	struct chrome *chrome = kiosk->chrome;
	int rows = statement_draw_rows(chrome);

	chrome_hint(chrome, "a/4", _("account"), 'a');
	chrome_hint(chrome, "k/6", _("kind"), 'k');
	chrome_hint(chrome, "s", _("search"), 's');
	chrome_hint(chrome, "g/0", _("chart"), 'g');
	if (can_print(kiosk))
		chrome_hint(chrome, "p/5", _("print"), 'p');
	chrome_hint(chrome, "Esc", _("back"), TERM_ESC);
	if (statement->list.count > rows)
		chrome_hint_scrolling(chrome, statement->top > 0,
		    statement->top + rows < statement->list.count, true);
}

static void
draw_charts(struct kiosk *kiosk)
{
	const struct statement *statement = kiosk->state;
	int margin = chrome_margin(kiosk->chrome);
	struct rect charts = { 1, margin, kiosk->chrome->area.h - 1,
		kiosk->chrome->area.w - 2 * margin };

	speech_hear(kiosk->chrome->speech, SPEECH_TITLE, _("Statement"));
	chrome_cursor(kiosk->chrome, 1, margin);
	chart_both(kiosk->chrome, &charts, statement->entries,
	    (size_t)statement->count);
}

static void
draw_search(struct kiosk *kiosk)
{
	struct statement_table table = table_of(kiosk->state);

	statement_draw(kiosk->chrome, &table);
	kiosk->chrome->typing = CHROME_TYPING_TEXT;
	chrome_hint(kiosk->chrome, "Enter", _("done"), TERM_ENTER);
	chrome_hint(kiosk->chrome, N_("Backspace"), _("clear"), 0);
	chrome_hint(kiosk->chrome, "Esc", _("show everything"), TERM_ESC);
}

static int
shown(const struct kiosk *kiosk)
{
	const struct statement *statement = kiosk->state;
	int rows = statement_draw_rows(kiosk->chrome),
	    rest = statement->list.count - statement->top;

	return rest < rows ? rest : rows;
}

static void
draw_print(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;
	int y = chrome_title(kiosk->chrome, _("What would you like to print?"));
	int on_page = shown(kiosk), all = statement->list.count;

	snprintf(statement->shown, sizeof(statement->shown),
	    intl_plural("This page: %d entry", "This page: %d entries",
		(unsigned long)on_page),
	    on_page);
	text_digits(statement->shown, sizeof(statement->shown));
	snprintf(statement->listed, sizeof(statement->listed),
	    intl_plural("The whole list: %d entry",
		"The whole list: %d entries", (unsigned long)all),
	    all);
	text_digits(statement->listed, sizeof(statement->listed));
	choice_draw(&statement->choice, kiosk->chrome, y);
	chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
}

static void
draw(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;
	struct statement_table table;

	if (strcmp(statement->language, intl_language()) != 0)
		list_again(kiosk, statement->top);
	if (statement->view == VIEW_PRINT) {
		draw_print(kiosk);
		return;
	}
	if (statement->searching) {
		draw_search(kiosk);
		return;
	}
	if (statement->view == VIEW_CHART) {
		draw_charts(kiosk);
		chrome_hint(kiosk->chrome, "g/0", _("list"), 'g');
		chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
		return;
	}
	scroll_to(kiosk, statement->top); /* there may be other rows now */
	table = table_of(statement);
	statement_draw(kiosk->chrome, &table);
	hint_table(kiosk);
}

/* So many of the list from this one on. */
static void
print(struct kiosk *kiosk, int first, int count)
{
	const struct statement *statement = kiosk->state;
	struct history_entry *entries =
	    calloc(count > 0 ? (size_t)count : 1, sizeof(*entries));
	char *text = NULL;

	if (entries == NULL)
		return;
	for (int i = 0; i < count; i++)
		entries[i] = statement->entries[statement->list.at[first + i]];
	if (receipt_add_entries(&text, kiosk->config, kiosk->customer->id,
		entries, (size_t)count) == 0)
		kiosk_print(kiosk, "statement", text, strlen(text));
	free(text);
	free(entries);
}

static void
ask_how_much(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;

	if (!can_print(kiosk))
		return;
	statement->choice = (struct choice) {
		.labels = { statement->shown, statement->listed,
		    N_("Nothing") },
		.count = 3,
		.left = 3,
	};
	statement->view = VIEW_PRINT;
}

static void
choose_print(struct kiosk *kiosk, int index)
{
	struct statement *statement = kiosk->state;

	if (!choice_made(kiosk->chrome, index))
		return;
	choice_close(&statement->choice);
	statement->view = VIEW_TABLE;
	if (index == PRINT_SHOWN)
		print(kiosk, statement->top, shown(kiosk));
	else if (index == PRINT_LISTED)
		print(kiosk, 0, statement->list.count);
}

static void
want_next_account(struct kiosk *kiosk)
{
	struct statement_list *list = &((struct statement *)kiosk->state)->list;

	list->account = (list->account + 1) % STATEMENT_ACCOUNTS;
	list_again(kiosk, 0);
}

static void
want_next_kind(struct kiosk *kiosk)
{
	struct statement_list *list = &((struct statement *)kiosk->state)->list;

	list->kind = (list->kind + 1) % STATEMENT_KINDS;
	list_again(kiosk, 0);
}

static void
begin_search(struct kiosk *kiosk)
{
	((struct statement *)kiosk->state)->searching = true;
}

static void
change_view(struct kiosk *kiosk)
{
	struct statement *statement = kiosk->state;

	statement->view =
	    statement->view == VIEW_CHART ? VIEW_TABLE : VIEW_CHART;
}

static void
key_search(struct kiosk *kiosk, int key)
{
	struct statement *statement = kiosk->state;

	if (key == TERM_ENTER || key == TERM_ESC)
		statement->searching = false;
	if (key == TERM_ESC)
		statement->list.words[0] = '\0';
	else if (key == TERM_BACKSPACE)
		statement_list_rub_out(&statement->list);
	else if (key >= ' ' && key < TERM_UP)
		statement_list_type(&statement->list, key);
	list_again(kiosk, 0);
}

/* Digits scroll as the keypad's arrows do: nobody needs a chord. */
static void
key_scroll(struct kiosk *kiosk, int key)
{
	struct statement *statement = kiosk->state;
	int rows = statement_draw_rows(kiosk->chrome);
	const struct {
		int key, digit, top;
	} moves[] = {
		{ TERM_UP, '8', statement->top - 1 },
		{ TERM_DOWN, '2', statement->top + 1 },
		{ TERM_PAGE_UP, '9', statement->top - rows },
		{ TERM_PAGE_DOWN, '3', statement->top + rows },
		{ TERM_HOME, '7', 0 },
		{ TERM_END, '1', statement->list.count },
	};

	for (size_t i = 0; i < NELEM(moves); i++) {
		if (moves[i].key != key && moves[i].digit != key)
			continue;
		statement->to_end = moves[i].key == TERM_END;
		scroll_to(kiosk, moves[i].top);
	}
}

static void
key_table(struct kiosk *kiosk, int key)
{
	static const struct {
		int key, digit;
		void (*act)(struct kiosk *kiosk);
	} acts[] = {
		{ 'a', '4', want_next_account },
		{ 'k', '6', want_next_kind },
		{ 's', 's', begin_search },
		{ 'g', '0', change_view },
		{ 'p', '5', ask_how_much },
	};

	for (size_t i = 0; i < NELEM(acts); i++) {
		if (acts[i].key == key || acts[i].digit == key)
			acts[i].act(kiosk);
	}
	key_scroll(kiosk, key);
}

static void
key(struct kiosk *kiosk, int key)
{
	struct statement *statement = kiosk->state;

	if (statement->searching)
		key_search(kiosk, key);
	else if (statement->view == VIEW_PRINT && key == TERM_ESC)
		choose_print(kiosk, PRINT_NOT);
	else if (statement->view == VIEW_PRINT)
		choose_print(kiosk, choice_key(&statement->choice, key));
	else if (key == TERM_ESC)
		kiosk_go(kiosk, SCREEN_MAIN_MENU);
	else if (statement->view == VIEW_TABLE)
		key_table(kiosk, key);
	else if (key == 'g' || key == '0')
		change_view(kiosk);
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	struct statement *statement = kiosk->state;
	struct statement_table table = table_of(statement);

	if (statement->view == VIEW_PRINT)
		choose_print(kiosk, choice_mouse(&statement->choice, y, x));
	else if (statement->view == VIEW_TABLE)
		scroll_to(
		    kiosk, statement_draw_touched(kiosk->chrome, &table, y, x));
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct statement *statement = kiosk->state;
	size_t count;

	(void)ask;
	statement->asking = false;
	if (!kiosk_replied(reply, 200)) {
		kiosk_say_reply(kiosk, reply);
		return;
	}
	count =
	    history_read(&reply->reader, statement->entries + statement->count,
		(size_t)(STATEMENT_ENTRIES - statement->count));
	statement->count += (int)count;
	statement->complete = count < PAGE;
	list_again(
	    kiosk, statement->to_end ? statement->count : statement->top);
	fetch(kiosk);
}

const struct screen screen_statement = {
	.name = "statement",
	.grows = true,
	.state_size = sizeof(struct statement),
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
