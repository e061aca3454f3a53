/* SPDX-License-Identifier: ISC */
/*
 * bankctl config: the configuration as the file and the defaults make it,
 * which can be read as a file again.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/util.h"
#include "../base/options.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"

/* `section.key=value` of both, which are the same keys in the same order. */
static void
put_row(struct control_text *answer, char *line, const char *default_line,
    bool changes)
{
	char *key = strchr(line, '.'), *value = strchr(line, '=');

	if (key == NULL || value == NULL ||
	    (changes && strcmp(line, default_line) == 0))
		return;
	*key++ = *value++ = '\0';
	control_put_row(answer, '+',
	    TEXTS(line, key, value, default_line + (value - line)));
}

static int
print_json(
    const struct bankctl *bankctl, const struct config *defaults, bool changes)
{
	char *dump = config_dump(bankctl->config), *rest = dump, *line;
	char *other = config_dump(defaults), *other_rest = other;
	struct control_text answer = { 0 };

	control_put_row(
	    &answer, '=', TEXTS("section", "key", "value", "default"));
	while (dump != NULL && other != NULL &&
	    (line = strsep(&rest, "\n")) != NULL && *line != '\0')
		put_row(&answer, line, strsep(&other_rest, "\n"), changes);
	answer.failed |= dump == NULL || other == NULL;
	free(dump);
	free(other);
	return bankctl_client_print_made(&answer, 0, "", bankctl->json);
}

/* Relative paths among the defaults are relative to the file. */
static int
print(const struct bankctl *bankctl, bool changes)
{
	struct config *defaults;
	char path[PATH_MAX];
	int code = 0;

	string_copy(path, bankctl->config_path, sizeof(path));
	if (chdir(dirname(path)) == -1)
		return bankctl_complain(
		    EX_OSERR, "%s: %s", path, strerror(errno));
	if ((defaults = config_new(bankd_options, BANKD_OPTION_COUNT)) == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	if (bankctl->json != CONTROL_JSON_NONE)
		code = print_json(bankctl, defaults, changes);
	else if (changes)
		config_print_changes(bankctl->config, defaults, stdout);
	else
		config_print(bankctl->config, stdout, false);
	config_free(defaults);
	return code;
}

int
bankctl_config_run(struct bankctl *bankctl, int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "-n") != 0)
		return bankctl_complain(EX_USAGE, "usage: bankctl config [-n]");
	return print(bankctl, argc == 2);
}
