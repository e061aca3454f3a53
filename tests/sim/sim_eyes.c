/* SPDX-License-Identifier: ISC */
/*
 * Four eyes over a simulated bank: a deposit above a limit waits until somebody
 * else approves it by its number, is refused, or expires.  Each operator has
 * two names, and stays one user.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "../../bankd/control/control_codec.h"
#include "../../bankd/vault/core/vault_state.h"
#include "../../bankd/store/store_find.h"
#include "sim.h"

#define LOOKED_AT 8 /* of the newest that wait */

static int
user_of(int who)
{
	return who / 2 + 1;
}

static uint64_t
bank_ms(void)
{
	return sim_vault->books->now_ms;
}

static int64_t
cents_of(const struct sim_deed *deed)
{
	unsigned amount;

	if (sscanf(deed->request, "deposit %*s %*u %u", &amount) != 1)
		sim_wrong("%s is no deposit", deed->request);
	return 100 * (int64_t)amount;
}

/* One who asks again is the same user, maybe under the other name. */
void
sim_eyes_asked(struct sim_command *command)
{
	struct sim_deed *deed = &world->deeds[command->deed];

	if (deed->sends == 0)
		deed->who = command->who;
	/* A time that nobody was told may come again behind a kill. */
	if (deed->sends++ == 0 || bank_ms() < deed->asked_ms)
		deed->asked_ms = bank_ms();
	command->who = 2 * (user_of(deed->who) - 1) + command->who % 2;
	if (cents_of(deed) > SIM_FOUR_EYES)
		sim_trace("asks %d %d %d\n", command->deed,
		    user_of(command->who), command->who % 2 + 1);
}

/* Also what was settled before: that is told. */
bool
sim_eyes_choose(struct sim_command *command, char *text, size_t size)
{
	int looked_at = 0;
	struct sim_deed *deed;

	for (int i = world->deed_count; i-- > 0 && looked_at < LOOKED_AT;) {
		deed = &world->deeds[i];
		if (deed->number == 0)
			continue;
		looked_at++;
		if (!sim_one_in(3))
			continue;
		command->deed = i;
		command->customer = deed->customer;
		command->kind = sim_one_in(5) ? SIM_REFUSE : SIM_APPROVE;
		snprintf(text, size, "%s %llu",
		    command->kind == SIM_APPROVE ? "approve" : "refuse",
		    (unsigned long long)deed->number);
		sim_trace("%s %d %d %d\n",
		    command->kind == SIM_APPROVE ? "approves" : "refuses", i,
		    user_of(command->who), command->who % 2 + 1);
		return true;
	}
	return false;
}

static void
heard_deposit(const struct sim_command *command)
{
	struct sim_deed *deed = &world->deeds[command->deed];
	bool waits =
	    control_get_number(command->answer, "request", &deed->number);
	uint64_t seq;

	if (waits != (cents_of(deed) > SIM_FOUR_EYES))
		sim_wrong("%s %s", deed->request,
		    waits ? "waits" : "is booked, and nobody has approved it");
	if (waits) {
		deed->waits_ms = bank_ms();
		sim_trace("answer %d waits\n", command->deed);
	} else if (control_get_number(command->answer, "entry", &seq))
		sim_judge_deposit(deed, seq);
	else
		sim_wrong("a deposit without its entry");
}

static void
approved(const struct sim_command *command)
{
	struct sim_deed *deed = &world->deeds[command->deed];
	struct ledger_entry entry;
	uint64_t seq;

	if (user_of(command->who) == user_of(deed->who))
		sim_wrong("%s: approved by who asked for it", deed->request);
	if (!control_get_number(command->answer, "entry", &seq))
		sim_wrong("an approval without its entry");
	sim_judge_deposit(deed, seq);
	if (store_find_seq(sim_vault->books->store, seq, &entry) == 0 &&
	    entry.time_ms >= deed->waits_ms + 1000 * SIM_REQUEST_S)
		sim_wrong("%s: approved when it had expired", deed->request);
}

/* It never will be carried out. */
static void
is_over(struct sim_deed *deed, const char *how)
{
	if (deed->seq != 0)
		sim_wrong("%s: told 200, then %s", deed->request, how);
	deed->told_not = true;
}

/* `no`: nothing was done, for want of room, say. */
static const char *
word_of(const struct sim_command *command, int code)
{
	const char *text = command->answer;

	if (code == 0)
		return command->kind == SIM_APPROVE ? "approved" : "refused";
	if (code == EX_NOPERM)
		return "own";
	if (code != EX_DATAERR)
		return "no";
	if (strstr(text, "was settled: approve") != NULL)
		return "over";
	if (strstr(text, "was settled: refuse") != NULL)
		return "gone";
	if (strstr(text, "expire") != NULL)
		return "expired";
	sim_wrong("a request is answered with %s", text);
}

static void
heard_settling(const struct sim_command *command, int code)
{
	struct sim_deed *deed = &world->deeds[command->deed];
	const char *word = word_of(command, code);

	if (strcmp(word, "approved") == 0)
		approved(command);
	else if (strcmp(word, "own") == 0) {
		if (user_of(command->who) != user_of(deed->who))
			sim_wrong("%s: somebody else may not approve it",
			    deed->request);
	} else if (strcmp(word, "expired") == 0) {
		if (bank_ms() < deed->asked_ms + 1000 * SIM_REQUEST_S)
			sim_wrong("%s expires early", deed->request);
		is_over(deed, word);
	} else if (strcmp(word, "refused") == 0 || strcmp(word, "gone") == 0)
		is_over(deed, word);
	sim_trace("answer %d %s\n", command->deed, word);
}

void
sim_eyes_heard(const struct sim_command *command, int code)
{
	if (command->kind != SIM_DEPOSIT)
		heard_settling(command, code);
	else if (code == 0)
		heard_deposit(command);
	else
		sim_trace("answer %d no\n", command->deed);
}

/* An answer that never comes: it may have been carried out. */
void
sim_eyes_lost(const struct sim_command *command)
{
	if (command->kind >= SIM_DEPOSIT)
		sim_trace("answer %d lost\n", command->deed);
}
