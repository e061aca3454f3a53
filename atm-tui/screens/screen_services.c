/* SPDX-License-Identifier: ISC */
/*
 * Account services: details, password, language, closing the account, which
 * is asked twice.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../draw/choice.h"
#include "../draw/confirm.h"
#include "../base/dates.h"
#include "../kiosk/kiosk.h"
#include "../base/limits.h"
#include "screens_table.h"

#define LABEL 15

enum view { VIEW_MENU, VIEW_DETAILS, VIEW_CLOSE, VIEW_CLOSE_AGAIN };

struct services {
	enum view view;
	struct choice choice;
	bool known;
	char id[WIRE_ID_SIZE], name[WIRE_NAME_SIZE];
	char opened[WIRE_TIME_TEXT], last_login[WIRE_TIME_TEXT];
	char transfer_limit[LIMITS_SIZE], withdraw_limit[LIMITS_SIZE];
	char rate[LIMITS_SIZE];
};

static void
show_details(struct kiosk *kiosk)
{
	((struct services *)kiosk->state)->view = VIEW_DETAILS;
	kiosk_ask(kiosk, ASK_DETAILS, "DETAILS", NULL);
}

static void
change_password(struct kiosk *kiosk)
{
	kiosk_go(kiosk, SCREEN_PASSWORD);
}

static void
close_account(struct kiosk *kiosk)
{
	((struct services *)kiosk->state)->view = VIEW_CLOSE;
}

static void
go_back(struct kiosk *kiosk)
{
	kiosk_go(kiosk, SCREEN_MAIN_MENU);
}

static const struct {
	const char *label;
	void (*open)(struct kiosk *kiosk);
} entries[] = {
	{ N_("Account details"), show_details },
	{ N_("Change password"), change_password },
	{ N_("Language"), kiosk_next_language },
	{ N_("Close the account"), close_account },
	{ N_("Back to the menu"), go_back },
};

static void
enter(struct kiosk *kiosk)
{
	struct choice *choice = &((struct services *)kiosk->state)->choice;

	choice->count = NELEM(entries);
	choice->left = choice->count;
	for (size_t i = 0; i < NELEM(entries); i++)
		choice->labels[i] = entries[i].label;
}

static void
leave(struct kiosk *kiosk)
{
	choice_close(&((struct services *)kiosk->state)->choice);
}

/* The next free row. */
static int
draw_detail(struct kiosk *kiosk, int y, const char *label, const char *value)
{
	const struct canvas *canvas = &kiosk->chrome->canvas;
	int x = chrome_margin(kiosk->chrome) + LABEL;
	struct rect place = { y, x, 2, kiosk->chrome->area.w - x - 1 };
	int rows;

	draw_text(
	    canvas, y, chrome_margin(kiosk->chrome), LABEL, ROLE_DIM, label);
	rows = draw_lines(canvas, &place, ROLE_BODY, value);
	return y + (rows > 1 ? rows : 1);
}

static void
draw_details(struct kiosk *kiosk)
{
	const struct services *services = kiosk->state;
	char when[DATES_SIZE];
	int y = chrome_title(kiosk->chrome, _("Account details")) + 1;

	chrome_cursor(kiosk->chrome, y, chrome_margin(kiosk->chrome));
	chrome_hint(kiosk->chrome, _("any key"), _("back"), ' ');
	if (!services->known)
		return;
	if (*services->name != '\0')
		y = draw_detail(kiosk, y, _("Name"), services->name);
	y = draw_detail(kiosk, y, _("ID"), services->id);
	y = draw_detail(
	    kiosk, y, _("Opened"), dates_wire(when, services->opened));
	y = draw_detail(
	    kiosk, y, _("Last login"), dates_wire(when, services->last_login));
	if (*services->transfer_limit != '\0')
		y = draw_detail(
		    kiosk, y, _("Transfers"), services->transfer_limit);
	if (*services->withdraw_limit != '\0')
		y = draw_detail(
		    kiosk, y, _("Withdrawals"), services->withdraw_limit);
	if (*services->rate != '\0')
		draw_detail(kiosk, y, _("Transactions"), services->rate);
}

static void
draw(struct kiosk *kiosk)
{
	struct services *services = kiosk->state;
	int y;

	if (services->view == VIEW_DETAILS) {
		draw_details(kiosk);
	} else if (services->view == VIEW_CLOSE) {
		confirm_draw(
		    kiosk->chrome, _("Close your account for good?"), 0);
	} else if (services->view == VIEW_CLOSE_AGAIN) {
		confirm_draw(kiosk->chrome,
		    _("Really? Its ID can never be used again."), 0);
	} else {
		y = chrome_title(
		    kiosk->chrome, _("Account services (enter 1 to 5):"));
		choice_draw(&services->choice, kiosk->chrome, y);
		chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
	}
}

static void
choose(struct kiosk *kiosk, int index)
{
	struct services *services = kiosk->state;

	if (index == CHOICE_UNKNOWN)
		chrome_say(kiosk->chrome, ROLE_BAD, _("incorrect input"));
	if (index < 0)
		return;
	choice_close(&services->choice);
	entries[index].open(kiosk);
}

static void
key_on_question(struct kiosk *kiosk, int key)
{
	struct services *services = kiosk->state;

	if (key == TERM_ESC || key == TERM_BACKSPACE)
		services->view = VIEW_MENU;
	else if (key != TERM_ENTER)
		return;
	else if (services->view == VIEW_CLOSE)
		services->view = VIEW_CLOSE_AGAIN;
	else
		kiosk_ask(kiosk, ASK_CLOSE, "CLOSE", NULL);
}

static void
key(struct kiosk *kiosk, int key)
{
	struct services *services = kiosk->state;

	if (services->view == VIEW_DETAILS)
		services->view = VIEW_MENU;
	else if (services->view != VIEW_MENU)
		key_on_question(kiosk, key);
	else if (key == TERM_ESC)
		go_back(kiosk);
	else
		choose(kiosk, choice_key(&services->choice, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	struct services *services = kiosk->state;

	if (services->view == VIEW_DETAILS)
		services->view = VIEW_MENU;
	else if (services->view != VIEW_MENU)
		key_on_question(kiosk, confirm_mouse(kiosk->chrome, y, x));
	else
		choose(kiosk, choice_mouse(&services->choice, y, x));
}

static void
take_details(struct kiosk *kiosk, const struct wire_reader *reader)
{
	struct services *services = kiosk->state;
	const char *currency = config_string(kiosk->config, SCREEN_CURRENCY);

	text_value(reader, "id", services->id, sizeof(services->id));
	text_value(reader, "name", services->name, sizeof(services->name));
	text_value(
	    reader, "opened", services->opened, sizeof(services->opened));
	text_value(reader, "last-login", services->last_login,
	    sizeof(services->last_login));
	limits_words(reader, "transfer", currency, services->transfer_limit);
	limits_words(reader, "withdraw", currency, services->withdraw_limit);
	limits_rate(reader, services->rate);
	services->known = true;
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct services *services = kiosk->state;

	if (ask == ASK_DETAILS && kiosk_replied(reply, 200)) {
		take_details(kiosk, &reply->reader);
		return;
	}
	services->view = VIEW_MENU;
	if (ask == ASK_CLOSE && kiosk_replied(reply, 200))
		kiosk_go(kiosk, SCREEN_WELCOME);
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_services = {
	.name = "services",
	.state_size = sizeof(struct services),
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
