/* SPDX-License-Identifier: ISC */
/*
 * bankctl export: from the state itself if bankctl may read it, otherwise from
 * the serving bank, through the control socket.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_offline.h"
#include "../report/export.h"
#include "../base/options.h"
#include "../store/store_reader.h"

struct search {
	const char *id;
	bool found;
};

static bool
look_for(void *context, const struct ledger_account *account,
    const struct store_reader_holder *holder)
{
	struct search *search = context;

	(void)holder;
	search->found = strcmp(search->id, account->id) == 0;
	return !search->found;
}

static int
run(const struct bankctl *bankctl, struct export *export, export_format *format)
{
	struct search search = { .id = export->id };
	struct offline *offline;
	int code, result = 0;

	code = bankctl_offline_reader(&offline, &export->reader, bankctl);
	if (code != 0)
		return code;
	if (export->id != NULL)
		result =
		    store_reader_accounts(export->reader, look_for, &search);
	if (result == 0 && export->id != NULL && !search.found)
		code =
		    bankctl_complain(EX_DATAERR, "no account %s", export->id);
	else if (result == 0)
		result = format(export);
	if (result != 0)
		code =
		    bankctl_complain(EX_DATAERR, "%s", bank_strerror(result));
	store_reader_close(export->reader);
	bankctl_offline_close(offline);
	return code;
}

int
bankctl_export_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct export export = { .out = stdout };
	const char *wanted = "csv";
	export_format *format;
	bool wrong = false;

	export.bank = config_string(bankctl->config, BANK_NAME);
	export.currency = config_string(bankctl->config, BANK_CURRENCY);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--format") == 0 && i + 1 < argc)
			wanted = argv[++i];
		else if (export.id == NULL && argv[i][0] != '-')
			export.id = argv[i];
		else
			wrong = true;
	}
	if (wrong || (format = export_find(wanted)) == NULL)
		return bankctl_complain(EX_USAGE,
		    "usage: bankctl export [id] "
		    "[--format camt053|csv|hledger|ofx]");
	if (!options_is_currency(export.currency))
		return bankctl_complain(EX_CONFIG,
		    "%s: a currency is three letters, such as EUR; "
		    "bankd.ini: [bank] currency",
		    export.currency);
	if (bankctl_offline_is_closed(bankctl)) {
		const char *const words[] = { "export", wanted, export.bank,
			export.currency, export.id };

		return bankctl_client_text(bankctl,
		    (int)NELEM(words) - (export.id == NULL), words, stdout);
	}
	return run(bankctl, &export, format);
}
