/* SPDX-License-Identifier: ISC */
/*
 * What the screens say aloud.  Runs in atm-tui, on its event loop.  A moment
 * passes before anything is said, so that what follows at once is said with
 * it.
 */
#include "speech.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include <openssl/crypto.h>

#include "../base/intl.h"
#include "../base/options.h"

#define SCREEN_SIZE 16384
#define PART_SIZE 2048
#define PAUSE_US 150000
#define SAY_SECONDS 120

/* Pieces, each with a mark before it, its enum speech_part, and LF behind. */
struct heard {
	char screen[SCREEN_SIZE], focus[PART_SIZE], message[PART_SIZE];
};

struct speech {
	struct devices *devices;
	const char *command;
	struct event *pause;
	struct device *voice;
	unsigned visit;
	struct heard now, before; /* of this drawing, and the last */
	char to_say[2 * SCREEN_SIZE];
	char last[2 * SCREEN_SIZE]; /* the newest that was to be said */
	unsigned keys, repeated_at; /* counted by speech_hush() */
	bool whole;                 /* the next drawing is said as a new one */
};

/* The first byte of a piece. */
#define MARK(part) ((char)('a' + (part)))

/* `%l` in the command is the language's code. */
static void
fill_in_language(const char *command, char *to, size_t size)
{
	const char *place = strstr(command, "%l");

	if (place == NULL)
		snprintf(to, size, "%s", command);
	else
		snprintf(to, size, "%.*s%s%s", (int)(place - command), command,
		    intl_language(), place + 2);
}

static void say(struct speech *speech);

static void
on_said(void *context, int status)
{
	struct speech *speech = context;

	(void)status;
	speech->voice = NULL;
	say(speech);
}

static void
on_pause(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	say(context);
}

/* All that is to be said by now, unless the voice is still at something. */
static void
say(struct speech *speech)
{
	size_t length = strlen(speech->to_say);
	char command[512];

	if (speech->voice != NULL || length == 0)
		return;
	fill_in_language(speech->command, command, sizeof(command));
	speech->voice = device_run(speech->devices,
	    &(struct device_job) { .command = command,
		.input = speech->to_say,
		.length = length,
		.limit_s = SAY_SECONDS,
		.done = on_said,
		.context = speech });
	OPENSSL_cleanse(speech->to_say, length);
}

struct speech *
speech_new(struct event_base *base, struct devices *devices,
    const struct config *config)
{
	const char *command = config_string(config, SPEECH_COMMAND);
	struct speech *speech;

	if (*command == '\0' || (speech = calloc(1, sizeof(*speech))) == NULL)
		return NULL;
	speech->devices = devices;
	speech->command = command;
	speech->pause = evtimer_new(base, on_pause, speech);
	if (speech->pause != NULL)
		return speech;
	free(speech);
	return NULL;
}

void
speech_free(struct speech *speech)
{
	if (speech == NULL)
		return;
	if (speech->voice != NULL)
		device_kill(speech->voice);
	event_free(speech->pause);
	OPENSSL_cleanse(speech, sizeof(*speech));
	free(speech);
}

void
speech_begin(struct speech *speech)
{
	if (speech != NULL)
		speech->now.screen[0] = speech->now.focus[0] =
		    speech->now.message[0] = '\0';
}

static void
silence(struct speech *speech)
{
	if (speech->voice != NULL)
		device_kill(speech->voice);
	speech->voice = NULL;
	event_del(speech->pause);
	OPENSSL_cleanse(speech->to_say, sizeof(speech->to_say));
}

void
speech_hush(struct speech *speech)
{
	if (speech == NULL)
		return;
	/* What was typed last, say: it hasn't been heard to its end. */
	if (speech->voice != NULL || *speech->to_say != '\0')
		speech->before.focus[0] = '\0';
	silence(speech);
	speech->keys++;
}

/* What was said of a screen that is gone may be another customer's. */
static void
forget(struct speech *speech)
{
	silence(speech);
	OPENSSL_cleanse(speech->last, sizeof(speech->last));
}

/* Drawings that follow one another, as of a spinner, don't put it off. */
static void
say_soon(struct speech *speech)
{
	const struct timeval moment = { 0, PAUSE_US };

	if (*speech->to_say != '\0' && speech->voice == NULL &&
	    !event_pending(speech->pause, EV_TIMEOUT, NULL))
		event_add(speech->pause, &moment);
}

void
speech_repeat(struct speech *speech)
{
	if (speech == NULL)
		return;
	speech->whole = speech->repeated_at + 1 == speech->keys;
	speech->repeated_at = speech->keys;
	if (speech->whole)
		return;
	/* What speech_hush() has to be said once more is in it. */
	memcpy(speech->before.focus, speech->now.focus,
	    sizeof(speech->before.focus));
	memcpy(speech->to_say, speech->last, sizeof(speech->to_say));
	say_soon(speech);
}

bool
speech_is_speaking(const struct speech *speech)
{
	return speech != NULL &&
	    (speech->voice != NULL || *speech->to_say != '\0');
}

/* The piece that begins at `from`, with its LF; 0: there is none. */
static size_t
piece_length(const char *from)
{
	size_t length = strcspn(from, "\n");

	return length + (from[length] == '\n');
}

/* Whether a piece stands in a list of them. */
static bool
has_piece(const char *list, const char *piece, size_t length)
{
	size_t n;

	for (; (n = piece_length(list)) > 0; list += n)
		if (n == length && memcmp(list, piece, n) == 0)
			return true;
	return false;
}

/* Another screen, or something else is asked: a title is gone. */
static bool
is_other(const struct speech *speech, unsigned visit)
{
	size_t n;

	if (visit != speech->visit)
		return true;
	for (const char *at = speech->before.screen; (n = piece_length(at)) > 0;
	     at += n)
		if (*at == MARK(SPEECH_TITLE) &&
		    !has_piece(speech->now.screen, at, n))
			return true;
	return false;
}

/* What of `list` isn't in `known`, or all of it (NULL), without the marks. */
static void
say_pieces(struct speech *speech, const char *list, const char *known)
{
	size_t n, used = strlen(speech->to_say);

	for (; (n = piece_length(list)) > 0; list += n) {
		if (known != NULL &&
		    (*list == MARK(SPEECH_CLOCK) || has_piece(known, list, n)))
			continue;
		if (used + n >= sizeof(speech->to_say))
			return;
		memcpy(speech->to_say + used, list + 1, n - 1);
		used += n - 1;
		speech->to_say[used] = '\0';
	}
}

void
speech_end(struct speech *speech, unsigned visit)
{
	struct heard *now, *before;
	size_t length;
	bool other, all;

	if (speech == NULL)
		return;
	now = &speech->now;
	before = &speech->before;
	other = is_other(speech, visit);
	if (other)
		forget(speech);
	all = other || speech->whole;
	length = strlen(speech->to_say);
	say_pieces(speech, now->screen, all ? NULL : before->screen);
	if (all || strcmp(now->focus, before->focus) != 0)
		say_pieces(speech, now->focus, NULL);
	say_pieces(speech, now->message, all ? NULL : before->message);
	if (strlen(speech->to_say) > length)
		memcpy(speech->last, speech->to_say, sizeof(speech->last));
	*before = *now;
	speech->visit = visit;
	speech->whole = false;
	say_soon(speech);
}

/* Letters, digits, what languages punctuate with, money; no dots, no lines. */
static bool
is_said(wchar_t character)
{
	if (character < 0x2000)
		return iswprint((wint_t)character);
	return iswalnum((wint_t)character) ||
	    (character >= 0x20a0 && character <= 0x20cf) ||
	    (character >= 0x2010 && character <= 0x201f) || character == 0x2026;
}

static char *
list_of(struct speech *speech, enum speech_part part, size_t *size)
{
	*size = PART_SIZE;
	if (part == SPEECH_FOCUS)
		return speech->now.focus;
	if (part == SPEECH_MESSAGE)
		return speech->now.message;
	*size = SCREEN_SIZE;
	return speech->now.screen;
}

/* Copies what can be said, without spaces in a row; the bytes, 0 for none. */
static size_t
clean(char *to, size_t size, const char *text)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t used = 0, n;

	for (; *text != '\0'; text += n) {
		n = mbrtowc(&character, text, strlen(text), &state);
		if (n == 0 || n > strlen(text) || used + n >= size)
			break;
		if (!is_said(character) ||
		    (character == L' ' && (used == 0 || to[used - 1] == ' ')))
			continue;
		memcpy(to + used, text, n);
		used += n;
	}
	while (used > 0 && to[used - 1] == ' ')
		used--;
	return used;
}

void
speech_hear(struct speech *speech, enum speech_part part, const char *text)
{
	size_t length, size, used;
	char *list;

	/* A mark that points at the focus says nothing. */
	if (speech == NULL || *text == '\0' || text[1] == '\0')
		return;
	list = list_of(speech, part, &size);
	length = strlen(list);
	if (length + 3 >= size)
		return;
	used = clean(list + length + 1, size - length - 3, text);
	if (used == 0) {
		list[length] = '\0';
		return;
	}
	list[length] = MARK(part);
	list[length + 1 + used] = '\n';
	list[length + 2 + used] = '\0';
}

void
speech_hear_role(struct speech *speech, enum role role, const char *text)
{
	static const struct {
		bool said;
		enum speech_part part;
	} roles[ROLE_COUNT] = {
		[ROLE_BODY] = { true, SPEECH_BODY },
		[ROLE_TITLE] = { true, SPEECH_TITLE },
		[ROLE_DIM] = { true, SPEECH_BODY },
		[ROLE_FOCUS] = { true, SPEECH_FOCUS },
		[ROLE_GOOD] = { true, SPEECH_TITLE },
		[ROLE_BAD] = { true, SPEECH_BODY },
		[ROLE_MESSAGE] = { true, SPEECH_BODY },
	};

	if (roles[role].said)
		speech_hear(speech, roles[role].part, text);
}
