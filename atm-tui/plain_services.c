/* SPDX-License-Identifier: ISC */
/*
 * The rest of the full menu in plain mode: statement, details, password,
 * language, closing the account.  Part of atm-tui.
 */
#include "plain_private.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../shared/error.h"
#include "../shared/util.h"
#include "password_rules.h"

#define STATEMENT_PAGE 20

static const char *const yes_no[] = { N_("Yes"), N_("No") };

static bool
confirm(struct plain *plain, const char *question)
{
	return plain_choose(plain, question, yes_no, NELEM(yes_no)) == 0;
}

static const struct {
	const char *kind, *words;
} kind_words[] = {
	{ "transfer", N_("transfer") },
	{ "deposit", N_("deposit") },
	{ "withdraw", N_("withdrawal") },
	{ "adjust", N_("adjustment") },
	{ "reversal", N_("reversal") },
};

static const char *
describe_kind(const char *kind)
{
	for (size_t i = 0; i < NELEM(kind_words); i++)
		if (strcmp(kind_words[i].kind, kind) == 0)
			return _(kind_words[i].words);
	return kind;
}

/* `seq time kind account amount balance-after counterparty` */
enum { SEQ, TIME, KIND, ACCOUNT, AMOUNT, BALANCE, WHO, ENTRY_TOKENS };

/* Says one entry; `seq` gets its number. */
static void
say_entry(const struct wire_token *value, char seq[24])
{
	struct wire_token tokens[WIRE_MAX_TOKENS];
	char text[ENTRY_TOKENS][WIRE_ID_SIZE];

	if (wire_split(value->text, value->length, tokens) != ENTRY_TOKENS)
		return;
	for (size_t i = 0; i < ENTRY_TOKENS; i++)
		snprintf(text[i], sizeof(text[i]), "%.*s",
		    (int)tokens[i].length, tokens[i].text);
	printf("%s  %s %s  %s  %s  %s  %s\n", text[TIME], text[SEQ],
	    describe_kind(text[KIND]),
	    text[ACCOUNT][0] == '1' ? _("Savings") : _("Checking"),
	    text[AMOUNT], text[BALANCE], text[WHO]);
	string_copy(seq, text[SEQ], 24);
}

/* One page older than `seq`, which is set on; whether there may be more. */
static bool
say_page(struct plain *plain, char seq[24])
{
	char request[64], last[24] = "";
	const struct wire_reader *reader;
	struct wire_line line;
	size_t offset = 0;
	unsigned count = 0;

	snprintf(request, sizeof(request),
	    *seq == '\0' ? "HISTORY %d" : "HISTORY %d %s", STATEMENT_PAGE, seq);
	reader = plain_request(plain, request);
	if (reader == NULL)
		return false;
	if (reader->code != 200) {
		plain_say_reply(reader);
		return false;
	}
	while (wire_next_line(reader, &offset, &line)) {
		if (!wire_token_is(&line.key, "entry"))
			continue;
		say_entry(&line.value, seq);
		if (strcmp(last, seq) != 0)
			count++;
		string_copy(last, seq, sizeof(last));
	}
	if (count == 0)
		plain_say(_("no entries"));
	return count >= STATEMENT_PAGE;
}

void
plain_statement(struct plain *plain, const char *argument)
{
	char seq[24] = "";

	(void)argument;
	while (say_page(plain, seq))
		if (!confirm(plain, _("Older entries? (enter 1 or 2):")))
			break;
}

static const struct {
	const char *key, *words;
} detail_words[] = {
	{ "id", N_("ID") },
	{ "name", N_("Name") },
	{ "opened", N_("Opened") },
	{ "last-login", N_("Last login") },
	{ "limit", N_("Limit (what, amount, left today)") },
};

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
		for (size_t i = 0; i < NELEM(detail_words); i++)
			if (wire_token_is(&line.key, detail_words[i].key) &&
			    wire_is_clean_utf8(
				line.value.text, line.value.length))
				printf("%s: %.*s\n", _(detail_words[i].words),
				    (int)line.value.length, line.value.text);
}

bool
plain_new_password(const char *password, const char *again, const char *id)
{
	const char *weakness = password_weakness(password, id);

	if (weakness == NULL && strcmp(password, again) != 0)
		weakness = N_("the two passwords are not the same");
	if (weakness != NULL)
		plain_say(_(weakness));
	return weakness == NULL;
}

static void
change_password(struct plain *plain)
{
	char old[PLAIN_LINE_SIZE], new[PLAIN_LINE_SIZE], again[PLAIN_LINE_SIZE];
	char request[2 * PLAIN_LINE_SIZE + 16];
	const struct wire_reader *reader;

	if (!plain_ask_secret(plain, _("Old password: "), old) ||
	    !plain_ask_secret(plain, _("New password: "), new) ||
	    !plain_ask_secret(plain, _("New password again: "), again))
		goto out;
	if (!plain_new_password(new, again, bank_session(plain->bank)->id))
		goto out;
	if (!wire_is_password(old, strlen(old)) ||
	    !wire_is_password(new, strlen(new))) {
		plain_say(_("incorrect input"));
		goto out;
	}
	snprintf(request, sizeof(request), "PASSWORD %s\n%s", old, new);
	reader = plain_request(plain, request);
	OPENSSL_cleanse(request, sizeof(request));
	if (reader != NULL)
		plain_say_reply(reader);
out:
	OPENSSL_cleanse(old, sizeof(old));
	OPENSSL_cleanse(new, sizeof(new));
	OPENSSL_cleanse(again, sizeof(again));
}

static void
choose_language(struct plain *plain)
{
	static const char *const labels[] = { "English", "Español" };
	static const char *const languages[] = { "en", "es" };
	int choice =
	    plain_choose(plain, _("Please select a language (enter 1 or 2):"),
		labels, NELEM(labels));

	if (choice >= 0 && intl_open(languages[choice]) != 0)
		plain_say(_("this kiosk does not speak it"));
}

static void
close_account(struct plain *plain)
{
	const struct wire_reader *reader;

	if (!confirm(plain, _("Close this account? (enter 1 or 2):")) ||
	    !confirm(plain,
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
		change_password, choose_language, close_account, NULL };
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
