/* SPDX-License-Identifier: ISC */
/*
 * The table of the keys of bankd.ini(5), and what some of their values mean.
 */
#ifndef BANKD_OPTIONS_H
#define BANKD_OPTIONS_H

#include <stdbool.h>

#include "../../shared/config/config.h"
#include "options_keys.h"

/* The most transactions of a customer's that a limit may allow a minute. */
#define OPTIONS_RATE_MAX 60000
/* Bytes of a list of operators. */
#define OPTIONS_LIST_MAX 512

/* Read where there is no -c. */
#define BANKD_CONFIG SYSCONFDIR "/bankd.ini"

/* The values of STORE_JOURNAL_KIND and of STORE_DURABILITY, in their order. */
enum options_journal { OPTIONS_JOURNAL_FILE, OPTIONS_JOURNAL_POSTGRES };
enum options_durability {
	OPTIONS_DURABILITY_STANDBY,
	OPTIONS_DURABILITY_ENGINE,
	OPTIONS_DURABILITY_NONE
};

/* Whether BANK_CURRENCY could be of ISO 4217. */
bool options_is_currency(const char *text);

extern const struct config_key bankd_options[BANKD_OPTION_COUNT];

#endif
