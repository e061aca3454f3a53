/* SPDX-License-Identifier: ISC */
/*
 * The customer's language: catalogues of gettext (msgfmt's .mo files),
 * looked up by the English words.  They are read here and not by libintl,
 * because that follows the locales of the machine: on one without an es
 * locale, as kiosks and containers are, it would speak English only; and
 * here the language changes from one customer to the next.
 */
#ifndef ATM_INTL_H
#define ATM_INTL_H

#include <stdbool.h>

#include "../../shared/wire/wire_reader.h"

#define _(text) intl_text(text)
#define N_(text) (text) /* marks for xgettext(1) what _() gets later */

/*
 * Speaks `language` from now on: `en`, or one whose catalogue is in
 * locale/ beside the program or where `make install` puts it.  0;
 * BANK_ENOTFOUND or BANK_EDAMAGED, and the language is English.
 */
int intl_open(const char *language);
/* By the number of a choice of `[screen] language`. */
#define INTL_LANGUAGE_COUNT 3
const char *intl_name(int language);
/* What its speakers call it. */
const char *intl_own_name(int language);

/* The language in force: `en`, `es`, `ar`. */
const char *intl_language(void);
bool intl_is_right_to_left(void);

/* `text` in the customer's language; lives until the next intl_open(). */
const char *intl_text(const char *text) __attribute__((format_arg(1)));
/* The form for n that the language has; `one` and `many` are English. */
const char *intl_plural(const char *one, const char *many, unsigned long n)
    __attribute__((format_arg(1), format_arg(2)));

/*
 * The words for a reply: the protocol's own in English, else the language's
 * for the same code and text.  Returns `out`.
 */
#define INTL_REPLY_SIZE 128
const char *intl_reply(
    const struct wire_reader *reader, char out[INTL_REPLY_SIZE]);

#endif
