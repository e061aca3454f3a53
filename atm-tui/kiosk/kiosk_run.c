/* SPDX-License-Identifier: ISC */
/*
 * The life of a kiosk with screens: bank, terminal, event loop, end.  Runs
 * in atm-tui.  Curses is a guest in the loop: it is asked for keys when
 * standard input has some, and drawn to after each event.
 */
#include "kiosk_run.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/base/process.h"
#include "../../shared/terminal/term.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "idle.h"
#include "input.h"
#include "kiosk.h"
#include "kiosk_draw.h"
#include "kiosk_events.h"
#include "../draw/speech.h"

enum { ON_INPUT, ON_SECOND, ON_TERM, ON_HUP, ON_INT, ON_WINCH, EVENT_COUNT };

static void
on_input(evutil_socket_t fd, short what, void *context)
{
	struct kiosk *kiosk = context;
	int key, y = 0, x = 0, keys = 0;

	(void)fd;
	(void)what;
	/* What a key means follows from what is drawn: it is drawn first. */
	while ((key = term_key(&y, &x)) != TERM_NONE && !kiosk->ending) {
		if (keys++ > 0)
			kiosk_redraw(kiosk);
		input_key(kiosk, key, y, x);
	}
	if (keys == 0 && term_gone())
		kiosk_end(kiosk);
}

/* time(2)'s clock may lag a timer tick behind the finer ones. */
#define LAG_US 10000

/* Wakes when a second of the wall clock has begun. */
static void
next_second(struct event *second)
{
	const int64_t rest_us =
	    (1000 - (int64_t)(clock_real_ms() % 1000)) * 1000 + LAG_US;
	const struct timeval rest = { rest_us / 1000000, rest_us % 1000000 };

	event_add(second, &rest);
}

/* The kiosk, what it points to, and the events of its loop. */
struct loop {
	struct kiosk kiosk;
	struct chrome chrome;
	struct idle idle;
	struct input input;
	struct kiosk_ask asks[KIOSK_ASKS];
	struct customer customer;
	struct event *events[EVENT_COUNT];
};

static void
on_second(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;
	struct kiosk *kiosk = &loop->kiosk;

	(void)fd;
	(void)what;
	next_second(loop->events[ON_SECOND]);
	idle_tick(kiosk);
	chrome_expire(kiosk->chrome);
	if (kiosk->screens[kiosk->at]->tick != NULL)
		kiosk->screens[kiosk->at]->tick(kiosk);
}

/* The loop's turn, which draws, is all there is to do. */
static void
on_nothing(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
}

static void
on_end(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	kiosk_end(context);
}

static void
on_resize(evutil_socket_t fd, short what, void *context)
{
	struct kiosk *kiosk = context;

	(void)fd;
	(void)what;
	term_resize();
	chrome_resize(kiosk->chrome);
}

/* Which events wait from the start; SIGHUP only where it isn't ignored. */
static bool
is_awaited(size_t event)
{
	return event != ON_SECOND &&
	    (event != ON_HUP || !process_ignores(SIGHUP));
}

/* After curses has started, so that its own handlers are replaced. */
static int
make_events(struct loop *loop)
{
	struct kiosk *kiosk = &loop->kiosk;
	struct event_base *base = kiosk->base;
	struct event **events = loop->events;

	events[ON_INPUT] = event_new(
	    base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, kiosk);
	events[ON_SECOND] = evtimer_new(base, on_second, loop);
	events[ON_TERM] = evsignal_new(base, SIGTERM, on_end, kiosk);
	events[ON_HUP] = evsignal_new(base, SIGHUP, on_end, kiosk);
	events[ON_INT] = evsignal_new(
	    base, SIGINT, kiosk->locked ? on_nothing : on_end, kiosk);
	events[ON_WINCH] = evsignal_new(base, SIGWINCH, on_resize, kiosk);
	kiosk->spin = event_new(base, -1, EV_PERSIST, on_nothing, kiosk);
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		if (events[i] == NULL)
			return BANK_ENOMEM;
		if (is_awaited(i) && event_add(events[i], NULL) != 0)
			return BANK_ESYS;
	}
	next_second(events[ON_SECOND]);
	return kiosk->spin == NULL ? BANK_ENOMEM : 0;
}

static void
free_events(struct loop *loop)
{
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		if (loop->events[i] != NULL)
			event_free(loop->events[i]);
	}
	if (loop->kiosk.spin != NULL)
		event_free(loop->kiosk.spin);
}

/* A drawing for each turn of the loop, whatever has happened in it. */
static void
turn(struct kiosk *kiosk)
{
	do
		kiosk_redraw(kiosk);
	while (event_base_loop(kiosk->base, EVLOOP_ONCE) == 0 &&
	    !event_base_got_break(kiosk->base) &&
	    !event_base_got_exit(kiosk->base));
}

/* From a started terminal to the end of the loop. */
static int
run(struct loop *loop)
{
	struct kiosk *kiosk = &loop->kiosk;
	int error;

	theme_set(&kiosk->chrome->theme,
	    (enum theme_id)config_number(kiosk->config, SCREEN_THEME),
	    (int)config_number(kiosk->config, SCREEN_CLOCK_COLOUR));
	error = chrome_open(kiosk->chrome);
	if (error == 0)
		error = make_events(loop);
	if (error == 0) {
		kiosk->idle->touched_ms = clock_steady_ms();
		kiosk_go(kiosk, SCREEN_WELCOME);
		turn(kiosk);
	}
	kiosk_leave(kiosk);
	keypad_close(kiosk->chrome);
	chrome_close(kiosk->chrome);
	return error;
}

static int
complain(const char *words, int code)
{
	fprintf(stderr, "atm-tui: %s\n", words);
	return code;
}

/* Where it is seen when the screens are gone, and in the kiosk's log. */
static void
tell_terminal(const char *remark)
{
	(void)complain(remark, EX_OK);
	log_event(LOG_WARNING, "terminal", "why", LOG_TEXT(remark), NULL);
}

static void
join(struct loop *loop, const struct config *config)
{
	struct kiosk *kiosk = &loop->kiosk;

	loop->chrome.config = kiosk->config = config;
	kiosk->chrome = &loop->chrome;
	kiosk->idle = &loop->idle;
	kiosk->input = &loop->input;
	kiosk->asks = loop->asks;
	kiosk->customer = &loop->customer;
}

/* Bank and machine; what they lack is in words[0..size). */
static int
open_rooms(struct kiosk *kiosk, char *words, size_t size)
{
	const struct config *config = kiosk->config;
	struct bank_callbacks callbacks;
	int error;

	kiosk->base = event_base_new();
	if (kiosk->base == NULL)
		return BANK_ENOMEM;
	kiosk_callbacks(kiosk, &callbacks);
	error = bank_new(
	    &kiosk->bank, kiosk->base, config, &callbacks, words, size);
	if (error != 0)
		return error;
	kiosk->devices = devices_new(kiosk->base);
	if (kiosk->devices != NULL)
		kiosk->receipts = receipts_new(kiosk->devices, config);
	if (kiosk->receipts == NULL)
		return BANK_ENOMEM;
	kiosk->chrome->speech = speech_new(kiosk->base, kiosk->devices, config);
	return cash_new(
	    &kiosk->cash, kiosk->devices, config, kiosk->bank, words, size);
}

static void
close_rooms(struct kiosk *kiosk)
{
	cash_free(kiosk->cash);
	receipts_free(kiosk->receipts);
	speech_free(kiosk->chrome->speech);
	devices_free(kiosk->devices);
	bank_free(kiosk->bank);
	if (kiosk->base != NULL)
		event_base_free(kiosk->base);
}

int
kiosk_run_screens(const struct config *config, bool kiosk_mode,
    const struct screen *const *screens)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	char words[512] = "no memory";
	int error, code;

	if (loop == NULL)
		return complain(words, EX_OSERR);
	setlocale(LC_CTYPE, "");
	if (intl_is_right_to_left() && !text_is_utf8())
		intl_open(intl_name(0));
	join(loop, config);
	loop->kiosk.screens = screens;
	loop->kiosk.locked = kiosk_mode;
	error = open_rooms(&loop->kiosk, words, sizeof(words));
	code = error == BANK_ECONFIG ? EX_CONFIG : EX_OSERR;
	if (error == 0 &&
	    term_start(kiosk_mode, tell_terminal, words, sizeof(words)) != 0) {
		code = EX_UNAVAILABLE;
	} else if (error == 0) {
		error = run(loop);
		term_stop();
		code = error == 0 ? EX_OK : EX_OSERR;
		string_copy(words, bank_strerror(error), sizeof(words));
	}
	free_events(loop);
	close_rooms(&loop->kiosk);
	news_forget(&loop->customer.news);
	free(loop);
	return code == EX_OK ? EX_OK : complain(words, code);
}
