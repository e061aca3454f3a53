/* SPDX-License-Identifier: ISC */
/*
 * What else plain mode does: receipt, notices, language, and the account's
 * details, password and end.  Part of atm-tui.
 */
#include "plain_services.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/util.h"
#include "../../shared/terminal/text.h"
#include "../base/limits.h"
#include "../base/options.h"
#include "plain_bank.h"
#include "plain_io.h"
#include "../../shared/base/utf8.h"

bool
plain_confirm(struct plain *plain, const char *question)
{
	static const char *const yes_no[] = { N_("Yes"), N_("No") };

	return plain_choose(plain, question, yes_no, NELEM(yes_no)) == 0;
}

static const struct {
	const char *key, *words;
	bool time;
} detail_words[] = {
	{ "id", N_("ID"), false },
	{ "name", N_("Name"), false },
	{ "opened", N_("Opened"), true },
	{ "last-login", N_("Last login"), true },
};

static void
show_detail(const struct plain *plain, const struct wire_line *line)
{
	char value[DATES_SIZE], when[DATES_SIZE];

	for (size_t i = 0; i < NELEM(detail_words); i++) {
		if (!wire_token_is(&line->key, detail_words[i].key))
			continue;
		snprintf(value, sizeof(value), "%.*s", (int)line->value.length,
		    line->value.text);
		plain_sayf("%s: %s", _(detail_words[i].words),
		    detail_words[i].time ? plain_time(plain, when, value)
					 : value);
	}
}

static void
show_limits(const struct plain *plain, const struct wire_reader *reader)
{
	static const struct {
		const char *name, *label;
	} rows[] = {
		{ "transfer", N_("Transfers") },
		{ "withdraw", N_("Withdrawals") },
	};
	struct limits limits;
	char words[LIMITS_SIZE];
	int rate = limits_rate(reader);

	for (size_t i = 0; i < NELEM(rows); i++) {
		limits = limits_read(reader, rows[i].name);
		limits_words(&limits,
		    config_string(plain->config, SCREEN_CURRENCY), words);
		if (*words != '\0')
			plain_sayf("%s: %s", _(rows[i].label), words);
	}
	snprintf(words, sizeof(words), _("At most %d a minute"), rate);
	if (rate > 0)
		plain_sayf("%s: %s", _("Transactions"),
		    text_digits(words, sizeof(words)));
}

static void
show_details(struct plain *plain)
{
	const struct wire_reader *reader = plain_request(plain, "DETAILS");
	struct wire_line line;
	size_t offset = 0;

	if (reader == NULL)
		return;
	if (reader->code != 200) {
		plain_say_reply(reader);
		return;
	}
	while (wire_next_line(reader, &offset, &line))
		if (line.value.length > 0 &&
		    utf8_is_clean(line.value.text, line.value.length))
			show_detail(plain, &line);
	show_limits(plain, reader);
}

bool
plain_is_same(const char *password, const char *again)
{
	bool same = strcmp(password, again) == 0;

	if (!same)
		plain_say(_("the two passwords are not the same"));
	return same;
}

void
plain_change_password(struct plain *plain)
{
	char old[PLAIN_LINE_SIZE], new[PLAIN_LINE_SIZE], again[PLAIN_LINE_SIZE];
	char request[2 * PLAIN_LINE_SIZE + 16];
	const struct wire_reader *reader;

	if (!plain_ask_secret(plain, _("Old password: "), old) ||
	    !plain_ask_secret(plain, _("New password: "), new) ||
	    !plain_ask_secret(plain, _("New password again: "), again))
		goto out;
	if (!plain_is_same(new, again))
		goto out;
	if (!wire_is_password(old, strlen(old)) ||
	    !wire_is_password(new, strlen(new))) {
		plain_say(_("incorrect input"));
		goto out;
	}
	snprintf(request, sizeof(request), "PASSWORD %s\n%s", old, new);
	reader = plain_request(plain, request);
	OPENSSL_cleanse(request, sizeof(request));
	if (reader != NULL && reader->code == 401)
		plain_say(_("the old password is incorrect"));
	else if (reader != NULL)
		plain_say_reply(reader);
out:
	OPENSSL_cleanse(old, sizeof(old));
	OPENSSL_cleanse(new, sizeof(new));
	OPENSSL_cleanse(again, sizeof(again));
}

void
plain_language(struct plain *plain, const char *argument)
{
	const char *labels[INTL_LANGUAGE_COUNT];
	int choice;

	(void)argument;
	for (int i = 0; i < INTL_LANGUAGE_COUNT; i++)
		labels[i] = intl_own_name(i);
	choice =
	    plain_choose(plain, _("Please select a language (enter 1 to 3):"),
		labels, NELEM(labels));

	if (choice >= 0 && intl_open(intl_name(choice)) != 0)
		plain_say(_("This language is not installed here"));
}

static void
choose_language(struct plain *plain)
{
	plain_language(plain, NULL);
}

void
plain_notices(struct plain *plain, const char *argument)
{
	(void)argument;
	if (plain->news.count == 0)
		plain_say(_("no notices"));
	for (size_t i = 0; i < plain->news.count; i++)
		plain_say_line(plain, i);
}

static void
on_printed(void *context, bool printed)
{
	struct plain *plain = context;

	plain->printed = printed;
	plain->waiting = false;
}

/* Bounded: a command that prints has its time. */
void
plain_print(
    struct plain *plain, const char *name, const char *text, size_t length)
{
	plain->waiting = true;
	plain->printed = false;
	if (receipts_print(
		plain->receipts, name, text, length, on_printed, plain) != 0)
		plain->waiting = false;
	plain_wait_for_reply(plain);
	plain_say(plain->printed ? _("Please take your receipt.")
				 : _("The receipt could not be printed"));
}

void
plain_receipt(struct plain *plain, const char *argument)
{
	char text[RECEIPT_SIZE];

	(void)argument;
	if (!receipts_any(plain->receipts)) {
		plain_say(_("this machine doesn't print receipts"));
	} else if (!plain->has_receipt) {
		plain_say(_("there is no transaction yet"));
	} else {
		plain_print(plain, "receipt", text,
		    receipt_write(
			&plain->receipt, plain->config, plain->customer, text));
		OPENSSL_cleanse(text, sizeof(text));
	}
}

/* Whether a reply tells of money; without balances it doesn't. */
static bool
has_money(const struct wire_reader *reader)
{
	static const char *const accounts[] = { "savings", "checking" };
	char cents[TEXT_MONEY_SIZE];

	for (size_t i = 0; i < NELEM(accounts); i++)
		if (wire_find(reader, accounts[i], cents, sizeof(cents)) == 0 &&
		    cents[strspn(cents, "0.")] != '\0')
			return true;
	return false;
}

/* Money that stands in the way is told before anything is asked. */
static void
close_account(struct plain *plain)
{
	const struct wire_reader *reader = plain_request(plain, "2");

	if (reader == NULL)
		return;
	if (reader->code == 200 && has_money(reader)) {
		plain_say(_(
		    "You can't close your account yet. There is money in it."));
		plain_say_balances(plain, reader);
		plain_say(_("Please transfer or withdraw the money first."));
		return;
	}
	if (!plain_confirm(plain, _("Close this account? (enter 1 or 2):")) ||
	    !plain_confirm(plain,
		_("It can't be opened again. Close it? (enter 1 or 2):")))
		return;
	reader = plain_request(plain, "CLOSE");
	if (reader == NULL)
		return;
	plain_say_reply(reader);
	plain->closed = plain->end = reader->code == 200;
}

void
plain_services(struct plain *plain, const char *argument)
{
	static const char *const labels[] = { N_("Account details"),
		N_("Change password"), N_("Language"), N_("Close the account"),
		N_("Back") };
	static void (*const run[])(struct plain *) = { show_details,
		plain_change_password, choose_language, close_account, NULL };
	int choice;

	(void)argument;
	while (!plain->end && !plain->over) {
		choice = plain_choose(plain,
		    _("Please select one of the following services "
		      "(enter 1 to 5):"),
		    labels, NELEM(labels));
		if (choice < 0 || run[choice] == NULL)
			return;
		run[choice](plain);
	}
}
