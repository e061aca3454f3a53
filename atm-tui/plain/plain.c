/* SPDX-License-Identifier: ISC */
/*
 * Plain mode's life: reach the bank, log in, menu after menu, Exit.  Runs as
 * the whole of atm-tui where there is no terminal for screens.
 */
#include "plain.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/process.h"
#include "../../shared/base/util.h"
#include "../../shared/crypt/channel_certificate.h"
#include "../bank/bank_hosts.h"
#include "../base/options.h"
#include "plain_bank.h"
#include "plain_io.h"
#include "plain_login.h"
#include "plain_menu.h"

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };

struct plain_signals {
	struct event *events[NELEM(ending_signals)];
};

/* A signal asks for what the end of the input asks for: Exit. */
static void
on_signal(int number, short what, void *argument)
{
	struct plain *plain = argument;

	(void)number;
	(void)what;
	plain->end = true;
}

static int
open_signals(struct plain *plain, struct plain_signals *signals)
{
	for (size_t i = 0; i < NELEM(ending_signals); i++) {
		if (process_ignores(ending_signals[i]))
			continue;
		signals->events[i] = evsignal_new(
		    plain->base, ending_signals[i], on_signal, plain);
		if (signals->events[i] == NULL ||
		    evsignal_add(signals->events[i], NULL) != 0)
			return BANK_ENOMEM;
	}
	return 0;
}

/* Not epoll: standard input may be a file, which it doesn't take. */
static struct event_base *
open_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config == NULL)
		return NULL;
	if (event_config_require_features(config, EV_FEATURE_FDS) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

static int
open_bank(struct plain *plain)
{
	struct bank_callbacks callbacks;
	char error[512];
	int result;

	plain_callbacks(plain, &callbacks);
	result = bank_new(&plain->bank, plain->base, plain->config, &callbacks,
	    error, sizeof(error));
	if (result == 0)
		return 0;
	fprintf(stderr, "atm-tui: %s\n", error);
	if (result == BANK_ECONFIG)
		return EX_CONFIG;
	return errno == EACCES || errno == EPERM ? EX_NOPERM : EX_OSERR;
}

static void
say_unreached(const struct plain *plain)
{
	const struct channel_validity *validity = bank_validity(plain->bank);
	const char *why = bank_why_down(plain->bank);
	char certificate[NEWS_LINE_SIZE], clock[NEWS_LINE_SIZE], error[64];
	struct bank_hosts hosts;

	if (bank_hosts_read(&hosts, plain->config, error, sizeof(error)) != 0)
		return;
	fputs("atm-tui: ", stderr);
	for (size_t i = 0; i < hosts.count; i++)
		fprintf(stderr, "%s:%s%s", hosts.host[i].name,
		    hosts.host[i].port, i + 1 < hosts.count ? ", " : ": ");
	fprintf(stderr, "%s\n",
	    why != NULL ? _(why) : _("the bank can't be reached"));
	if (validity == NULL)
		return;
	news_validity(certificate, clock, validity, time(NULL));
	fprintf(stderr, "atm-tui: %s\natm-tui: %s\n", certificate, clock);
}

static int
open_machine(struct plain *plain)
{
	char error[512];
	int result = BANK_ENOMEM;

	plain->devices = devices_new(plain->base);
	if (plain->devices != NULL)
		plain->receipts = receipts_new(plain->devices, plain->config);
	if (plain->receipts != NULL)
		result = cash_new(&plain->cash, plain->devices, plain->config,
		    plain->bank, error, sizeof(error));
	if (result == BANK_ECONFIG)
		fprintf(stderr, "atm-tui: %s\n", error);
	else if (result != 0)
		fprintf(stderr, "atm-tui: %s\n", bank_strerror(result));
	if (result == 0)
		return 0;
	return result == BANK_ECONFIG ? EX_CONFIG : EX_OSERR;
}

/* *lost: otherwise than by the bank, so that one may log in again. */
static int
plain_session(struct plain *plain, bool *lost)
{
	int code;

	plain->over = plain->was_in_session = *lost = false;
	if (!plain_wait_for_bank(plain)) {
		if (plain->end)
			return 0;
		say_unreached(plain);
		return 1;
	}
	code = plain_login(plain);
	if (code >= 0)
		return code;
	plain->was_in_session = true;
	while (!plain->end && !plain->over)
		plain_menu(plain);
	if (plain->closed)
		return 0;
	code = plain->over ? 1 : plain_exit(plain);
	if (plain->over)
		plain_say(_(news_session_over(plain->over_by)));
	*lost = plain->over && plain->over_by != BANK_OVER;
	return code;
}

int
plain_run(const struct config *config)
{
	struct plain_signals signals = { { NULL } };
	struct plain plain = { .config = config };
	int code = EX_OSERR;
	bool lost;

	plain.full = config_number(config, PLAIN_MENU) == 0;
	plain.base = open_base();
	if (plain.base == NULL || open_signals(&plain, &signals) != 0 ||
	    plain_open_input(&plain) != 0) {
		fprintf(stderr, "atm-tui: %s\n", bank_strerror(BANK_ENOMEM));
		goto out;
	}
	code = open_bank(&plain);
	if (code == 0)
		code = open_machine(&plain);
	if (code == 0) {
		/* A person logs in again, and is told what became of it; what
		 * a script goes on with is no ID. */
		do
			code = plain_session(&plain, &lost);
		while (lost && plain.person && !plain.end);
		plain_wait_for_reversals(&plain);
		if (plain.was_in_session)
			plain_wait_for_reports(&plain);
	}
out:
	plain_close_input(&plain);
	plain_forget_reply(&plain);
	cash_free(plain.cash);
	receipts_free(plain.receipts);
	devices_free(plain.devices);
	bank_free(plain.bank);
	news_forget(&plain.news);
	for (size_t i = 0; i < NELEM(signals.events); i++)
		if (signals.events[i] != NULL)
			event_free(signals.events[i]);
	if (plain.base != NULL)
		event_base_free(plain.base);
	OPENSSL_cleanse(&plain, sizeof(plain));
	return code;
}
