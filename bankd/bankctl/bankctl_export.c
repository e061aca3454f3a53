/* SPDX-License-Identifier: ISC */
/*
 * bankctl export: from the state itself if bankctl may read it, otherwise from
 * the serving bank, through the control socket.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_offline.h"
#include "../report/export.h"
#include "../base/options.h"
#include "../store/store_reader.h"
#include "../../shared/base/zone.h"

#define ERROR_SIZE 256

struct search {
	const char *id;
	bool found;
};

static bool
look_for(void *context, const struct ledger_account *account, const char *name)
{
	struct search *search = context;

	(void)name;
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

/* Whether we can't read the state, but its bank may export it. */
static bool
is_closed_to_us(const struct bankctl *bankctl)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bank.db",
	    config_string(bankctl->config, BANK_STATE));
	return access(path, R_OK) == -1 && errno == EACCES;
}

struct pieces {
	bool ended;
	int code;
};

/* Prints a piece of the text; the last line of the answer says how it ended. */
static bool
print_piece(void *context, char *line)
{
	struct pieces *pieces = context;
	struct control_row row;

	if (strchr(line, '\n') == NULL)
		return false;
	control_get_row(&row, line);
	if (row.kind == '.') {
		pieces->ended = true;
		pieces->code = bankctl_client_print_end(&row);
		return false;
	}
	if (row.kind == '+' && row.count > 0)
		fputs(row.fields[0], stdout);
	return !ferror(stdout);
}

/* Printed as it arrives: a history may be larger than our memory. */
static int
ask_the_bank(const struct bankctl *bankctl, const struct export *export,
    const char *format)
{
	const char *const words[] = { "export", format, export->bank,
		export->id };
	struct pieces pieces = { false, 0 };
	int code;

	code = bankctl_client_follow(bankctl,
	    (int)NELEM(words) - (export->id == NULL), words, print_piece,
	    &pieces);
	if (code == CLIENT_NOBODY)
		return bankctl_complain(EX_NOPERM,
		    "the bank does not run, and only root and the state's "
		    "owner may read the state");
	if (code == 0 && !pieces.ended && !ferror(stdout))
		return bankctl_complain(EX_IOERR,
		    "the answer was cut off: the bank ended, or the reader "
		    "took nothing for 10 s; write the export to a file");
	return code != 0 ? code : pieces.code;
}

int
bankctl_export_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct export export = { .out = stdout };
	const char *wanted = "csv";
	char error[ERROR_SIZE];
	export_format *format;
	bool wrong = false;

	export.bank = config_string(bankctl->config, BANK_NAME);
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
		    "usage: bankctl export [id] [--format csv|hledger|ofx]");
	if (zone_use(config_string(bankctl->config, BANK_TIME_ZONE), error,
		sizeof(error)) != 0)
		return bankctl_complain(EX_CONFIG, "%s", error);
	return is_closed_to_us(bankctl) ? ask_the_bank(bankctl, &export, wanted)
					: run(bankctl, &export, format);
}
