/* SPDX-License-Identifier: ISC */
/*
 * A voice for the screens: what a drawing shows is heard piece by piece, in
 * its order, and what is new is given to `[speech] command`, on its standard
 * input.  What comes by itself waits until the voice has ended; a key makes it
 * silent, and so does another screen.  Nobody waits for the voice but what
 * would leave a screen by itself.  A secret is never given to this module:
 * forms say its field's label alone.
 */
#ifndef ATM_SPEECH_H
#define ATM_SPEECH_H

#include "../../shared/config/config.h"
#include "../base/device.h"
#include "theme.h"

struct speech;

enum speech_part {
	SPEECH_TITLE,   /* what the screen asks; another: all of it is said */
	SPEECH_BODY,    /* what else stands there; said where it is new */
	SPEECH_CLOCK,   /* what runs on: said with the whole screen alone */
	SPEECH_FOCUS,   /* what a key would act on */
	SPEECH_MESSAGE, /* what the bank, a form, a notice says */
};

/* NULL where no command is configured, or no memory is left. */
struct speech *speech_new(struct event_base *base, struct devices *devices,
    const struct config *config);
void speech_free(struct speech *speech);

/*
 * Around each drawing.  `visit` is another where the screen is another one.
 * NULL is no voice, here and below.
 */
void speech_begin(struct speech *speech);
void speech_end(struct speech *speech, unsigned visit);
/* A key was pressed: nothing of what was to be said is said. */
void speech_hush(struct speech *speech);
/*
 * Says again what was said last, also if a key cut it off; asked for twice in a
 * row, all that the screen shows.
 */
void speech_repeat(struct speech *speech);
/* Whether the voice is at something, or about to be. */
bool speech_is_speaking(const struct speech *speech);

/* Text that is drawn now; symbols and what draws lines aren't said. */
void speech_hear(
    struct speech *speech, enum speech_part part, const char *text);
/* Text of the body by its role; numbers drawn large, and rules, are not. */
void speech_hear_role(struct speech *speech, enum role role, const char *text);

#endif
