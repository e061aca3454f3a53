/* SPDX-License-Identifier: ISC */
/*
 * A word for each `rule` of a 422 (atm-protocol(7)).  Runs in atm-tui.
 */
#include "password_rules.h"

#include <string.h>

#include "../../shared/base/util.h"
#include "intl.h"

const char *
password_refusal(const struct wire_reader *reply)
{
	static const struct {
		const char *rule, *words;
	} rules[] = {
		{ "length", N_("at least 4 characters") },
		{ "easy", N_("too easy to guess") },
		{ "id", N_("not your ID, please") },
		{ "same", N_("not the old one, please") },
	};
	char name[32];

	if (reply->code != 422 ||
	    wire_find(reply, "rule", name, sizeof(name)) != 0)
		return NULL;
	for (size_t i = 0; i < NELEM(rules); i++)
		if (strcmp(rules[i].rule, name) == 0)
			return rules[i].words;
	return NULL;
}
