/* SPDX-License-Identifier: ISC */
/*
 * Forms: building them on libform, values, keys.  Runs in atm-tui.  What a
 * form looks like is in form_draw.c.
 */
#include "form.h"

#include <openssl/crypto.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/money.h"
#include "../../shared/terminal/term.h"
#include "../../shared/terminal/text.h"
#include "../base/limits.h"
#include "bidi.h"
#include "form_draw.h"

/* Bytes of UTF-8 for a character; 0 where there is none. */
static size_t
encode(char to[4], int code)
{
	unsigned c = (unsigned)code;

	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	if (c > 0x10ffff)
		return 0;
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void
take_back_error(struct form_line *line)
{
	line->error = NULL;
	line->full = false;
}

static bool
append(struct form_line *line, const char *bytes, size_t n)
{
	size_t length = strlen(line->value);

	if (n == 0 || length + n > line->limit)
		return false;
	memcpy(line->value + length, bytes, n);
	line->value[length + n] = '\0';
	return true;
}

/* Takes the last character away; false where there was none. */
static bool
chop(struct form_line *line)
{
	size_t length = strlen(line->value);

	if (length == 0)
		return false;
	do {
		length--;
	} while (length > 0 && (line->value[length] & 0xc0) == 0x80);
	OPENSSL_cleanse(line->value + length, strlen(line->value + length));
	return true;
}

/* To what libform doesn't edit, or not yet: what is typed ahead. */
static bool
add_character(struct form_line *line, int key)
{
	char bytes[4] = { 0 };
	bool added = append(line, bytes, encode(bytes, key));

	OPENSSL_cleanse(bytes, sizeof(bytes));
	return added;
}

/* [0-9]{1,13}(\.[0-9]{0,2})?, a comma counts as the point. */
static bool
add_amount(struct form_line *line, int key)
{
	const char *point = strchr(line->value, '.');
	char digit = (char)key;

	if (key == '.' || key == ',') {
		if (point != NULL)
			return false;
		if (*line->value == '\0')
			append(line, "0", 1);
		return append(line, ".", 1);
	}
	if (key < '0' || key > '9')
		return false;
	if (point == NULL ? strlen(line->value) >= 13 : strlen(point) >= 3)
		return false;
	if (strcmp(line->value, "0") == 0)
		line->value[0] = '\0';
	return append(line, &digit, 1);
}

static bool
is_id_character(int key)
{
	return (key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z') ||
	    (key >= '0' && key <= '9') || key == '.' || key == '_' ||
	    key == '-';
}

static bool
add_text(struct form_page *page, struct form_line *line, int key)
{
	bool taken;

	if (page->form == NULL)
		return add_character(line, key);
	taken = form_driver_w(page->form, OK, (wchar_t)key) == E_OK;
	form_read_back(page, line);
	if (!taken || strlen(line->value) <= line->limit)
		return taken;
	/* libform counts characters, the bank counts bytes. */
	form_driver(page->form, REQ_DEL_PREV);
	form_read_back(page, line);
	return false;
}

static bool
may_stand_in(const struct form_line *line, int key)
{
	if (line->kind == FORM_ID)
		return is_id_character(key);
	return line->kind != FORM_TEXT || key < 0x7f || text_is_utf8();
}

/*
 * Says what to do where a character has no room.  Until something is erased
 * the field takes no other one either, which would leave a gap in the text.
 */
static bool
is_full(struct form_line *line, int key, bool replace)
{
	size_t length = replace ? 0 : strlen(line->value);
	char bytes[5] = { 0 };

	if (line->full)
		return true;
	line->full = length + encode(bytes, key) > line->limit;
	if (line->full && line->kind != FORM_SECRET)
		line->error = limits_of_text(key < 0x80 ? line->value : bytes);
	else if (line->full)
		line->error = limits_of_text("");
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return line->full;
}

static int
type(struct form_page *page, struct form_line *line, int key, bool replace)
{
	bool taken;

	if (line->kind == FORM_AMOUNT)
		taken = add_amount(line, key);
	else if (!may_stand_in(line, key) || is_full(line, key, replace))
		taken = false;
	else if (line->kind == FORM_SECRET)
		taken = add_character(line, key);
	else
		taken = add_text(page, line, key);
	if (!taken)
		return FORM_REFUSED;
	take_back_error(line);
	if (line->kind >= FORM_SECRET)
		form_show(page, line);
	return FORM_MOVED;
}

void
form_focus(struct form_page *page, int index, bool replace)
{
	int lines = page->count, all = lines + page->button_count;

	if (page->focus < lines)
		form_read_back(page, &page->lines[page->focus]);
	page->focus = (index + all) % all;
	page->replace = replace;
	if (page->form == NULL || page->focus >= lines)
		return;
	set_current_field(page->form, page->fields[page->focus]);
	form_driver(page->form, replace ? REQ_BEG_FIELD : REQ_END_FIELD);
}

void
form_set(struct form_page *page, int index, const char *value)
{
	struct form_line *line = &page->lines[index];

	line->full = false;
	OPENSSL_cleanse(line->value, sizeof(line->value));
	strncpy(line->value, value, sizeof(line->value) - 1);
	form_show(page, line);
}

void
form_fail(struct form_page *page, int line, const char *error)
{
	for (int i = 0; i < page->count; i++)
		take_back_error(&page->lines[i]);
	page->lines[line].error = error;
	if (page->lines[line].kind == FORM_SECRET)
		form_set(
		    page, line, ""); /* nobody can correct what is hidden */
	form_focus(page, line, true);
}

int
form_cents(const struct form_page *page, int index, int64_t *cents)
{
	const char *value = page->lines[index].value;
	size_t length = strlen(value);

	if (length > 0 && value[length - 1] == '.')
		length--;
	if (money_parse(value, length, cents) != 0 || *cents == 0)
		return BANK_EINVAL;
	return 0;
}

int
form_missing(const struct form_page *page)
{
	for (int i = 0; i < page->count; i++) {
		if (!page->lines[i].optional && *page->lines[i].value == '\0')
			return i;
	}
	return -1;
}

static int
enter_on_line(struct form_page *page)
{
	form_read_back(page, &page->lines[page->focus]);
	if (page->focus + 1 < page->count) {
		form_focus(page, page->focus + 1, false);
		return FORM_MOVED;
	}
	if (form_missing(page) < 0)
		return FORM_SUBMIT;
	form_focus(page, page->count, false);
	return FORM_MOVED;
}

static int
erase_on_line(struct form_page *page, struct form_line *line)
{
	form_read_back(page, line);
	take_back_error(line);
	if (*line->value == '\0') {
		if (page->focus > 0)
			form_focus(page, page->focus - 1, false);
	} else if (line->kind >= FORM_SECRET || page->form == NULL) {
		chop(line);
		form_show(page, line);
	} else {
		form_driver(page->form, REQ_DEL_PREV);
		form_read_back(page, line);
	}
	return FORM_MOVED;
}

static int
key_on_line(struct form_page *page, int key)
{
	static const struct {
		int key, request;
	} requests[] = {
		{ TERM_LEFT, REQ_PREV_CHAR },
		{ TERM_RIGHT, REQ_NEXT_CHAR },
		{ TERM_HOME, REQ_BEG_FIELD },
		{ TERM_END, REQ_END_FIELD },
		{ TERM_DELETE, REQ_DEL_CHAR },
	};
	struct form_line *line = &page->lines[page->focus];
	bool replace = page->replace;

	if (form_is_right_to_left(line))
		key = bidi_key(key);
	if (replace && page->form == NULL && key > ' ' && key < TERM_UP)
		form_set(page, page->focus, "");
	page->replace = false;
	if (key == TERM_ENTER)
		return enter_on_line(page);
	if (key == TERM_BACKSPACE)
		return erase_on_line(page, line);
	if (key > 0 && key < TERM_UP)
		return type(page, line, key, replace);
	if (key == TERM_DELETE)
		take_back_error(line);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (requests[i].key == key && line->kind < FORM_SECRET &&
		    page->form != NULL)
			form_driver(page->form, requests[i].request);
	}
	return FORM_MOVED;
}

static int
button(const struct form_page *page, int index)
{
	if (index == 0)
		return FORM_SUBMIT;
	return index == page->button_count - 1 ? FORM_CANCEL : index;
}

/* On the buttons digits choose; what is typed else goes to the field. */
static int
key_on_button(struct form_page *page, int key)
{
	int index = page->focus - page->count;

	key = bidi_key(key);
	if (key == TERM_ENTER)
		return button(page, index);
	if (key > '0' && key <= '0' + page->button_count)
		return button(page, key - '1');
	if (key == TERM_BACKSPACE)
		form_focus(page, page->count - 1, false);
	else if (key == TERM_LEFT && index > 0)
		page->focus--;
	else if (key == TERM_RIGHT && index < page->button_count - 1)
		page->focus++;
	else if (key > ' ' && key < TERM_UP && form_missing(page) >= 0) {
		form_focus(page, form_missing(page), false);
		return key_on_line(page, key);
	}
	return FORM_MOVED;
}

int
form_key(struct form_page *page, int key)
{
	bool on_button = page->focus >= page->count;

	if (key == TERM_ESC)
		return FORM_CANCEL;
	if (key == TERM_TAB || (key == TERM_DOWN && !on_button)) {
		form_focus(page, page->focus + 1, false);
		return FORM_MOVED;
	}
	if (key == TERM_BACK_TAB || key == TERM_UP) {
		form_focus(page,
		    on_button && key == TERM_UP ? page->count - 1
						: page->focus - 1,
		    false);
		return FORM_MOVED;
	}
	return on_button ? key_on_button(page, key) : key_on_line(page, key);
}

int
form_mouse(struct form_page *page, int y, int x)
{
	for (int i = 0; i < page->count; i++) {
		if (draw_rect_holds(&page->lines[i].place, y, x))
			form_focus(page, i, false);
	}
	for (int i = 0; i < page->button_count; i++) {
		if (!draw_rect_holds(&page->button_places[i], y, x))
			continue;
		if (page->focus < page->count)
			form_read_back(page, &page->lines[page->focus]);
		return button(page, i);
	}
	return FORM_MOVED;
}
