/* SPDX-License-Identifier: ISC */
/*
 * S5 and S9: the main menu.  Its first lines are the seeds' own, to the
 * letter; what a full menu has more stands after them.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../draw/choice.h"
#include "../base/dates.h"
#include "../kiosk/kiosk.h"
#include "screens_table.h"

#define CLASSIC_ITEMS 3
#define GREETING_GAP 2 /* columns between it and what is unread */

struct menu {
	struct choice choice;
};

/* Each leads to a screen; where there is a verb, to an order for it. */
static const struct {
	const char *label;
	enum screen_id to;
	const char *verb;
} entries[] = {
	{ N_("Transfer money"), SCREEN_ACCOUNT, "1" },
	{ N_("Check account balance"), SCREEN_BALANCE, NULL },
	{ N_("Exit"), SCREEN_GOODBYE, NULL },
	{ N_("Deposit"), SCREEN_ACCOUNT, "DEPOSIT" },
	{ N_("Withdraw"), SCREEN_ACCOUNT, "WITHDRAW" },
	{ N_("Statement"), SCREEN_STATEMENT, NULL },
	{ N_("Account services"), SCREEN_SERVICES, NULL },
};

static bool
is_classic(const struct kiosk *kiosk)
{
	return config_number(kiosk->config, SCREEN_MENU) == 1;
}

static void
enter(struct kiosk *kiosk)
{
	struct choice *choice = &((struct menu *)kiosk->state)->choice;

	choice->left = CLASSIC_ITEMS;
	choice->count = is_classic(kiosk) ? CLASSIC_ITEMS : (int)NELEM(entries);
	for (int i = 0; i < choice->count; i++)
		choice->labels[i] = entries[i].label;
}

static void
leave(struct kiosk *kiosk)
{
	choice_close(&((struct menu *)kiosk->state)->choice);
}

/* `Good afternoon, Chris.` and, at the right, what is unread. */
static void
draw_greeting(struct kiosk *kiosk, int y)
{
	const struct canvas *canvas = &kiosk->chrome->canvas;
	const struct bank_session *session = bank_session(kiosk->bank);
	const char *name = *session->name != '\0' ? session->name : session->id;
	int margin = chrome_margin(kiosk->chrome),
	    width = kiosk->chrome->area.w - margin, x = width;
	char clean[WIRE_NAME_SIZE], line[192], unread[192] = "";

	if (kiosk->customer->news.unread > 0)
		snprintf(unread, sizeof(unread),
		    intl_plural("%s %zu new notice (n to read)",
			"%s %zu new notices (n to read)",
			kiosk->customer->news.unread),
		    draw_symbol(&kiosk->chrome->theme, SYMBOL_DOT),
		    kiosk->customer->news.unread);
	x -= text_width(text_digits(unread, sizeof(unread)));
	text_clean(clean, sizeof(clean), name, strlen(name));
	/* TRANSLATORS: good morning, and whom it is said to */
	snprintf(line, sizeof(line), _("%1$s, %2$s."),
	    dates_greeting(time(NULL)), clean);
	draw_text(
	    canvas, y, margin, x - margin - GREETING_GAP, ROLE_BODY, line);
	if (*unread != '\0')
		draw_text(canvas, y, x, width - x, ROLE_FOCUS, unread);
}

static void
draw(struct kiosk *kiosk)
{
	struct choice *choice = &((struct menu *)kiosk->state)->choice;
	const struct rect *area = &kiosk->chrome->area;
	int margin = chrome_margin(kiosk->chrome), y = area->h >= 17 ? 3 : 2;
	struct rect title = { y, margin, 2, area->w - margin };

	draw_greeting(kiosk, y - (area->h >= 17 ? 2 : 1));
	y += draw_lines(&kiosk->chrome->canvas, &title, ROLE_TITLE,
	    is_classic(kiosk) ? _("Please select one of the following actions "
				  "(enter 1, 2, or 3):")
			      : _("Please select one of the following actions "
				  "(enter 1 to 7):"));
	choice_draw(choice, kiosk->chrome, y + 1);
	if (kiosk->customer->news.count > 0)
		chrome_hint(kiosk->chrome, "n", _("notices"), 'n');
}

static void
open_entry(struct kiosk *kiosk, int index)
{
	if (!choice_made(kiosk->chrome, index))
		return;
	memset(&kiosk->customer->order, 0, sizeof(struct order));
	kiosk->customer->order.verb = entries[index].verb;
	/* The bank's answer to Exit opens the goodbye. */
	if (entries[index].to == SCREEN_GOODBYE)
		kiosk_end_session(kiosk, false);
	else
		kiosk_go(kiosk, entries[index].to);
}

static void
key(struct kiosk *kiosk, int key)
{
	struct choice *choice = &((struct menu *)kiosk->state)->choice;

	if (key == 'n' && kiosk->customer->news.count > 0)
		kiosk_go(kiosk, SCREEN_NOTICES);
	else
		open_entry(kiosk, choice_key(choice, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	struct choice *choice = &((struct menu *)kiosk->state)->choice;

	open_entry(kiosk, choice_mouse(choice, y, x));
}

const struct screen screen_main_menu = {
	.name = "main menu",
	.grows = true,
	.state_size = sizeof(struct menu),
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
};
