/* SPDX-License-Identifier: ISC */
/*
 * What the screens say aloud.  Runs in atm-tui, on its event loop.  A moment
 * passes before anything is said, so that what follows at once is said in
 * its place.
 */
#include "speech.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "../../shared/base/util.h"
#include "../base/intl.h"
#include "../base/options.h"

#define PART_SIZE 2048
#define PAUSE_US 150000
#define SAY_SECONDS 120

struct speech {
	struct devices *devices;
	const char *command;
	struct event *pause;
	struct device *voice;
	unsigned visit;
	char heard[SPEECH_PARTS][PART_SIZE]; /* of this drawing */
	char known[SPEECH_PARTS][PART_SIZE]; /* of the one before */
	bool wanted[SPEECH_PARTS];           /* when the moment is over */
};

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

static void
on_said(void *context, int status)
{
	(void)status;
	((struct speech *)context)->voice = NULL;
}

static void
on_pause(evutil_socket_t fd, short what, void *argument)
{
	struct speech *speech = argument;
	char text[SPEECH_PARTS * PART_SIZE] = "", command[512];
	size_t length = 0;

	(void)fd;
	(void)what;
	for (int i = 0; i < SPEECH_PARTS; i++) {
		if (speech->wanted[i] && speech->known[i][0] != '\0')
			length += (size_t)snprintf(text + length,
			    sizeof(text) - length, "%s\n", speech->known[i]);
		speech->wanted[i] = false;
	}
	if (speech->voice != NULL)
		device_kill(speech->voice);
	fill_in_language(speech->command, command, sizeof(command));
	speech->voice = length == 0
	    ? NULL
	    : device_run(speech->devices,
		  &(struct device_job) { .command = command,
		      .input = text,
		      .length = length,
		      .limit_s = SAY_SECONDS,
		      .done = on_said,
		      .context = speech });
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
	free(speech);
}

void
speech_begin(struct speech *speech)
{
	if (speech != NULL)
		for (int i = 0; i < SPEECH_PARTS; i++)
			speech->heard[i][0] = '\0';
}

static bool
is_new(const struct speech *speech, enum speech_part part)
{
	return strcmp(speech->heard[part], speech->known[part]) != 0;
}

void
speech_end(struct speech *speech, unsigned visit)
{
	const struct timeval moment = { 0, PAUSE_US };
	bool all, any = false;

	if (speech == NULL)
		return;
	all = visit != speech->visit || is_new(speech, SPEECH_TITLE);
	for (enum speech_part i = 0; i < SPEECH_PARTS; i++) {
		bool wanted = all || (i != SPEECH_BODY && is_new(speech, i));

		any = any || wanted;
		speech->wanted[i] = speech->wanted[i] || wanted;
		memcpy(speech->known[i], speech->heard[i], PART_SIZE);
	}
	speech->visit = visit;
	if (any)
		event_add(speech->pause, &moment);
}

/* Letters, digits, and what ASCII and Spanish punctuate with. */
static bool
is_said(wchar_t character)
{
	return iswalnum((wint_t)character) ||
	    (character >= L' ' && character <= L'~') || character == L'¿' ||
	    character == L'¡';
}

/* Appends what can be said, with a blank between two pieces. */
void
speech_hear(struct speech *speech, enum speech_part part, const char *text)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t used, length;
	char *to;

	/* A mark that points at the focus says nothing. */
	if (speech == NULL || *text == '\0' || text[1] == '\0')
		return;
	to = speech->heard[part];
	length = strlen(to);
	if (length > 0 && length < PART_SIZE - 2)
		to[length++] = ' ';
	for (; *text != '\0'; text += used) {
		used = mbrtowc(&character, text, strlen(text), &state);
		if (used == 0 || used > strlen(text) ||
		    length + used >= PART_SIZE)
			break;
		if (!is_said(character) ||
		    (character == L' ' &&
			(length == 0 || to[length - 1] == ' ')))
			continue;
		memcpy(to + length, text, used);
		length += used;
	}
	to[length] = '\0';
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
		[ROLE_BAD] = { true, SPEECH_MESSAGE },
	};

	if (roles[role].said)
		speech_hear(speech, roles[role].part, text);
}
