/* SPDX-License-Identifier: ISC */
/*
 * Curses on a terminal.  Runs in atm-tui and in bankctl.  The static state is
 * for the crash handler, which can get it in no other way.
 */
#include "term.h"
#include "text.h" /* before curses, whose macros it would meet */

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "../base/error.h"
#include "escape.h"
#include "../base/clock.h"
#include "../base/util.h"

#define ESC_DELAY_MS 25
/*
 * How long an unfinished sequence may take, and for how long an Esc that was
 * taken for the key may still prove to begin a sequence.
 */
#define SEQUENCE_MS 5000
#define AFTER_ESC_MS 1000
#define TOUCHES 8 /* as many as curses keeps */

static struct {
	bool started;
	bool tty;
	struct termios modes; /* the modes before the start */
	char leave[256];      /* the bytes that restore the terminal */
	size_t leave_length;
	MEVENT touches[TOUCHES]; /* not returned yet, the newest first */
	size_t touch_count;
	struct escape escape; /* the part of a sequence received so far */
	bool esc_told;        /* its Esc was returned as the key */
	uint64_t escape_ms;   /* when its newest character came */
} term;

static const struct {
	int code;
	enum term_key key;
} function_keys[] = {
	{ KEY_UP, TERM_UP },
	{ KEY_DOWN, TERM_DOWN },
	{ KEY_LEFT, TERM_LEFT },
	{ KEY_RIGHT, TERM_RIGHT },
	{ KEY_HOME, TERM_HOME },
	{ KEY_END, TERM_END },
	{ KEY_PPAGE, TERM_PAGE_UP },
	{ KEY_NPAGE, TERM_PAGE_DOWN },
	{ KEY_BTAB, TERM_BACK_TAB },
	{ KEY_ENTER, TERM_ENTER },
	{ KEY_BACKSPACE, TERM_BACKSPACE },
	{ KEY_DC, TERM_DELETE },
	{ KEY_F(1), TERM_F1 },
	{ KEY_F(2), TERM_F2 },
	{ KEY_F(3), TERM_F3 },
	{ KEY_F(4), TERM_F4 },
	{ KEY_EXIT, TERM_ESC },
	{ KEY_CANCEL, TERM_ESC },
};

static const struct {
	wint_t code;
	enum term_key key;
} control_keys[] = {
	{ 3, TERM_INTERRUPT },
	{ 8, TERM_BACKSPACE },
	{ 9, TERM_TAB },
	{ 10, TERM_ENTER },
	{ 12, TERM_REDRAW },
	{ 13, TERM_ENTER },
	{ 26, TERM_SUSPEND },
	{ 127, TERM_BACKSPACE },
};

/* Runs when the process crashes: system calls only, then the signal. */
static void
on_crash(int signal_number)
{
	ssize_t n = write(STDOUT_FILENO, term.leave, term.leave_length);

	(void)n;
	if (term.tty)
		tcsetattr(STDIN_FILENO, TCSANOW, &term.modes);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Adds one of the terminal's strings, without its padding `$<n>`. */
static void
add_leave(const char *string)
{
	if (string == NULL || string == (const char *)-1)
		return;
	while (*string != '\0' && term.leave_length < sizeof(term.leave)) {
		if (strncmp(string, "$<", 2) == 0) {
			string += strcspn(string, ">");
			string += *string == '>';
			continue;
		}
		term.leave[term.leave_length++] = *string++;
	}
}

static void
watch_crashes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
		SIGSYS };
	struct sigaction action = { .sa_handler = on_crash,
		.sa_flags = (int)SA_RESETHAND | SA_NODEFER };

	term.leave_length = 0;
	if (tigetstr("kmous") != NULL)
		add_leave("\033[?1006;1000l");
	add_leave(tigetstr("sgr0"));
	add_leave(tigetstr("clear"));
	add_leave(tigetstr("rmkx"));
	add_leave(tigetstr("cnorm"));
	add_leave(tigetstr("rmcup"));
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NELEM(signals); i++)
		sigaction(signals[i], &action, NULL);
}

static void
ignore_job_control(void)
{
	static const int signals[] = { SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU };

	for (size_t i = 0; i < NELEM(signals); i++)
		signal(signals[i], SIG_IGN);
}

bool
term_is_described(const char *name)
{
	int error;

	if (setupterm(name, STDOUT_FILENO, &error) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

/*
 * Returns the terminal's own description, or the nearest one that exists, since
 * today's terminals do what xterm does.  A terminal of type `unknown` gets no
 * other description.
 */
static const char *
choose_description(const char *name, void (*tell)(const char *remark))
{
	static const char *const near[] = { "xterm-256color", "xterm",
		"vt100" };
	char remark[256];

	if (name == NULL || *name == '\0' || strcmp(name, "unknown") == 0 ||
	    term_is_described(name))
		return name;
	for (size_t i = 0; i < NELEM(near); i++) {
		if (!term_is_described(near[i]))
			continue;
		snprintf(remark, sizeof(remark),
		    "this host has no description of the terminal %.64s; "
		    "taking it for %s (terminfo: the package ncurses-term "
		    "has more)",
		    name, near[i]);
		tell(remark);
		return near[i];
	}
	return name;
}

int
term_start(
    bool locked, void (*tell)(const char *remark), char *error, size_t size)
{
	const char *name = getenv("TERM");

	term.tty = tcgetattr(STDIN_FILENO, &term.modes) == 0;
	if (locked)
		ignore_job_control();
	if (newterm(choose_description(name, tell), stdout, stdin) == NULL) {
		snprintf(error, size, "cannot use the terminal %s; try -p",
		    name == NULL ? "(TERM is not set)" : name);
		return BANK_ESYS;
	}
	term.started = true;
	atexit(term_stop);
	raw();
	noecho();
	nonl();
	set_escdelay(ESC_DELAY_MS);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	meta(stdscr, TRUE);
	/* Releases too: curses loses what comes with an event not asked for. */
	mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED |
		BUTTON5_PRESSED,
	    NULL);
	mouseinterval(0);
	if (has_colors()) {
		start_color();
		use_default_colors(); /* fewer bytes when colours end */
	}
	curs_set(1);
	watch_crashes();
	return 0;
}

void
term_stop(void)
{
	if (!term.started)
		return;
	term.started = false;
	mousemask(0, NULL);
	curs_set(1);
	erase();
	refresh();
	endwin(); /* no delscreen(): panels keep a pointer to the screen */
}

/*
 * Curses makes one KEY_MOUSE of several touches that come together, and returns
 * the newest first.  None of them may be lost.
 */
static void
take_touches(void)
{
	while (term.touch_count < TOUCHES &&
	    getmouse(&term.touches[term.touch_count]) == OK)
		term.touch_count++;
}

static int
next_touch(int *y, int *x)
{
	MEVENT event;

	if (term.touch_count == 0)
		return TERM_OTHER;
	event = term.touches[--term.touch_count];
	*y = event.y;
	*x = event.x;
	if (event.bstate & BUTTON4_PRESSED)
		return TERM_UP;
	if (event.bstate & BUTTON5_PRESSED)
		return TERM_DOWN;
	return event.bstate & BUTTON1_PRESSED ? TERM_MOUSE : TERM_OTHER;
}

static int
function_key(wint_t code, int *y, int *x)
{
	if (code == KEY_MOUSE) {
		take_touches();
		return next_touch(y, x);
	}
	for (size_t i = 0; i < NELEM(function_keys); i++) {
		if ((wint_t)function_keys[i].code == code)
			return (int)function_keys[i].key;
	}
	return TERM_OTHER;
}

/*
 * Whether the character after an Esc that was returned as the key makes both a
 * sequence.  A `[` or `]` does; a letter does if more input is waiting, because
 * people type one key at a time.
 */
static bool
follows_esc(wint_t code)
{
	wint_t next;

	if (code == '[' || code == ']')
		return true;
	if (code >= 0x80 || strchr("OP_^X", (int)code) == NULL ||
	    wget_wch(stdscr, &next) != OK)
		return false;
	unget_wch((wchar_t)next);
	return true;
}

/* Ends an unfinished sequence when no more of it arrives. */
static void
expire_sequence(wint_t code)
{
	uint64_t now_ms = clock_steady_ms();
	bool over;

	if (term.escape.state == ESCAPE_BEGUN && term.esc_told)
		over = now_ms - term.escape_ms > AFTER_ESC_MS ||
		    !follows_esc(code);
	else
		over = now_ms - term.escape_ms > SEQUENCE_MS;
	if (over)
		term.escape.state = ESCAPE_TEXT;
	term.escape_ms = now_ms;
}

/* If nothing more is waiting, a lone Esc is the key. */
static int
no_key(void)
{
	if (term.escape.state != ESCAPE_BEGUN || term.esc_told)
		return TERM_NONE;
	term.esc_told = true;
	return TERM_ESC;
}

/* Arrow keys of a terminal that ignores its mode; otherwise no key. */
static int
sequence_key(enum escape_state state, unsigned length, wint_t last)
{
	static const char finals[] = "ABCDHF";
	static const enum term_key keys[] = { TERM_UP, TERM_DOWN, TERM_RIGHT,
		TERM_LEFT, TERM_HOME, TERM_END };
	const char *final;

	if (state != ESCAPE_CONTROL || length > 0 || last >= 0x80)
		return TERM_OTHER;
	final = strchr(finals, (int)last);
	return final != NULL && *final != '\0' ? (int)keys[final - finals]
					       : TERM_OTHER;
}

static int
character_key(wint_t code)
{
	code = (wint_t)text_latin_digit((int)code);
	for (size_t i = 0; i < NELEM(control_keys); i++) {
		if (control_keys[i].code == code)
			return (int)control_keys[i].key;
	}
	return code < ' ' || (code >= 0x7f && code < 0xa0) ? TERM_OTHER
							   : (int)code;
}

int
term_key(int *y, int *x)
{
	enum escape_state before;
	wint_t code;

	if (term.touch_count > 0)
		return next_touch(y, x);
	for (;;) {
		switch (wget_wch(stdscr, &code)) {
		case ERR:
			return no_key();
		case KEY_CODE_YES:
			term.escape.state = ESCAPE_TEXT;
			return function_key(code, y, x);
		}
		expire_sequence(code);
		before = term.escape.state;
		if (!escape_take(&term.escape, (uint32_t)code))
			return character_key(code);
		term.esc_told = false;
		if (term.escape.state == ESCAPE_TEXT)
			return sequence_key(before, term.escape.length, code);
	}
}

bool
term_gone(void)
{
	struct pollfd poll_input = { .fd = STDIN_FILENO, .events = POLLIN };
	int waiting = 0;

	if (poll(&poll_input, 1, 0) <= 0)
		return false;
	if (poll_input.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return (poll_input.revents & POLLIN) &&
	    ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting == 0;
}

void
term_resize(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

void
term_suspend(void)
{
	endwin();
	raise(SIGSTOP);
	term_resize();
	clearok(curscr, TRUE);
}
