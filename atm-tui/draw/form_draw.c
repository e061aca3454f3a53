/* SPDX-License-Identifier: ISC */
/*
 * How forms look: fields in boxes with the label in the upper line, or where
 * there is little room in single rows with the label before them.  Runs in
 * atm-tui.  The fields live in a panel of their own above the body, since
 * the body is erased for each drawing and libform draws only what changes.
 */
#include "form_draw.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "../base/intl.h"
#include "chrome.h"
#include "bidi.h"
#include "speech.h"

#define FIELD_COLUMNS 32
#define BOX_ROWS 3
#define WORD 8 /* columns that breaking a line at a space may cost */

/* As many bullets as characters, at most a field of them. */
static void
mask(char *to, size_t size, const char *value, const char *bullet)
{
	size_t used = 0, n = strlen(bullet);
	int columns = 0;

	for (; *value != '\0'; value++) {
		if ((*value & 0xc0) == 0x80 || columns >= FIELD_COLUMNS - 1 ||
		    used + n >= size)
			continue;
		memcpy(to + used, bullet, n);
		used += n;
		columns++;
	}
	to[used] = '\0';
}

void
form_show(struct form_page *page, struct form_line *line)
{
	char bullets[4 * FIELD_COLUMNS], amount[FORM_VALUE_SIZE];
	struct theme theme = { .utf8 = text_is_utf8() };

	if (page->form == NULL)
		return;
	mask(bullets, sizeof(bullets), line->value,
	    draw_symbol(&theme, SYMBOL_MASK));
	snprintf(amount, sizeof(amount), "%s", line->value);
	if (line->kind == FORM_AMOUNT)
		text_digits(amount, sizeof(amount));
	set_field_buffer(
	    line->field, 0, line->kind == FORM_SECRET ? bullets : amount);
	OPENSSL_cleanse(amount, sizeof(amount));
	if (current_field(page->form) == line->field)
		form_driver(page->form, REQ_END_FIELD);
}

/* What libform has of a text, without the spaces it fills up with. */
void
form_read_back(struct form_page *page, struct form_line *line)
{
	size_t length;

	if (page->form == NULL || line->kind > FORM_TEXT)
		return;
	form_driver(page->form, REQ_VALIDATION);
	text_clean(line->value, sizeof(line->value),
	    field_buffer(line->field, 0), strlen(field_buffer(line->field, 0)));
	length = strlen(line->value);
	while (length > 0 && line->value[length - 1] == ' ')
		line->value[--length] = '\0';
}

void
form_close(struct form_page *page)
{
	WINDOW *window;

	if (page->form != NULL) {
		unpost_form(page->form);
		free_form(page->form);
		page->form = NULL;
	}
	for (int i = 0; i < page->count; i++) {
		if (page->fields[i] != NULL)
			free_field(page->fields[i]);
		page->fields[i] = NULL;
	}
	if (page->pad != NULL)
		delwin(page->pad);
	page->pad = NULL;
	if (page->panel != NULL) {
		window = panel_window(page->panel);
		del_panel(page->panel);
		delwin(window);
		page->panel = NULL;
	}
}

static int
label_columns(const struct form_page *page)
{
	int width, most = 0;

	for (int i = 0; i < page->count; i++) {
		width = text_width(_(page->lines[i].label));
		if (width > most)
			most = width;
	}
	return most;
}

/* Where the field of a line begins in the panel. */
static int
field_column(const struct form_page *page)
{
	return page->pitch == BOX_ROWS ? 2 : label_columns(page) + 4;
}

static FIELD *
make_field(const struct form_page *page, const struct form_line *line, int row,
    int column, const struct theme *theme)
{
	int width = page->place.w - column - 2;
	FIELD *field;

	/* What is typed is an ID, an amount or a secret: from left to right. */
	if (bidi_is_mirrored())
		column = page->place.w - column - width;
	field = new_field(1, width, row, column, 0, 0);

	if (field == NULL)
		return NULL;
	field_opts_off(field, O_AUTOSKIP | O_PASSOK);
	if (line->kind <= FORM_TEXT) {
		field_opts_off(field, O_STATIC);
		set_max_field(field, (int)line->limit);
	}
	set_field_back(field, theme->attributes[ROLE_FIELD]);
	set_field_fore(field, theme->attributes[ROLE_FIELD]);
	return field;
}

static bool
build(struct form_page *page, struct chrome *chrome)
{
	WINDOW *window =
	    newwin(page->place.h, page->place.w, page->place.y + chrome->top,
		chrome_seen_at(chrome, page->place.x, page->place.w));
	int first = page->pitch == BOX_ROWS ? 1 : 0;

	if (window == NULL)
		return false;
	page->panel = new_panel(window);
	page->pad = newpad(page->place.h, page->place.w);
	if (page->pad == NULL)
		return false;
	wbkgdset(
	    window, (chtype)' ' | (chtype)chrome->theme.attributes[ROLE_BODY]);
	werase(window);
	for (int i = 0; i < page->count; i++) {
		page->fields[i] =
		    make_field(page, &page->lines[i], i * page->pitch + first,
			field_column(page), &chrome->theme);
		if (page->fields[i] == NULL)
			return false;
		page->lines[i].field = page->fields[i];
	}
	page->form = new_form(page->fields);
	if (page->form == NULL)
		return false;
	set_form_win(page->form, page->pad);
	set_form_sub(page->form, page->pad);
	if (post_form(page->form) != E_OK)
		return false;
	for (int i = 0; i < page->count; i++)
		form_show(page, &page->lines[i]);
	form_focus(page, page->focus, page->replace);
	return true;
}

/* Builds the form where place, theme or language have changed. */
static bool
prepare(struct form_page *page, struct chrome *chrome, int y)
{
	const struct rect *area = &chrome->area;
	int margin = chrome_margin(chrome), pitch, width;
	struct rect place;

	pitch = y + page->count * BOX_ROWS + 3 <= area->h ? BOX_ROWS : 1;
	if (pitch == 1 && y + page->count * 2 + 3 <= area->h)
		pitch = 2;
	width = FIELD_COLUMNS + 4;
	if (pitch != BOX_ROWS)
		width += label_columns(page) + 2;
	if (width > area->w - margin)
		width = area->w - margin;
	place =
	    (struct rect) { y, area->x + margin, page->count * pitch, width };
	if (page->form != NULL && page->theme == (int)chrome->theme.id &&
	    page->mirrored == bidi_is_mirrored() && page->pitch == pitch &&
	    page->top == chrome->top && page->left == chrome->left &&
	    memcmp(&place, &page->place, sizeof(place)) == 0)
		return true;
	if (page->form != NULL && page->focus < page->count)
		form_read_back(page, &page->lines[page->focus]);
	form_close(page);
	page->place = place;
	page->top = chrome->top;
	page->left = chrome->left;
	page->pitch = pitch;
	page->theme = (int)chrome->theme.id;
	page->mirrored = bidi_is_mirrored();
	return build(page, chrome);
}

/* In the free row below the field, under it where it is not too long. */
static void
draw_below(const struct form_page *page, const struct form_line *line,
    const struct chrome *chrome, enum role role, const char *note)
{
	struct canvas canvas = { .window = panel_window(page->panel),
		.theme = &chrome->theme,
		.speech = chrome->speech };
	int x = field_column(page);

	if (x + text_width(note) > page->place.w)
		x = 2;
	draw_text(&canvas, line->place.y - page->place.y + 1, x,
	    page->place.w - x, role, note);
}

/*
 * Its error, or the amount that is meant: beside the field, or where that is
 * too narrow in the free row below it, or else an error on the message line.
 */
static void
draw_note(const struct form_page *page, const struct form_line *line,
    struct chrome *chrome)
{
	const struct canvas *canvas = &chrome->canvas;
	bool boxed = page->pitch == BOX_ROWS;
	int x = page->place.x + page->place.w + 1;
	int room = chrome->area.x + chrome->area.w - x - 1;
	struct rect place = { line->place.y + boxed, x, boxed ? 2 : 1, room };
	enum role role = line->error != NULL ? ROLE_BAD : ROLE_AMOUNT;
	char money[TEXT_MONEY_SIZE];
	const char *note = line->error == NULL ? NULL : _(line->error);
	int64_t cents;

	if (note == NULL && line->kind == FORM_AMOUNT &&
	    form_cents(page, (int)(line - page->lines), &cents) == 0)
		note = chrome_money(chrome, money, cents);
	if (note == NULL)
		return;
	/* Two lines hold a little less than twice as much as one. */
	if (text_width(note) <= place.h * room - (place.h - 1) * WORD)
		draw_lines(canvas, &place, role, note);
	else if (page->pitch == 2 && text_width(note) <= page->place.w - 2)
		draw_below(page, line, chrome, role, note);
	else if (line->error != NULL)
		chrome_say(chrome, role, line->error);
}

static void
draw_line(struct form_page *page, int index, struct chrome *chrome)
{
	struct canvas canvas = { .window = panel_window(page->panel),
		.theme = &chrome->theme };
	struct form_line *line = &page->lines[index];
	bool focus = index == page->focus;
	enum role role = focus ? ROLE_FOCUS : ROLE_RULE;
	struct rect box = { index * page->pitch, 0, BOX_ROWS, page->place.w };
	struct rect below = { box.y + 1, 0, 1, page->place.w };

	line->place = (struct rect) { page->place.y + box.y, page->place.x,
		page->pitch, page->place.w };
	if (page->pitch == 2)
		draw_blank(&canvas, &below, ROLE_BODY);
	draw_note(page, line, chrome);
	if (page->pitch == BOX_ROWS) {
		draw_titled_box(&canvas, &box, role, focus, _(line->label));
		return;
	}
	draw_text(&canvas, box.y, 0, 2, ROLE_FOCUS, focus ? "> " : "  ");
	draw_text(&canvas, box.y, 2, label_columns(page),
	    focus ? ROLE_FOCUS : ROLE_BODY, _(line->label));
}

bool
form_is_right_to_left(const struct form_line *line)
{
	wchar_t wide[FORM_VALUE_SIZE];

	text_widen(line->value, wide, FORM_VALUE_SIZE, FORM_VALUE_SIZE);
	return line->kind == FORM_TEXT &&
	    (*line->value == '\0' ? bidi_is_mirrored()
				  : bidi_is_right_to_left(wide));
}

/* As it is seen, so many columns of it; returns those that it takes. */
static int
arrange(const struct form_line *line, int columns, wchar_t to[FORM_VALUE_SIZE])
{
	char text[FORM_VALUE_SIZE];

	text_widen(text_fit(text, sizeof(text), line->value, columns), to,
	    FORM_VALUE_SIZE, columns);
	bidi_arrange(to);
	return wcswidth(to, FORM_VALUE_SIZE);
}

/*
 * From the field's right end on.  The cursor stands at the left of what is
 * before it; where that is more than has room, its end is seen.  Returns the
 * cursor's column.
 */
static int
draw_from_right(const struct form_page *page, const struct form_line *line,
    const struct rect *place, const struct theme *theme)
{
	WINDOW *window = panel_window(page->panel);
	const struct canvas canvas = { window, theme, NULL, true };
	bool focus = line == &page->lines[page->focus];
	wchar_t wide[FORM_VALUE_SIZE], *from = wide;
	int before = focus ? arrange(line, page->form->curcol, wide) : 0;
	int hidden = before < place->w ? 0 : before - place->w + 1;
	int columns = arrange(line, text_width(line->value), wide), count = 0;
	int end = place->x + place->w, x = end + hidden - columns;

	draw_blank(&canvas, place, ROLE_FIELD);
	while (*from != L'\0' && x < place->x)
		x += wcwidth(*from++);
	for (int room = end - x; from[count] != L'\0'; count++) {
		room -= wcwidth(from[count]);
		if (room < 0)
			break;
	}
	wattrset(window, (int)theme->attributes[ROLE_FIELD]);
	mvwaddnwstr(window, place->y, x, from, count);
	return end + hidden - before - 1;
}

/* And the body's cursor, where the line has the focus. */
static void
draw_field(const struct form_page *page, int index, struct chrome *chrome)
{
	const struct form_line *line = &page->lines[index];
	struct rect place;
	int cursor;

	field_info(
	    line->field, &place.h, &place.w, &place.y, &place.x, NULL, NULL);
	if (bidi_is_mirrored() && form_is_right_to_left(line)) {
		cursor = draw_from_right(page, line, &place, &chrome->theme);
	} else {
		copywin(page->pad, panel_window(page->panel), place.y, place.x,
		    place.y, place.x, place.y, place.x + place.w - 1, FALSE);
		pos_form_cursor(page->form);
		cursor = getcurx(page->pad);
	}
	if (index != page->focus)
		return;
	if (bidi_is_mirrored())
		cursor = page->place.w - 1 - cursor;
	chrome_cursor(chrome, page->place.y + place.y, page->place.x + cursor);
}

/* Numbered while the buttons have the focus: digits then choose. */
static void
button_text(const struct form_page *page, int index, char *text, size_t size)
{
	char number[TEXT_NUMBER_SIZE];

	if (page->focus >= page->count)
		snprintf(text, size, "%s. %s",
		    text_number(number, (unsigned long)index + 1),
		    _(page->buttons[index]));
	else
		snprintf(text, size, "%s", _(page->buttons[index]));
}

static void
draw_button(struct form_page *page, int index, struct chrome *chrome, int y,
    int x, bool boxed)
{
	const struct canvas *canvas = &chrome->canvas;
	bool focus = page->focus == page->count + index;
	enum role role = focus ? ROLE_FOCUS : ROLE_RULE;
	struct rect *place = &page->button_places[index];
	char text[64];

	button_text(page, index, text, sizeof(text));
	*place =
	    (struct rect) { y, x, boxed ? BOX_ROWS : 1, text_width(text) + 4 };
	if (focus)
		draw_blank(canvas, place, role);
	if (boxed)
		draw_box(canvas, place, role, focus);
	else
		draw_text(canvas, y, x, place->w, role, focus ? ">" : "[");
	draw_text(canvas, y + boxed, x + 2, place->w - 4,
	    focus ? ROLE_FOCUS : ROLE_BODY, text);
	if (!boxed)
		draw_text(
		    canvas, y, x + place->w - 1, 1, role, focus ? "<" : "]");
	if (focus)
		chrome_cursor(chrome, y + boxed, x + 2);
}

/* In a row, or in more where the keypad leaves little; the next free row. */
static int
draw_buttons(struct form_page *page, struct chrome *chrome, int y)
{
	const struct rect *area = &chrome->area;
	bool boxed = y + BOX_ROWS <= area->h;
	int rows = boxed ? BOX_ROWS : 1, x = page->place.x, width;
	char text[64];

	for (int i = 0; i < page->button_count; i++) {
		button_text(page, i, text, sizeof(text));
		width = text_width(text) + 4;
		if (x > page->place.x && x + width > area->x + area->w) {
			x = page->place.x;
			y += rows;
		}
		draw_button(page, i, chrome, y, x, boxed);
		x += width + 1;
	}
	return y + rows;
}

/* Letters for IDs and names, digits for passwords, mostly, and amounts. */
static bool
suggest_page(struct form_page *page, struct chrome *chrome)
{
	enum form_kind kind;

	if (page->focus >= page->count || page->turned == page->focus + 1)
		return false;
	page->turned = page->focus + 1;
	kind = page->lines[page->focus].kind;
	return keypad_turn(
	    chrome, kind < FORM_SECRET ? KEYPAD_SMALL : KEYPAD_DIGITS);
}

/* What is typed goes to the focus, or from the buttons to what is missing. */
static enum chrome_typing
typing_into(const struct form_page *page)
{
	static const enum chrome_typing kinds[] = {
		[FORM_ID] = CHROME_TYPING_ID,
		[FORM_TEXT] = CHROME_TYPING_TEXT,
		[FORM_SECRET] = CHROME_TYPING_TEXT,
		[FORM_AMOUNT] = CHROME_TYPING_AMOUNT,
	};
	int line = page->focus < page->count ? page->focus : form_missing(page);

	return line < 0 ? CHROME_TYPING_NOTHING : kinds[page->lines[line].kind];
}

/* A secret's label, and nothing of what is in it. */
static void
hear_field(const struct form_page *page, struct chrome *chrome)
{
	const struct form_line *line = &page->lines[page->focus];
	char money[TEXT_MONEY_SIZE];
	int64_t cents;

	if (page->focus >= page->count)
		return;
	speech_hear(chrome->speech, SPEECH_FOCUS, _(line->label));
	if (line->kind != FORM_SECRET)
		speech_hear(chrome->speech, SPEECH_FOCUS, line->value);
	if (line->kind == FORM_AMOUNT &&
	    form_cents(page, page->focus, &cents) == 0)
		speech_hear(chrome->speech, SPEECH_FOCUS,
		    chrome_money(chrome, money, cents));
}

int
form_draw(struct form_page *page, struct chrome *chrome, int y)
{
	chrome->typing = typing_into(page);
	chrome->again |= suggest_page(page, chrome);
	if (!prepare(page, chrome, y))
		return y;
	for (int i = 0; i < page->count; i++) {
		draw_line(page, i, chrome);
		draw_field(page, i, chrome);
	}
	hear_field(page, chrome);
	return draw_buttons(page, chrome, y + page->place.h);
}
