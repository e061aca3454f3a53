/* SPDX-License-Identifier: ISC */
/*
 * The operator's commands about the cash of kiosks (the vault's): what was
 * loaded and counted, what should be there, and what waits for somebody to
 * look at it.  Money that operators move is an entry between the kiosk's
 * account and `:safe`; what a count finds too much or missing, one between it
 * and `:difference`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/money.h"
#include "../../../shared/base/number.h"
#include "../../../shared/base/util.h"
#include "../../../shared/base/zone.h"
#include "../../report/cash_report.h"
#include "../../store/kiosks.h"
#include "../../store/store_find.h"
#include "../../store/store_kiosks.h"
#include "../core/vault_state.h"
#include "operator.h"
#include "operator_entry.h"
#include "operator_checks.h"
#include "operator_requests.h"
#include "operator_row.h"

static bool
find_kiosk(const struct vault *vault, struct operator_command *command)
{
	const struct kiosks *kiosks = vault->books->kiosks;

	for (size_t i = 0; i < kiosks->count; i++)
		if (strcmp(kiosks->list[i].name, command->args[0]) == 0)
			return true;
	operator_fail(command, EX_DATAERR, "no kiosk %s", command->args[0]);
	return false;
}

static bool
is_count(const struct operator_command *command)
{
	return strcmp(command->row->name, "cash count") == 0;
}

static int
read_signed(const char *text, int64_t *cents)
{
	bool minus = text[0] == '-';

	if (money_parse(text + minus, strlen(text + minus), cents) != 0)
		return BANK_EINVAL;
	if (minus)
		*cents = -*cents;
	return 0;
}

/* What was put in, less than 0 what was taken out; or what was counted. */
static int
read_amount(const struct operator_command *command, int64_t *cents)
{
	const char *text = command->args[1];

	if ((is_count(command) && text[0] == '-') ||
	    read_signed(text, cents) != 0)
		return BANK_EINVAL;
	return *cents == 0 && !is_count(command) ? BANK_EINVAL : 0;
}

static void
amount_start(struct vault *vault, struct operator_command *command)
{
	int64_t cents;

	if (read_amount(command, &cents) != 0)
		operator_fail(command, EX_DATAERR,
		    "an amount has at most two decimals; load takes a minus "
		    "for what is taken out");
	else if (find_kiosk(vault, command))
		(void)operator_read_txid(command);
}

static const char *
other_side(const struct operator_command *command)
{
	return is_count(command) ? LEDGER_DIFFERENCE_ID : LEDGER_SAFE_ID;
}

/* A count's entry is the difference, which has been another then. */
static bool
is_same_cash(
    const struct operator_command *command, const struct ledger_entry *entry)
{
	bool out = ledger_is_cash(entry->credit.id);
	const struct ledger_posting *other =
	    out ? &entry->debit : &entry->credit;
	int64_t cents;

	return entry->kind == LEDGER_CASH &&
	    strcmp(entry->kiosk, command->args[0]) == 0 &&
	    strcmp(other->id, other_side(command)) == 0 &&
	    read_amount(command, &cents) == 0 &&
	    (is_count(command) ||
		cents == (out ? -entry->amount_cents : entry->amount_cents));
}

static const char *
cash_account(const struct operator_command *command, char id[LEDGER_ID_SIZE])
{
	snprintf(id, LEDGER_ID_SIZE, LEDGER_CASH_PREFIX "%.*s",
	    (int)(LEDGER_ID_SIZE - sizeof(LEDGER_CASH_PREFIX)),
	    command->args[0]);
	return id;
}

/*
 * What goes into the machine by the books: of a count what was too much in it,
 * which a request has as its next word, since customers have gone on since.
 * What the ledger has of a kiosk has the other sign than what is in it.
 */
static int64_t
find_change(
    const struct operator_command *command, const struct ledger_account *cash)
{
	int64_t cents = 0;

	if (command->approved)
		(void)read_signed(command->args[2], &cents);
	else
		(void)read_amount(command, &cents);
	return is_count(command) && !command->approved
	    ? cents + cash->cents[WIRE_SAVINGS]
	    : cents;
}

/* Whether a request is that of the same command, which was sent again. */
static bool
is_again(const struct operator_command *command, const struct audit *request,
    const char *counted)
{
	size_t length = strlen(request->detail);
	char txid[WIRE_TXID_TEXT], begin[OPERATOR_WHAT_SIZE];

	wire_format_txid(command->txid, txid);
	snprintf(begin, sizeof(begin), "cash count %s ", counted);
	return strncmp(request->detail, begin, strlen(begin)) == 0 &&
	    length > strlen(txid) &&
	    strcmp(request->detail + length - strlen(txid), txid) == 0;
}

/*
 * A kiosk is not counted while a count waits: whoever approved both would book
 * the same difference twice.
 */
static bool
is_held_up(
    struct books *books, struct operator_command *command, const char *counted)
{
	struct audit request;
	int error = store_find_count(books->store, command->args[0], &request);

	if (error == BANK_ENOTFOUND)
		return false;
	if (error != 0) {
		books_failed(books, error);
		return true;
	}
	if (books->now_ms >= operator_expires_ms(books, &request))
		return false;
	if (is_again(command, &request, counted)) {
		command->audit = request;
		command->repeated = command->waits = true;
	} else
		operator_fail(command, EX_DATAERR,
		    "a count of %s waits: approve or refuse request %" PRIu64
		    " first",
		    command->args[0], request.number);
	return true;
}

/* Whether a count books nothing now, but waits, or isn't taken. */
static bool
count_waits(struct books *books, struct step *step, int64_t difference)
{
	struct operator_command *command = step->subject;
	char counted[MONEY_TEXT_SIZE], text[MONEY_TEXT_SIZE],
	    what[OPERATOR_WHAT_SIZE];
	int64_t cents = 0;

	if (command->approved)
		return false;
	(void)read_amount(command, &cents);
	money_format(cents, counted);
	snprintf(what, sizeof(what), "%s %s", counted,
	    money_format(difference, text));
	return is_held_up(books, command, counted) ||
	    operator_waits(
		books, step, difference < 0 ? -difference : difference, what);
}

/*
 * A machine can't hold less than nothing: if there was more in it than the
 * books say, a count books that first.
 */
static bool
takes_too_much(struct operator_command *command, int64_t cents)
{
	char held[MONEY_GROUPED_SIZE];

	if (cents > 0 || command->cash_cents >= 0)
		return false;
	operator_fail(command, EX_DATAERR,
	    "%s should hold only %s; if there was more, cash count books it "
	    "first",
	    command->args[0],
	    money_format_grouped(command->cash_cents - cents, held));
	return true;
}

static void
tell_amount(struct operator_command *command)
{
	char amount[MONEY_TEXT_SIZE];
	int64_t cents = 0;

	if (command->approved)
		return;
	(void)read_amount(command, &cents);
	string_copy(command->audit.detail, money_format(cents, amount),
	    sizeof(command->audit.detail));
}

static void
amount_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct ledger_account *cash, *other, *sides[2];
	char id[LEDGER_ID_SIZE];
	int64_t cents;
	int i;

	if (operator_is_known(books, command, is_same_cash) ||
	    !operator_has_room(books, command) ||
	    (cash = books_bank_account(books, cash_account(command, id))) ==
		NULL)
		return;
	cents = find_change(command, cash);
	command->cash_cents = cents - cash->cents[WIRE_SAVINGS];
	if (is_count(command) ? count_waits(books, step, cents)
			      : takes_too_much(command, cents))
		return;
	tell_amount(command);
	if (cents == 0 ||
	    (other = books_bank_account(books, other_side(command))) == NULL)
		return;
	operator_begin_entry(step);
	string_copy(
	    step->entry.kiosk, command->args[0], sizeof(step->entry.kiosk));
	i = cents > 0 ? 0 : 1;
	sides[i] = cash;
	sides[1 - i] = other;
	if (ledger_move_cash(&step->entry, sides[0], sides[1],
		cents > 0 ? cents : -cents, books->now_ms) != WIRE_DONE)
		operator_fail(
		    command, EX_DATAERR, "the sum would become too large");
	else
		operator_append(books, step, sides[0], sides[1]);
}

static void
amount_after(struct vault *vault, struct operator_command *command)
{
	const struct ledger_entry *entry = &command->entry;
	bool missing = ledger_is_cash(entry->credit.id);
	char amount[MONEY_GROUPED_SIZE], text[MONEY_TEXT_SIZE];

	if (command->waits) {
		operator_tell_request(vault, command);
		return;
	}
	if (entry->seq != 0)
		operator_tell_entry(command);
	if (command->repeated)
		return;
	operator_line(command, '+',
	    TEXTS("expected", money_format(command->cash_cents, text)));
	if (!is_count(command))
		snprintf(command->message, sizeof(command->message),
		    "%s should hold %s now", command->args[0],
		    money_format_grouped(command->cash_cents, amount));
	else if (entry->seq == 0)
		snprintf(command->message, sizeof(command->message),
		    "%s holds what it should", command->args[0]);
	else
		snprintf(command->message, sizeof(command->message),
		    "%s %s in %s: entry %" PRIu64,
		    money_format_grouped(entry->amount_cents, amount),
		    missing ? "are missing" : "are too much", command->args[0],
		    entry->seq);
}

static void
settle_start(struct vault *vault, struct operator_command *command)
{
	(void)vault;
	if (number_parse(command->args[0], 1, INT64_MAX, &command->of) != 0)
		operator_fail(command, EX_DATAERR,
		    "the number of a case is needed: bankctl requests lists "
		    "them");
}

static void
settle_apply(struct books *books, struct step *step)
{
	struct operator_command *command = step->subject;
	struct audit waiting, later, *audit = &command->audit;
	int error = store_find_audit(books->store, command->of, &waiting);

	if (error == BANK_ENOTFOUND ||
	    (error == 0 && strcmp(waiting.verb, "reconcile") != 0 &&
		strcmp(waiting.verb, "low") != 0))
		operator_fail(command, EX_DATAERR,
		    "there is no case %" PRIu64
		    "; bankctl requests lists them, and approve or refuse "
		    "settles a request",
		    command->of);
	else if (error != 0)
		books_failed(books, error);
	else if (store_find_settling(books->store, command->of, &later) == 0)
		operator_fail(command, EX_DATAERR,
		    "case %" PRIu64 " was settled by %s", command->of,
		    later.by);
	if (command->code != 0 || books->error != 0 ||
	    !operator_can_write(books, command))
		return;
	audit->of = command->of;
	string_copy(audit->about, waiting.about, sizeof(audit->about));
	string_copy(audit->detail, waiting.detail, sizeof(audit->detail));
}

/* Of `20:37 50:12`, whole units of money. */
static int64_t
value_of(const char *notes)
{
	int64_t note, left, sum = 0;
	int taken;

	while (sscanf(notes, "%" SCNd64 ":%" SCNd64 "%n", &note, &left,
		   &taken) == 2) {
		sum += note * left * 100;
		notes += taken;
	}
	return sum;
}

/* What the reader's thread can't ask: the account's number, and the stock. */
static void
cash_start(struct vault *vault, struct operator_command *command)
{
	const struct ledger_account *account;
	char id[LEDGER_ID_SIZE], time[ZONE_TIME_TEXT];
	struct store_stock stock;

	if (!find_kiosk(vault, command))
		return;
	account = store_account(vault->books->store, cash_account(command, id));
	if (account != NULL) {
		command->search.number = account->number;
		command->search.newest_seq = account->last_seq;
	}
	operator_line(command, '+', TEXTS("kiosk", command->args[0]));
	if (store_stock_get(vault->books->store, command->args[0], &stock) != 0)
		return;
	operator_line(command, '+', TEXTS("stock", stock.notes));
	operator_line(
	    command, '+', TEXTS("stock-time", zone_text(stock.time_ms, time)));
	command->stock_cents = value_of(stock.notes);
}

static void
fact(struct operator_command *command, const char *name, int64_t cents)
{
	char text[MONEY_TEXT_SIZE];

	operator_line(command, '+', TEXTS(name, money_format(cents, text)));
}

static void
cash_ask(struct operator_command *command, struct store_reader *reader)
{
	struct cash_report report = { .kiosk = command->args[0],
		.number = command->search.number,
		.newest_seq = command->search.newest_seq };
	char time[ZONE_TIME_TEXT], number[24];
	int error = cash_report_make(&report, reader);

	if (error != 0) {
		operator_fail(command, EX_SOFTWARE, "%s", bank_strerror(error));
		return;
	}
	if (report.was_counted) {
		operator_line(command, '+',
		    TEXTS("counted-at", zone_text(report.counted_ms, time)));
		fact(command, "counted", report.counted);
		fact(command, "difference", report.difference);
	}
	fact(command, "loaded", report.loaded);
	fact(command, "handed-out", report.handed_out);
	fact(command, "taken-in", report.taken_in);
	fact(command, "expected", report.expected);
	if (command->stock_cents > 0)
		fact(command, "by-notes", command->stock_cents);
	if (report.request == 0)
		return;
	snprintf(number, sizeof(number), "%" PRIu64, report.request);
	operator_line(command, '+', TEXTS("request", number));
}

#define FILLS (CONTROL_TELLER | CONTROL_SUPERVISOR)

const struct operator_row operator_cash[] = {
	{ .name = "cash load",
	    .least = 3,
	    .most = 3,
	    .roles = FILLS,
	    .wants_reason = true,
	    .is_audited = true,
	    .details = 1,
	    .start = amount_start,
	    .apply = amount_apply,
	    .after = amount_after },
	{ .name = "cash count",
	    .least = 3,
	    .most = 3,
	    .roles = FILLS,
	    .wants_reason = true,
	    .is_audited = true,
	    .waits = WAITS_OF_ONE,
	    .details = 1,
	    .start = amount_start,
	    .apply = amount_apply,
	    .after = amount_after },
	{ .name = "cash",
	    .least = 1,
	    .most = 1,
	    .start = cash_start,
	    .ask = cash_ask },
	{ .name = "settle",
	    .least = 1,
	    .most = 1,
	    .roles = FILLS,
	    .wants_reason = true,
	    .is_audited = true,
	    .start = settle_start,
	    .apply = settle_apply },
	{ .name = NULL },
};
