/* SPDX-License-Identifier: ISC */
/*
 * bankctl accounts, account, history and journal: by the vault that serves, or
 * by a reader of the state of a stopped bank.  --sort is done here, where all
 * rows are in memory already.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/clock.h"
#include "../base/options_keys.h"
#include "../report/listing.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_offline.h"

#define ERROR_SIZE 256

static const struct list {
	const char *command;
	enum search_of of;
	int (*run)(struct listing *listing);
} lists[] = {
	{ "account", SEARCH_ACCOUNTS, listing_accounts },
	{ "accounts", SEARCH_ACCOUNTS, listing_accounts },
	{ "audit", SEARCH_AUDIT, listing_audit },
	{ "history", SEARCH_HISTORY, listing_history },
	{ "journal", SEARCH_JOURNAL, listing_journal },
	{ "requests", SEARCH_REQUESTS, listing_requests },
};

static const struct list *
find(const char *command)
{
	const struct list *list = lists;

	while (strcmp(list->command, command) != 0)
		list++;
	return list;
}

/*
 * Takes --sort out of the words, and with it the limit, which is for the rows
 * that come first then.
 */
static void
take_order(int *argc, char *argv[], struct client_order *order)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--sort") == 0 && i + 1 < *argc)
			order->column = argv[++i];
		else
			argv[kept++] = argv[i];
	}
	*argc = kept;
}

/* What is asked for is all, where it is to be sorted. */
static void
take_limit(
    struct search *search, int *argc, char *argv[], struct client_order *order)
{
	static char option[] = "--limit", all[sizeof("1000000")];

	order->limit = (size_t)search->limit;
	search->limit = SEARCH_LIMIT_MAX;
	snprintf(all, sizeof(all), "%d", SEARCH_LIMIT_MAX);
	argv[(*argc)++] = option;
	argv[(*argc)++] = all;
}

static int
parse(const struct bankctl *bankctl, const struct list *list, int argc,
    char *argv[], struct search *search)
{
	char error[ERROR_SIZE];
	bool one = strcmp(list->command, "account") == 0;
	int code;

	code = search_parse(search, list->of, one ? 0 : argc - 1, argv + 1,
	    error, sizeof(error));
	if (one)
		search->account = argv[1];
	search->now_ms = clock_real_ms();
	search->request_ms = (uint64_t)config_number(
				 bankctl->config, OPERATORS_REQUEST_SECONDS) *
	    1000;
	return code == 0 ? 0 : bankctl_complain(code, "%s", error);
}

static int
ask(const struct bankctl *bankctl, const struct list *list,
    struct search *search, const char *const words[], int count, char **answer)
{
	struct control_text text = { 0 };
	int code;

	code = bankctl_client_ask(bankctl, count, words, answer);
	if (code != CLIENT_NOBODY)
		return code;
	code = bankctl_offline_list(bankctl, search, list->run, &text);
	if (code == 0 && text.failed)
		code = bankctl_complain(EX_OSERR, "no memory");
	if (code != 0)
		control_text_free(&text);
	*answer = text.data;
	return code;
}

int
bankctl_list_run(struct bankctl *bankctl, int argc, char *argv[])
{
	const struct list *list = find(argv[0]);
	struct client_order order = { .column = NULL };
	struct search search;
	char *answer = NULL, **words;
	int code;

	/* Room for an option more. */
	if ((words = calloc((size_t)argc + 2, sizeof(*words))) == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	take_order(&argc, words, &order);
	code = parse(bankctl, list, argc, words, &search);
	if (code == 0 && order.column != NULL)
		take_limit(&search, &argc, words, &order);
	if (code == 0)
		code = ask(bankctl, list, &search, (const char *const *)words,
		    argc, &answer);
	if (code == 0)
		code = bankctl_client_print_sorted(answer, bankctl->json,
		    order.column != NULL ? &order : NULL);
	free(answer);
	free(words);
	return code;
}
