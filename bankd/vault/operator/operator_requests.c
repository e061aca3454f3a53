/* SPDX-License-Identifier: ISC */
/*
 * Four eyes (the vault's): an entry above [operators] four_eyes_over waits as
 * an audit record of verb `request`, until one of verb `approve` or `refuse`
 * settles it.  Nothing of it is in memory, so it survives a restart.
 *
 *	request   about: the account or kiosk; reason: its own; detail:
 *	          `deposit savings 50.00 TXID`, `adjust savings -50.00 TXID`,
 *	          `reverse SEQ TXID` or `cash count COUNTED DIFFERENCE TXID`
 */
#include "operator_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../../../shared/base/zone.h"
#include "../../store/store_find.h"
#include "../core/vault_state.h"
#include "operator_row.h"
#include "operator.h"

uint64_t
operator_request_ms(const struct books *books)
{
	return (uint64_t)books_option(books, OPERATORS_REQUEST_SECONDS) * 1000;
}

uint64_t
operator_expires_ms(const struct books *books, const struct audit *request)
{
	return request->time_ms + operator_request_ms(books);
}

/* Whether this command waits already, or another with its ID does. */
static void
look_for_request(struct books *books, struct operator_command *command)
{
	struct audit *audit = &command->audit, known;
	char txid[WIRE_TXID_TEXT];
	int error;

	wire_format_txid(command->txid, txid);
	error = store_find_request(books->store, txid, &known);
	if (error != 0 && error != BANK_ENOTFOUND)
		books_failed(books, error);
	if (error != 0 || books->now_ms >= operator_expires_ms(books, &known))
		return;
	if (strcmp(known.about, audit->about) == 0 &&
	    strcmp(known.detail, audit->detail) == 0) {
		*audit = known;
		command->repeated = true;
	} else
		operator_fail(command, EX_DATAERR,
		    "this ID was used for something else, request %" PRIu64,
		    known.number);
}

bool
operator_waits(
    struct books *books, struct step *step, int64_t cents, const char *what)
{
	struct operator_command *command = step->subject;
	struct audit *audit = &command->audit;
	char txid[WIRE_TXID_TEXT];

	if (command->approved || command->code != 0 ||
	    cents <= books_option(books, OPERATORS_FOUR_EYES_OVER))
		return false;
	wire_format_txid(command->txid, txid);
	string_copy(audit->verb, "request", sizeof(audit->verb));
	snprintf(audit->detail, sizeof(audit->detail), "%s %s %s",
	    command->row->name, what, txid);
	look_for_request(books, command);
	command->waits = command->code == 0;
	return true;
}

void
operator_tell_request(struct vault *vault, struct operator_command *command)
{
	char number[24], time[ZONE_TIME_TEXT];

	snprintf(number, sizeof(number), "%" PRIu64, command->audit.number);
	operator_line(command, '+', TEXTS("request", number));
	operator_line(command, '+',
	    TEXTS("expires",
		zone_text(
		    operator_expires_ms(vault->books, &command->audit), time)));
	snprintf(command->message, sizeof(command->message),
	    "it waits until another operator says: bankctl approve %s", number);
	log_event(LOG_NOTICE, "operator_request", "request", LOG_TEXT(number),
	    "about", LOG_TEXT(command->audit.about), "what",
	    LOG_TEXT(command->audit.detail), "by", LOG_TEXT(command->audit.by),
	    NULL);
}
