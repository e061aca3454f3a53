/* SPDX-License-Identifier: ISC */
/*
 * Account services: details, password, language, closing the account.  What
 * stands in the way of that is checked first; then it is asked twice, and
 * the answer that is offered first is no.
 */
#include <stdio.h>
#include <string.h>

#include "../../shared/terminal/term.h"
#include "../../shared/base/util.h"
#include "../draw/choice.h"
#include "../base/dates.h"
#include "errand.h"
#include "../kiosk/kiosk.h"
#include "../base/limits.h"
#include "screens_table.h"

#define LABEL 15

enum view {
	VIEW_MENU,
	VIEW_DETAILS,
	VIEW_CLOSING, /* asks the bank what is left where */
	VIEW_NOT_EMPTY,
	VIEW_CLOSE,
	VIEW_CLOSE_AGAIN
};

struct services {
	enum view view;
	struct choice choice, closing; /* the menu; no or yes */
	bool known;
	char id[WIRE_ID_SIZE], name[WIRE_NAME_SIZE];
	char opened[WIRE_TIME_TEXT], last_login[WIRE_TIME_TEXT];
	struct limits transfer, withdraw;
	int rate; /* transactions a minute, 0: no rule */
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
	((struct services *)kiosk->state)->view = VIEW_CLOSING;
	kiosk_ask(kiosk, ASK_BALANCES, "2", NULL);
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
	struct services *services = kiosk->state;

	choice_close(&services->choice);
	choice_close(&services->closing);
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

static int
draw_limits(
    struct kiosk *kiosk, int y, const char *label, const struct limits *limits)
{
	char words[LIMITS_SIZE];

	limits_words(
	    limits, config_string(kiosk->config, SCREEN_CURRENCY), words);
	return *words == '\0' ? y : draw_detail(kiosk, y, label, words);
}

static void
draw_details(struct kiosk *kiosk)
{
	const struct services *services = kiosk->state;
	char when[DATES_SIZE], rate[LIMITS_SIZE];
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
	y = draw_limits(kiosk, y, _("Transfers"), &services->transfer);
	y = draw_limits(kiosk, y, _("Withdrawals"), &services->withdraw);
	if (services->rate == 0)
		return;
	snprintf(rate, sizeof(rate), _("At most %d a minute"), services->rate);
	draw_detail(
	    kiosk, y, _("Transactions"), text_digits(rate, sizeof(rate)));
}

/* What is left where, under what it means. */
static int
draw_left(struct kiosk *kiosk, const char *title)
{
	int y = chrome_title(kiosk->chrome, title);

	chrome_cursor(kiosk->chrome, y, chrome_margin(kiosk->chrome));
	y = errand_draw_balance(kiosk, y, WIRE_SAVINGS);
	return errand_draw_balance(kiosk, y, WIRE_CHECKING);
}

static void
draw_not_empty(struct kiosk *kiosk)
{
	int y = draw_left(kiosk,
	    _("You can't close your account yet. There is money in it."));

	errand_draw_line(kiosk, y + 1, ROLE_BODY,
	    _("Please transfer or withdraw the money first."));
	chrome_hint(kiosk->chrome, _("any key"), _("back"), ' ');
}

static void
draw_closing(struct kiosk *kiosk)
{
	struct services *services = kiosk->state;
	int y = draw_left(kiosk,
	    services->view == VIEW_CLOSE
		? _("Close your account for good?")
		: _("Are you sure? This ID can never be used again."));

	choice_draw(&services->closing, kiosk->chrome, y + 1);
	chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
}

static void
draw_menu(struct kiosk *kiosk)
{
	struct services *services = kiosk->state;
	int y =
	    chrome_title(kiosk->chrome, _("Account services (enter 1 to 5):"));

	choice_draw(&services->choice, kiosk->chrome, y);
	chrome_hint(kiosk->chrome, "Esc", _("back"), TERM_ESC);
}

static void
draw(struct kiosk *kiosk)
{
	switch (((struct services *)kiosk->state)->view) {
	case VIEW_DETAILS:
		draw_details(kiosk);
		break;
	case VIEW_NOT_EMPTY:
		draw_not_empty(kiosk);
		break;
	case VIEW_CLOSE:
	case VIEW_CLOSE_AGAIN:
		draw_closing(kiosk);
		break;
	default:
		draw_menu(kiosk);
	}
}

static void
choose(struct kiosk *kiosk, int index)
{
	struct services *services = kiosk->state;

	if (!choice_made(kiosk->chrome, index))
		return;
	choice_close(&services->choice);
	entries[index].open(kiosk);
}

/* Shows one of the two questions, no first. */
static void
ask_to_close(struct services *services, enum view view)
{
	choice_close(&services->closing);
	services->closing = (struct choice) {
		.labels = { N_("No, keep it"), N_("Yes, close it") },
		.count = 2,
		.left = 2,
	};
	services->view = view;
}

static void
answer_closing(struct kiosk *kiosk, int index)
{
	struct services *services = kiosk->state;

	if (!choice_made(kiosk->chrome, index))
		return;
	if (index == 0)
		services->view = VIEW_MENU;
	else if (services->view == VIEW_CLOSE)
		ask_to_close(services, VIEW_CLOSE_AGAIN);
	else
		kiosk_ask(kiosk, ASK_CLOSE, "CLOSE", NULL);
}

static bool
is_closing(const struct services *services)
{
	return services->view == VIEW_CLOSE ||
	    services->view == VIEW_CLOSE_AGAIN;
}

static void
key(struct kiosk *kiosk, int key)
{
	struct services *services = kiosk->state;

	if (is_closing(services) && key != TERM_ESC)
		answer_closing(kiosk, choice_key(&services->closing, key));
	else if (services->view != VIEW_MENU)
		services->view = VIEW_MENU;
	else if (key == TERM_ESC)
		go_back(kiosk);
	else
		choose(kiosk, choice_key(&services->choice, key));
}

static void
mouse(struct kiosk *kiosk, int y, int x)
{
	struct services *services = kiosk->state;

	if (is_closing(services))
		answer_closing(kiosk, choice_mouse(&services->closing, y, x));
	else if (services->view != VIEW_MENU)
		services->view = VIEW_MENU;
	else
		choose(kiosk, choice_mouse(&services->choice, y, x));
}

static void
take_details(struct kiosk *kiosk, const struct wire_reader *reader)
{
	struct services *services = kiosk->state;

	text_value(reader, "id", services->id, sizeof(services->id));
	text_value(reader, "name", services->name, sizeof(services->name));
	text_value(
	    reader, "opened", services->opened, sizeof(services->opened));
	text_value(reader, "last-login", services->last_login,
	    sizeof(services->last_login));
	services->transfer = limits_read(reader, "transfer");
	services->withdraw = limits_read(reader, "withdraw");
	services->rate = limits_rate(reader);
	services->known = true;
}

static void
take_balances(struct kiosk *kiosk, const struct bank_reply *reply)
{
	struct services *services = kiosk->state;
	const struct balances *now = &kiosk->customer->now;

	kiosk->customer->now = kiosk_balances(reply);
	if (services->view != VIEW_CLOSING)
		return;
	if (now->cents[WIRE_SAVINGS] != 0 || now->cents[WIRE_CHECKING] != 0)
		services->view = VIEW_NOT_EMPTY;
	else
		ask_to_close(services, VIEW_CLOSE);
}

static void
reply(struct kiosk *kiosk, enum ask ask, const struct bank_reply *reply)
{
	struct services *services = kiosk->state;

	if (ask == ASK_DETAILS && kiosk_replied(reply, 200)) {
		take_details(kiosk, &reply->reader);
		return;
	}
	if (ask == ASK_BALANCES && kiosk_replied(reply, 200)) {
		take_balances(kiosk, reply);
		return;
	}
	services->view = VIEW_MENU;
	if (ask == ASK_CLOSE && kiosk_replied(reply, 200)) {
		kiosk->customer->closed = true;
		kiosk_go(kiosk, SCREEN_GOODBYE);
	}
	kiosk_say_reply(kiosk, reply);
}

const struct screen screen_services = {
	.name = "services",
	.grows = true,
	.state_size = sizeof(struct services),
	.enter = enter,
	.leave = leave,
	.draw = draw,
	.key = key,
	.mouse = mouse,
	.reply = reply,
};
