/* SPDX-License-Identifier: ISC */
/*
 * Screens that are a form.  Runs in atm-tui; keeps its state in theirs.
 */
#include "form_screen.h"

#include "../../shared/terminal/term.h"
#include "../kiosk/kiosk.h"

void
form_screen_draw(struct kiosk *kiosk)
{
	struct form_screen *form = kiosk->state;
	int y = chrome_title(kiosk->chrome, _(form->title));

	if (*form->note != '\0')
		draw_text(&kiosk->chrome->canvas, y++,
		    chrome_margin(kiosk->chrome), kiosk->chrome->area.w,
		    ROLE_DIM, form->note);
	form_draw(&form->page, kiosk->chrome, y);
	chrome_hint(kiosk->chrome, "Enter", _("go on"), 0);
	chrome_hint(kiosk->chrome, "Backspace", _("clear"), 0);
	chrome_hint(kiosk->chrome, "Esc", _(form->leaving), TERM_ESC);
}

static void
act(struct kiosk *kiosk, int result)
{
	struct form_screen *form = kiosk->state;

	if (result == FORM_SUBMIT)
		form->submit(kiosk);
	else if (result == FORM_CANCEL)
		kiosk_go(kiosk, form->back);
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
