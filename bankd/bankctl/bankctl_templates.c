/* SPDX-License-Identifier: ISC */
/*
 * The files that `bankctl init` writes: both ini files, as in the checkout's
 * etc/, and the password and balance files of the demonstration.
 */
#include "bankctl_templates.h"

#include <stdio.h>

#include "bankctl.h"

#define DEFAULT_PORT 4280

static const char bankd_ini[] =
    "; The bank of this directory.  See bankd.ini(5) for all keys.  To show\n"
    "; the configuration in force, run `bankd -T -c FILE`.  Relative paths\n"
    "; are relative to this file.\n"
    "\n"
    "[bank]\n"
    "name = Bank of the Example\n"
    "state = ../var\n"
    "\n"
    "[listen]\n"
    "; Listen on this host only; `address = *` listens on all addresses.\n"
    "address = 127.0.0.1\n"
    "%sport = %u\n"
    "\n"
    "[keys]\n"
    "; Every ATM holds bank.crt; only the bank holds bank.key.\n"
    "certificate = bank.crt\n"
    "key = bank.key\n"
    "\n"
    "[tls]\n"
    "certificate = leaf.crt\n"
    "key = leaf.key\n"
    "\n"
    "[process]\n"
    "pid_file = ../var/bankd.pid\n"
    "control_socket = ../var/control\n";

static const char atm_ini[] =
    "; The kiosk of this directory.  See atm.ini(5) for all keys.  Relative\n"
    "; paths are relative to this file.\n"
    "\n"
    "[bank]\n"
    "host = 127.0.0.1\n"
    "port = %u\n"
    "certificate = bank.crt\n"
    "\n"
    "[kiosk]\n"
    "; `bankctl init` enrols this kiosk with cash.\n"
    "name = kiosk-1\n"
    "key = kiosk.key\n"
    "state = ../var/kiosk\n";

const char bankctl_text_password[] = "chris 1234\nfey 5678\njoe 9012\n";
const char bankctl_text_balance[] = "chris 10000 1000\nfey 10000 1000\n"
				    "joe 10000 1000\n";

char *
bankctl_text_bankd_ini(unsigned port)
{
	char *text;

	return asprintf(&text, bankd_ini, port == DEFAULT_PORT ? "; " : "",
		   port) == -1
	    ? NULL
	    : text;
}

char *
bankctl_text_atm_ini(unsigned port)
{
	char *text;

	return asprintf(&text, atm_ini, port) == -1 ? NULL : text;
}
