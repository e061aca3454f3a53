/* SPDX-License-Identifier: ISC */
/*
 * The lines of `bankctl help`.
 */
#include "bankctl_help.h"

#include <string.h>

#include "../../shared/base/util.h"

static const struct {
	const char *command, *text;
} lines[] = {
	{ "account", "show one account" },
	{ "accounts", "list accounts: all, or those that the filters find" },
	{ "adjust",
	    "add to a balance, or take from it, by an entry with a reason" },
	{ "approve", "carry out what another operator has asked for" },
	{ "audit", "show what operators did, when and why" },
	{ "backup", "copy the state as of one moment" },
	{ "cash", "show, load and count the cash of a kiosk" },
	{ "close", "close an account, with a last transfer if need be" },
	{ "config",
	    "show the configuration; -n: what differs from the defaults" },
	{ "day", "show a day of the bank, which adds up, or sign it" },
	{ "deposit", "add money to a balance by an entry with a reason" },
	{ "export", "write entries for other programs" },
	{ "fake", "make up a past for a demonstration" },
	{ "help", "show what the commands are for" },
	{ "history", "show the newest entries of a customer" },
	{ "hosts",
	    "list the hosts of the bank, make their journal, forget one" },
	{ "init", "create a bank" },
	{ "journal", "search the entries of all customers" },
	{ "kiosk", "enrol, list and revoke kiosks" },
	{ "limit", "set a limit of one customer" },
	{ "lock", "lock a customer out" },
	{ "log", "log more or less until the bank stops" },
	{ "metrics", "print figures for Prometheus" },
	{ "monitor", "print the lines of the log as they come" },
	{ "open", "open an account" },
	{ "passwd", "set a customer's password" },
	{ "pause", "take no transactions for the time being" },
	{ "refuse", "refuse what another operator has asked for" },
	{ "rejoin", "replace the state of a stopped host by another's backup" },
	{ "reload", "read the configuration again" },
	{ "renew", "make a new certificate for the front" },
	{ "requests", "list what waits for an operator" },
	{ "restore", "replace the state of a stopped bank by a backup" },
	{ "resume", "take transactions again" },
	{ "reverse", "take a withdrawal back" },
	{ "sessions", "list who is logged in" },
	{ "settle", "settle a case that a kiosk reported" },
	{ "statement", "write a statement of a customer for paper" },
	{ "status", "show how the bank is" },
	{ "stop", "stop the bank" },
	{ "top", "show the bank on a full screen" },
	{ "unlock", "let a customer in again" },
	{ "verify", "prove all entries and balances" },
};

const char *
bankctl_help(const char *command)
{
	for (size_t i = 0; i < NELEM(lines); i++) {
		if (strcmp(lines[i].command, command) == 0)
			return lines[i].text;
	}
	return "";
}
