/* SPDX-License-Identifier: ISC */
/*
 * The terminal of the tests: pseudo-terminal and child, keys, mouse, waits.
 */
#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/patience.h"
#include "term_state.h"

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
write_all(int fd, const char *bytes, size_t length)
{
	ssize_t n;

	while (length > 0) {
		n = write(fd, bytes, length);
		if (n < 0 && errno != EINTR)
			return;
		bytes += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
}

/* What the terminal itself says: mouse reports, answers to questions. */
static void
on_output(const char *bytes, size_t length, void *context)
{
	write_all(((struct term *)context)->fd, bytes, length);
}

static int
on_property(VTermProp property, VTermValue *value, void *context)
{
	struct term *term = context;

	if (property == VTERM_PROP_ALTSCREEN)
		term->alternate = value->boolean;
	return 1;
}

static int
on_cursor(VTermPos at, VTermPos before, int visible, void *context)
{
	(void)before;
	(void)visible;
	((struct term *)context)->cursor = at;
	return 1;
}

static const VTermScreenCallbacks callbacks = {
	.settermprop = on_property,
	.movecursor = on_cursor,
};

/*
 * A time zone in which it is the evening: a greeting has one length all day,
 * and the screens are the same whenever the tests run.
 */
static const char *
evening(void)
{
	static char zone[32];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	/* POSIX counts the hours west of Greenwich. */
	snprintf(zone, sizeof(zone), "TZ=DAY%+d", utc.tm_hour - 19);
	return zone;
}

static void
run_child(const char *const argv[], const char *const environment[])
{
	const char *const bare[] = { "TERM=xterm-256color", "LANG=C.UTF-8",
		evening(), "PATH=/usr/bin:/bin", NULL };

	clearenv();
	for (size_t i = 0; bare[i] != NULL; i++)
		putenv((char *)(uintptr_t)bare[i]);
	for (size_t i = 0; environment != NULL && environment[i] != NULL; i++)
		putenv((char *)(uintptr_t)environment[i]);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	perror(argv[0]);
	_exit(127);
}

struct term *
term_open(const char *const argv[], const char *const environment[], int rows,
    int columns)
{
	struct term *term = calloc(1, sizeof(*term));
	struct winsize size = { (unsigned short)rows, (unsigned short)columns,
		0, 0 };

	if (term == NULL)
		abort();
	term->vterm = vterm_new(rows, columns);
	vterm_set_utf8(term->vterm, 1);
	vterm_output_set_callback(term->vterm, on_output, term);
	term->screen = vterm_obtain_screen(term->vterm);
	vterm_screen_set_callbacks(term->screen, &callbacks, term);
	vterm_screen_enable_altscreen(term->screen, 1);
	vterm_screen_reset(term->screen, 1);
	term->rows = rows;
	term->columns = columns;
	term->pid = forkpty(&term->fd, NULL, NULL, &size);
	if (term->pid < 0) {
		perror("forkpty");
		abort();
	}
	if (term->pid == 0)
		run_child(argv, environment);
	return term;
}

pid_t
term_pid(const struct term *term)
{
	return term->pid;
}

void
term_hang_up(struct term *term)
{
	if (term->fd >= 0)
		close(term->fd);
	term->fd = -1;
}

void
term_close(struct term *term)
{
	if (!term->ended) {
		kill(term->pid, SIGKILL);
		waitpid(term->pid, NULL, 0);
	}
	term_hang_up(term);
	vterm_free(term->vterm);
	free(term);
}

void
term_send(struct term *term, const char *bytes)
{
	write_all(term->fd, bytes, strlen(bytes));
}

bool
term_has_read(const struct term *term)
{
	int end = open(ptsname(term->fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	int unread = 0;
	bool all = end >= 0 && ioctl(end, FIONREAD, &unread) == 0;

	if (end >= 0)
		close(end);
	return all && unread == 0;
}

void
term_click(struct term *term, int row, int column)
{
	vterm_mouse_move(term->vterm, row, column, VTERM_MOD_NONE);
	vterm_mouse_button(term->vterm, 1, true, VTERM_MOD_NONE);
	vterm_mouse_button(term->vterm, 1, false, VTERM_MOD_NONE);
}

void
term_resize(struct term *term, int rows, int columns)
{
	struct winsize size = { (unsigned short)rows, (unsigned short)columns,
		0, 0 };

	term->rows = rows;
	term->columns = columns;
	vterm_set_size(term->vterm, rows, columns);
	ioctl(term->fd, TIOCSWINSZ, &size);
}

/* libvterm 0.1.4 heeds only the first mode of a list, ncurses sends two. */
static void
watch_mouse(struct term *term, const char *bytes, size_t length)
{
	static const char on[] = "\033[?1006;1000h", off[] = "\033[?1006;1000l";

	if (memmem(bytes, length, on, sizeof(on) - 1) != NULL)
		term->mouse = true;
	if (memmem(bytes, length, off, sizeof(off) - 1) != NULL)
		term->mouse = false;
}

/* Takes what comes within so long, at most one piece. */
static bool
take(struct term *term, long most_ms)
{
	struct pollfd ready = { .fd = term->fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	if (most_ms <= 0 || poll(&ready, 1, (int)most_ms) <= 0)
		return false;
	n = read(term->fd, bytes, sizeof(bytes));
	if (n <= 0) {
		term->closed = true;
		return false;
	}
	term->bytes += (size_t)n;
	watch_mouse(term, bytes, (size_t)n);
	vterm_input_write(term->vterm, bytes, (size_t)n);
	vterm_screen_flush_damage(term->screen);
	return true;
}

void
term_take(struct term *term, int milliseconds)
{
	long deadline = now_ms() + milliseconds;

	while (take(term, deadline - now_ms()))
		continue;
}

static bool
is_over(struct term *term, struct patience *bound)
{
	return !take(term, patience_left_ms(bound)) &&
	    (term->closed || patience_is_over(bound));
}

/* Waits until `text` is there or not there, as asked. */
static bool
wait_for(struct term *term, const char *text, bool there)
{
	struct patience bound;
	int row, column;

	patience_begin(&bound, TERM_WAIT_MS);
	while (term_find(term, text, &row, &column) != there) {
		if (is_over(term, &bound))
			return term_find(term, text, &row, &column) == there;
	}
	return true;
}

/* The same with the usual bound; tells what is there instead. */
static bool
wait_or_tell(struct term *term, const char *text, bool there)
{
	bool good = wait_for(term, text, there);
	char *screen;

	if (good)
		return true;
	screen = term_dump(term, false);
	fprintf(stderr, "waited in vain for%s: %s\n%s\n",
	    there ? "" : " the end of", text, screen);
	free(screen);
	return false;
}

bool
term_wait(struct term *term, const char *text)
{
	return wait_or_tell(term, text, true);
}

bool
term_wait_gone(struct term *term, const char *text)
{
	return wait_or_tell(term, text, false);
}

bool
term_wait_within(struct term *term, const char *text, int milliseconds)
{
	long deadline = now_ms() + milliseconds;
	int row, column;

	while (!term_find(term, text, &row, &column)) {
		if (!take(term, deadline - now_ms()))
			return term_find(term, text, &row, &column);
	}
	return true;
}

bool
term_wait_bytes(struct term *term, size_t more_than)
{
	struct patience bound;

	patience_begin(&bound, TERM_WAIT_MS);
	while (term->bytes <= more_than) {
		if (is_over(term, &bound))
			return false;
	}
	return true;
}

int
term_wait_end(struct term *term)
{
	struct patience bound;

	patience_begin(&bound, TERM_WAIT_MS);
	while (!term->ended && !patience_is_over(&bound)) {
		/* Read on: a child that can't write can't end either. */
		if (term->fd >= 0 && !term->closed)
			take(term, 20);
		else
			poll(NULL, 0, 5);
		term->ended =
		    waitpid(term->pid, &term->status, WNOHANG) == term->pid;
	}
	if (term->ended && term->fd >= 0)
		term_take(term, 20);
	return term->ended ? term->status : -1;
}
