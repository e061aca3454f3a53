/* SPDX-License-Identifier: ISC */
/*
 * A voice for the screens: what a drawing shows is heard by its parts, and
 * what is new in them is given to `[speech] command`, on its standard input;
 * what it was still saying is cut off.  Nobody waits for it.  A secret is
 * never given to this module: forms say its field's label alone.
 */
#ifndef ATM_SPEECH_H
#define ATM_SPEECH_H

#include "../../shared/config/config.h"
#include "../base/device.h"
#include "theme.h"

struct speech;

enum speech_part {
	SPEECH_TITLE,   /* what the screen asks; new: all of it is said */
	SPEECH_BODY,    /* what else stands there; said with the title alone */
	SPEECH_FOCUS,   /* what a key would act on */
	SPEECH_MESSAGE, /* what the bank, a form, a notice says */
	SPEECH_PARTS
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

/* Text that is drawn now; symbols and what draws lines aren't said. */
void speech_hear(
    struct speech *speech, enum speech_part part, const char *text);
/* Text of the body by its role; numbers drawn large, and rules, are not. */
void speech_hear_role(struct speech *speech, enum role role, const char *text);

#endif
