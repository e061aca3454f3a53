/* SPDX-License-Identifier: ISC */
/*
 * Curses on a terminal.  Runs in atm-tui and in bankctl.  The static state is
 * what the crash handler needs: a handler has no other way to be told.
 */
#include "term.h"

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

#include "error.h"
#include "util.h"

#define ESC_DELAY_MS 25
#define TOUCHES 8 /* as many as curses keeps */

static struct {
	bool started;
	bool tty;
	struct termios modes; /* as they were */
	char leave[256];      /* what puts the terminal back */
	size_t leave_length;
	MEVENT touches[TOUCHES]; /* not handed out yet, the newest first */
	size_t touch_count;
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

/* Runs when the process is lost: system calls only, then the signal again. */
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

/* Adds a string of the terminal's, without its paddings `$<n>`. */
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

int
term_start(bool locked, char *error, size_t size)
{
	const char *name = getenv("TERM");

	term.tty = tcgetattr(STDIN_FILENO, &term.modes) == 0;
	if (locked)
		ignore_job_control();
	if (newterm(NULL, stdout, stdin) == NULL) {
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
	/* Releases too: curses loses what comes with an event unasked for. */
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
	endwin(); /* no delscreen(): panels keep a pointer into the screen */
}

/*
 * After an Esc: what follows at once belongs to a sequence that the
 * terminal's description doesn't know, and is taken up to its end.
 */
static int
read_sequence(void)
{
	static const char finals[] = "ABCDHF";
	static const enum term_key keys[] = { TERM_UP, TERM_DOWN, TERM_RIGHT,
		TERM_LEFT, TERM_HOME, TERM_END };
	const char *final;
	wint_t code;
	int length = 0;

	if (wget_wch(stdscr, &code) != OK || code == 27)
		return TERM_ESC;
	if (code != '[' && code != 'O')
		return TERM_OTHER;
	while (wget_wch(stdscr, &code) == OK) {
		length++;
		if (code >= 0x40 && code <= 0x7e)
			break;
	}
	/* Arrows of a terminal that isn't in the mode it was put in. */
	final = length == 1 ? strchr(finals, (int)code) : NULL;
	return final != NULL && *final != '\0' ? (int)keys[final - finals]
					       : TERM_OTHER;
}

/*
 * Curses makes one KEY_MOUSE of touches that come together, and gives the
 * newest first; none of them may be lost.
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

int
term_key(int *y, int *x)
{
	wint_t code;

	if (term.touch_count > 0)
		return next_touch(y, x);
	switch (wget_wch(stdscr, &code)) {
	case ERR:
		return TERM_NONE;
	case KEY_CODE_YES:
		return function_key(code, y, x);
	}
	if (code == 27)
		return read_sequence();
	for (size_t i = 0; i < NELEM(control_keys); i++) {
		if (control_keys[i].code == code)
			return (int)control_keys[i].key;
	}
	return code < ' ' || (code >= 0x7f && code < 0xa0) ? TERM_OTHER
							   : (int)code;
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
