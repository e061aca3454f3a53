/* SPDX-License-Identifier: ISC */
/*
 * bankctl top: the bank on a whole screen.  It asks for the status at
 * intervals, as `bankctl status` does, and follows the log, as `bankctl
 * monitor` does.  One loop waits for both, for keys and for signals.
 */
#include <sys/socket.h>

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <event2/event.h>

#include "../../shared/base/process.h"
#include "../../shared/terminal/term.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_top_draw.h"

#define ERROR_SIZE 256
#define PATIENCE_MS 5000
#define SELDOM_MS 5000 /* questions that cost the bank more than `status` */

static const unsigned intervals_ms[] = { 200, 500, 1000, 2000, 5000, 10000,
	30000, 60000 };
#define INTERVAL_DEFAULT 2

/* An answer being received: whole, or each of its lines as it comes. */
struct hearing {
	int fd; /* -1: none */
	struct event *readable;
	char *text;
	size_t size, length;
	struct top *top;
	bankctl_top_data_take *take;
	uint64_t asked_ms;
};

struct top {
	const struct bankctl *bankctl;
	struct event_base *base;
	struct event *keys, *tick, *signals[5];
	struct hearing status, log, kiosks, requests;
	size_t interval;
	bool paused;
	struct top_data data;
};

static void
draw(const struct top *top)
{
	bankctl_top_draw(&top->data, intervals_ms[top->interval], top->paused);
}

static void
hearing_end(struct hearing *hearing)
{
	if (hearing->readable == NULL)
		return;
	event_free(hearing->readable);
	hearing->readable = NULL;
	close(hearing->fd);
	hearing->fd = -1;
	hearing->length = 0;
}

static int
hearing_begin(
    struct hearing *hearing, const char *line, event_callback_fn readable)
{
	const struct top *top = hearing->top;

	if ((hearing->fd = bankctl_client_begin(top->bankctl, line)) == -1)
		return -1;
	hearing->length = 0;
	hearing->readable = event_new(
	    top->base, hearing->fd, EV_READ | EV_PERSIST, readable, hearing);
	if (hearing->readable != NULL &&
	    event_add(hearing->readable, NULL) == 0)
		return 0;
	if (hearing->readable != NULL)
		event_free(hearing->readable);
	hearing->readable = NULL;
	close(hearing->fd);
	hearing->fd = -1;
	return -1;
}

/*
 * Returns 1 for data, 0 for nothing now, -1 for the end.  An overlong answer is
 * cut.
 */
static int
hear(struct hearing *hearing)
{
	size_t room = hearing->size - hearing->length - 1;
	char rest[256];
	ssize_t n;

	n = room > 0 ? recv(hearing->fd, hearing->text + hearing->length, room,
			   MSG_DONTWAIT)
		     : recv(hearing->fd, rest, sizeof(rest), MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	hearing->length += room > 0 ? (size_t)n : 0;
	hearing->text[hearing->length] = '\0';
	return 1;
}

static void
on_status(evutil_socket_t fd, short what, void *context)
{
	struct hearing *hearing = context;
	struct top *top = hearing->top;
	int result;

	(void)fd;
	(void)what;
	while ((result = hear(hearing)) == 1)
		continue;
	if (result == 0)
		return;
	top->status.text[top->status.length] = '\0';
	if (control_get_code(top->status.text) == 0)
		bankctl_top_data_status(
		    &top->data, top->status.text, clock_steady_ms());
	else
		bankctl_top_data_down(
		    &top->data, "bankd gave an incomplete answer");
	hearing_end(&top->status);
	draw(top);
}

static void
take_lines(struct hearing *hearing)
{
	struct top *top = hearing->top;
	char *line = hearing->text, *end;

	while (
	    (end = memchr(line, '\n',
		 hearing->length - (size_t)(line - hearing->text))) != NULL) {
		*end = '\0';
		if (!top->paused || hearing != &top->log)
			hearing->take(&top->data, line, time(NULL));
		line = end + 1;
	}
	hearing->length -= (size_t)(line - hearing->text);
	memmove(hearing->text, line, hearing->length);
	if (hearing->length == hearing->size - 1)
		hearing->length = 0; /* no line of ours */
}

/* After its end, a later tick asks again. */
static void
on_lines(evutil_socket_t fd, short what, void *context)
{
	struct hearing *hearing = context;
	int result;

	(void)fd;
	(void)what;
	while ((result = hear(hearing)) == 1)
		take_lines(hearing);
	if (result == -1)
		hearing_end(hearing);
	draw(hearing->top);
}

/* Asks anew where nothing is heard, and it is long enough ago. */
static void
ask_lines(struct hearing *hearing, const char *line, uint64_t every_ms)
{
	const uint64_t now_ms = clock_steady_ms();

	if (hearing->fd != -1 ||
	    (hearing->asked_ms != 0 && now_ms - hearing->asked_ms < every_ms))
		return;
	hearing->asked_ms = now_ms;
	(void)hearing_begin(hearing, line, on_lines);
}

static void
ask(struct top *top)
{
	uint64_t now_ms = clock_steady_ms();

	ask_lines(&top->log, "monitor\n", 0);
	ask_lines(&top->kiosks, "kiosk list\n", SELDOM_MS);
	ask_lines(&top->requests, "requests\n", SELDOM_MS);
	if (top->status.fd != -1) {
		if (now_ms - top->status.asked_ms < PATIENCE_MS)
			return;
		hearing_end(&top->status);
		bankctl_top_data_down(&top->data, "bankd does not answer");
	}
	top->status.asked_ms = now_ms;
	if (hearing_begin(&top->status, "status\n", on_status) == -1)
		bankctl_top_data_down(&top->data, "the bank does not run");
}

static void
set_interval(struct top *top, size_t interval)
{
	const unsigned ms = intervals_ms[interval];
	const struct timeval every = { ms / 1000, ms % 1000 * 1000 };

	top->interval = interval;
	event_del(top->tick);
	event_add(top->tick, &every);
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct top *top = context;

	(void)fd;
	(void)what;
	if (top->paused)
		return;
	ask(top);
	draw(top);
}

static void
quit(struct top *top)
{
	(void)event_base_loopbreak(top->base);
}

static void
slower(struct top *top)
{
	if (top->interval + 1 < NELEM(intervals_ms))
		set_interval(top, top->interval + 1);
}

static void
faster(struct top *top)
{
	if (top->interval > 0)
		set_interval(top, top->interval - 1);
}

static void
pause_or_go_on(struct top *top)
{
	top->paused = !top->paused;
	if (!top->paused)
		ask(top);
}

static void
redraw(struct top *top)
{
	(void)top;
	bankctl_top_draw_again();
}

static void
suspend(struct top *top)
{
	(void)top;
	term_suspend();
}

static const struct {
	int key;
	void (*run)(struct top *top);
} actions[] = {
	{ 'q', quit },
	{ 'Q', quit },
	{ TERM_INTERRUPT, quit },
	{ '+', slower },
	{ '=', slower },
	{ '-', faster },
	{ 'p', pause_or_go_on },
	{ 'P', pause_or_go_on },
	{ TERM_REDRAW, redraw },
	{ TERM_SUSPEND, suspend },
};

static void
on_keys(evutil_socket_t fd, short what, void *context)
{
	struct top *top = context;
	int key, y, x;

	(void)fd;
	(void)what;
	if (term_gone())
		quit(top);
	while ((key = term_key(&y, &x)) != TERM_NONE) {
		for (size_t i = 0; i < NELEM(actions); i++) {
			if (actions[i].key == key)
				actions[i].run(top);
		}
	}
	draw(top);
}

static void
on_signal(evutil_socket_t signal_number, short what, void *context)
{
	struct top *top = context;

	(void)what;
	if (signal_number != SIGWINCH) {
		quit(top);
		return;
	}
	term_resize();
	draw(top);
}

static int
hearing_make(
    struct hearing *hearing, struct top *top, bankctl_top_data_take *take)
{
	hearing->fd = -1;
	hearing->top = top;
	hearing->take = take;
	hearing->size = TOP_ANSWER_SIZE;
	hearing->text = malloc(hearing->size);
	return hearing->text != NULL ? 0 : -1;
}

static int
init(struct top *top)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT,
		SIGWINCH };

	if (hearing_make(&top->status, top, NULL) != 0 ||
	    hearing_make(&top->log, top, bankctl_top_data_line) != 0 ||
	    hearing_make(&top->kiosks, top, bankctl_top_data_kiosk) != 0 ||
	    hearing_make(&top->requests, top, bankctl_top_data_request) != 0 ||
	    (top->base = event_base_new()) == NULL)
		return -1;
	top->keys = event_new(
	    top->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_keys, top);
	top->tick = event_new(top->base, -1, EV_PERSIST, on_tick, top);
	if (top->keys == NULL || top->tick == NULL ||
	    event_add(top->keys, NULL) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(signals); i++) {
		if (process_ignores(signals[i]))
			continue;
		top->signals[i] =
		    evsignal_new(top->base, signals[i], on_signal, top);
		if (top->signals[i] == NULL ||
		    event_add(top->signals[i], NULL) == -1)
			return -1;
	}
	return 0;
}

static void
end(struct top *top)
{
	struct hearing *const all[] = { &top->status, &top->log, &top->kiosks,
		&top->requests };

	for (size_t i = 0; i < NELEM(all); i++) {
		hearing_end(all[i]);
		free(all[i]->text);
	}
	for (size_t i = 0; i < NELEM(top->signals); i++) {
		if (top->signals[i] != NULL)
			event_free(top->signals[i]);
	}
	if (top->tick != NULL)
		event_free(top->tick);
	if (top->keys != NULL)
		event_free(top->keys);
	if (top->base != NULL)
		event_base_free(top->base);
}

/* Checks that the bank runs and admits us, before the screen is taken. */
static int
first_answer(struct top *top)
{
	const char *const words[] = { "status" };
	char *answer = NULL;
	int code;

	code = bankctl_client_ask(top->bankctl, NELEM(words), words, &answer);
	if (code == 0 && control_get_code(answer) != 0)
		code = bankctl_client_print(answer, false);
	else if (code == 0)
		bankctl_top_data_status(&top->data, answer, clock_steady_ms());
	free(answer);
	return code;
}

static void
tell_terminal(const char *remark)
{
	bankctl_complain(0, "%s", remark);
}

int
bankctl_top_run(struct bankctl *bankctl, int argc, char *argv[])
{
	static struct top top;
	char error[ERROR_SIZE];
	int code;

	(void)argc;
	(void)argv;
	top.bankctl = bankctl;
	if (bankctl->json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return bankctl_complain(EX_USAGE,
		    "top needs a terminal; `bankctl -j status` is for "
		    "programs");
	if ((code = first_answer(&top)) != 0)
		return code;
	setlocale(LC_CTYPE, "");
	if (init(&top) != 0)
		code = bankctl_complain(EX_OSERR, "no event loop");
	else if (term_start(false, tell_terminal, error, sizeof(error)) != 0)
		code = bankctl_complain(EX_UNAVAILABLE, "%s", error);
	else {
		bankctl_top_draw_start();
		set_interval(&top, INTERVAL_DEFAULT);
		ask(&top);
		draw(&top);
		(void)event_base_dispatch(top.base);
		term_stop();
	}
	end(&top);
	return code;
}
