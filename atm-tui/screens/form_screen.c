/* SPDX-License-Identifier: ISC */
/*
 * Screens that are a form.  Runs in atm-tui; keeps its state in theirs.
 */
#include "form_screen.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../base/limits.h"
#include "../kiosk/kiosk.h"

static void
forget(struct form_screen *form, int question)
{
	OPENSSL_cleanse(form->answers[question], FORM_VALUE_SIZE);
}

static void
set_buttons(struct form_screen *form)
{
	struct form_page *page = &form->page;
	bool last = form->at + 1 == form->count;

	page->button_count = 0;
	while (form->at == 0 && page->button_count < FORM_BUTTONS &&
	    form->buttons[page->button_count] != NULL) {
		page->buttons[page->button_count] =
		    form->buttons[page->button_count];
		page->button_count++;
	}
	if (page->button_count > 0)
		return;
	page->buttons[0] =
	    last && form->done != NULL ? form->done : N_("Enter");
	page->buttons[1] = form->at == form->first ? N_("Cancel") : N_("Back");
	page->button_count = 2;
}

void
form_screen_ask(struct form_screen *form, int question)
{
	struct form_page *page = &form->page;
	struct form_line *line = &page->lines[0];

	form_close(page);
	OPENSSL_cleanse(line, sizeof(*line));
	*line = form->questions[question].line;
	string_copy(line->value, form->answers[question], sizeof(line->value));
	page->count = 1;
	page->focus = page->turned = 0;
	page->replace = false;
	form->at = question;
	set_buttons(form);
}

void
form_screen_refuse(struct form_screen *form, int question, const char *error)
{
	for (int i = question; i < form->count; i++)
		if (form->questions[i].line.kind == FORM_SECRET)
			forget(form, i);
	form_screen_ask(form, question);
	form_fail(&form->page, 0, error);
}

/* What moves and edits is told last: it gives way where room is short. */
static void
hint_keys(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;
	struct form_page *page = &form->page;
	struct chrome *chrome = kiosk->chrome;
	bool on_button = page->focus >= page->count;

	chrome_hint(chrome, N_("Enter"), _("continue"), 0);
	chrome_hint(chrome, N_("Backspace"), _("clear"), 0);
	chrome_hint(chrome, "Esc",
	    form->at > form->first ? _("back") : _(form->leaving), TERM_ESC);
	if (on_button) {
		snprintf(form->range, sizeof(form->range), "1-%d",
		    page->button_count);
		chrome_hint(chrome, form->range, _("choose"), 0);
	}
	chrome_hint(chrome,
	    draw_symbol(
		&chrome->theme, on_button ? SYMBOL_ARROWS : SYMBOL_FIELDS),
	    _("move"), 0);
	if (!on_button && page->lines[page->focus].kind < FORM_SECRET)
		chrome_hint(chrome, draw_symbol(&chrome->theme, SYMBOL_EDIT),
		    _("edit"), 0);
}

const char *
form_screen_check_password(struct kiosk *kiosk, const char *answer)
{
	(void)kiosk;
	return *answer != '\0' ? NULL : N_("please enter your password");
}

const char *
form_screen_check_again(struct kiosk *kiosk, const char *answer)
{
	const struct form_screen *form = kiosk->state;

	return strcmp(form->answers[form->at - 1], answer) == 0
	    ? NULL
	    : N_("the two passwords are not the same");
}

bool
form_screen_take_refusal(
    struct form_screen *form, const struct bank_reply *reply, int question)
{
	const char *refusal =
	    kiosk_replied(reply, 422) ? limits_refusal(&reply->reader) : NULL;

	if (refusal != NULL)
		form_screen_refuse(form, question, refusal);
	return refusal != NULL;
}

void
form_screen_draw(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;
	const struct form_question *question = &form->questions[form->at];
	const char *note = question->rule == NULL ? "" : _(question->rule);
	int y = chrome_title(kiosk->chrome,
	    _(question->title == NULL ? form->title : question->title));
	int margin = chrome_margin(kiosk->chrome);
	struct rect place = { y, margin, 2,
		kiosk->chrome->area.w - margin - 1 };

	y += draw_lines(&kiosk->chrome->canvas, &place, ROLE_DIM, note);
	if (form->draw_note != NULL)
		y = form->draw_note(kiosk, y);
	form_draw(&form->page, kiosk->chrome, y);
	hint_keys(kiosk);
}

static void
keep_answer(struct form_screen *form)
{
	string_copy(form->answers[form->at], form->page.lines[0].value,
	    FORM_VALUE_SIZE);
}

static void
go_on(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;
	const char *error = NULL;

	keep_answer(form);
	if (form->questions[form->at].check != NULL)
		error = form->questions[form->at].check(
		    kiosk, form->answers[form->at]);
	if (error != NULL)
		form_fail(&form->page, 0, error);
	else if (form->at + 1 < form->count)
		form_screen_ask(form, form->at + 1);
	else
		form->submit(kiosk);
}

static void
go_back(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	if (form->at > form->first) {
		keep_answer(form);
		if (form->page.lines[0].kind == FORM_SECRET)
			forget(form, form->at);
		form_screen_ask(form, form->at - 1);
	} else if (form->leave != NULL) {
		form->leave(kiosk);
	} else {
		kiosk_go(kiosk, form->back);
	}
}

static void
act(struct kiosk *kiosk, int result)
{
	struct form_screen *form = kiosk->state;

	if (result == FORM_SUBMIT)
		go_on(kiosk);
	else if (result == FORM_CANCEL)
		go_back(kiosk);
	else if (result == FORM_REFUSED)
		beep();
	else if (result > 0)
		form->press(kiosk, result);
}

void
form_screen_key(struct kiosk *kiosk, int key)
{
	struct form_screen *form = kiosk->state;

	act(kiosk, form_key(&form->page, key));
}

void
form_screen_mouse(struct kiosk *kiosk, int y, int x)
{
	struct form_screen *form = kiosk->state;

	act(kiosk, form_mouse(&form->page, y, x));
}

void
form_screen_leave(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;

	form_close(&form->page);
}
