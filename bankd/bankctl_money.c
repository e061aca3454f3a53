/* SPDX-License-Identifier: ISC */
/*
 * bankctl deposit and adjust: entries of the bank's own, which need a reason.
 */
#include <string.h>
#include <sysexits.h>

#include "bankctl.h"
#include "bankctl_client.h"

#define WORDS 5 /* command id account amount reason */

int
money_run(struct bankctl *bankctl, int argc, char *argv[])
{
	char *words[WORDS] = { NULL }, *reason = NULL;
	int count = 0;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--reason") == 0 && i + 1 < argc &&
		    reason == NULL)
			reason = argv[++i];
		else if (count < WORDS)
			words[count++] = argv[i];
		else
			count = WORDS + 1;
	}
	if (reason != NULL && count < WORDS)
		words[count++] = reason;
	else if (reason != NULL)
		count = WORDS + 1;
	if (count != WORDS || words[4][0] == '\0' ||
	    strncmp(words[4], "--", 2) == 0)
		return complain(EX_USAGE,
		    "usage: bankctl %s id account amount --reason text",
		    argv[0]);
	return client_run(bankctl, WORDS, words, NULL);
}
