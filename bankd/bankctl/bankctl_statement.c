/* SPDX-License-Identifier: ISC */
/*
 * bankctl statement: from the state where bankctl may read it, otherwise by
 * the vault that serves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/error.h"
#include "../base/options.h"
#include "../report/statement.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_offline.h"
#include "bankctl_paper.h"

#define ERROR_SIZE 256

static int
make_here(const struct bankctl *bankctl, const struct search *search, FILE *out)
{
	const char *bank = config_string(bankctl->config, BANK_NAME);
	struct store_reader *reader;
	struct offline *offline;
	int code, error;

	code = bankctl_offline_reader(&offline, &reader, bankctl);
	if (code != 0)
		return code;
	error = statement_text(reader, search, bank, out);
	if (error == BANK_ENOTFOUND)
		code = bankctl_complain(
		    EX_DATAERR, "no account %s", search->account);
	else if (error != 0)
		code = bankctl_complain(EX_DATAERR, "%s", bank_strerror(error));
	store_reader_close(reader);
	bankctl_offline_close(offline);
	return code;
}

/* words[0] and [1] are the verb and the bank's name, for the vault. */
static int
make(const struct bankctl *bankctl, const struct search *search, int count,
    const char *const words[], FILE *out)
{
	if (bankctl_offline_is_closed(bankctl))
		return bankctl_client_text(bankctl, count, words, out);
	return make_here(bankctl, search, out);
}

static int
take_format(int *argc, char *argv[], bool *pdf)
{
	int kept = 2;

	for (int i = 2; i < *argc; i++) {
		if (strcmp(argv[i], "--format") != 0) {
			argv[kept++] = argv[i];
			continue;
		}
		if (++i == *argc)
			return EX_USAGE;
		*pdf = strcmp(argv[i], "pdf") == 0;
		if (!*pdf && strcmp(argv[i], "text") != 0)
			return EX_USAGE;
	}
	*argc = kept;
	return 0;
}

static int
write_statement(const struct bankctl *bankctl, const struct search *search,
    int count, char *words[], bool pdf)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int code;

	if (out == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	code = make(bankctl, search, count, (const char *const *)words, out);
	if (fclose(out) == EOF && code == 0)
		code = bankctl_complain(EX_OSERR, "no memory");
	if (code == 0 && pdf)
		code = bankctl_paper_pdf(text, length);
	else if (code == 0)
		fwrite(text, 1, length, stdout);
	free(text);
	return code;
}

int
bankctl_statement_run(struct bankctl *bankctl, int argc, char *argv[])
{
	const char *bank = config_string(bankctl->config, BANK_NAME);
	char error[ERROR_SIZE], **words;
	struct search search;
	bool pdf = false;
	int code;

	if ((words = calloc((size_t)argc + 2, sizeof(*words))) == NULL)
		return bankctl_complain(EX_OSERR, "no memory");
	words[0] = argv[0];
	words[1] = (char *)(uintptr_t)bank;
	memcpy(words + 2, argv + 1, (size_t)(argc - 1) * sizeof(*words));
	argc++;
	code = take_format(&argc, words, &pdf);
	if (code != 0)
		code = bankctl_complain(code, "--format is text or pdf");
	else if ((code = search_parse(&search, SEARCH_STATEMENT, argc - 2,
		      words + 2, error, sizeof(error))) != 0)
		code = bankctl_complain(code, "%s", error);
	else if (search.account == NULL)
		code = bankctl_complain(
		    EX_USAGE, "whose? usage: bankctl statement id ...");
	else
		code = write_statement(bankctl, &search, argc, words, pdf);
	free(words);
	return code;
}
