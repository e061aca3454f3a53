/* SPDX-License-Identifier: ISC */
/*
 * What logins and requests come to when something lacks: room on the disk,
 * a row of the store, memory, OpenSSL, time.
 */
#include "../../lib/memory/vault_hooks.c"
#include "../../../shared/base/clock.h"

/* What has room already, rows that ride in a transaction, has it still. */
static void
fill_the_disk(bool full)
{
	int fd;

	if (!full) {
		assert_int_equal(unlink(full_while), 0);
		return;
	}
	vaults_publish(&fixture);
	fd = open(full_while, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd != -1);
	close(fd);
}

/* The disk is full from the moment when it is being compared; its code. */
static int
log_in_while_the_disk_fills(struct vaults_atm *atm, const char *text)
{
	static uint32_t number = 100;
	const int64_t before = number_of("SELECT total(count) FROM attempt");

	vaults_connect(&fixture, atm, ++number);
	vaults_login(&fixture, atm, FRAME_LOGIN, text);
	vaults_flush(&fixture);
	wait_for("SELECT total(count) FROM attempt", before + 2);
	fill_the_disk(true);
	return vaults_answer(&fixture, atm);
}

/* Nobody hears of a comparison that can't be recorded, right or wrong. */
static void
test_the_disk_fills(void **state)
{
	struct vaults_atm atm = { .number = 0 }, other = { .number = 0 };

	(void)state;
	restart(SLOW, "bank.min_free=0");
	vaults_operator(&fixture, "passwd joe\nold-1");
	vaults_operator(&fixture, "passwd fey\nold-1");
	vaults_operator(&fixture, "passwd chris\nold-1");
	vaults_session(&fixture, &other, 9, "fey\nold-1");
	assert_int_equal(
	    log_in_while_the_disk_fills(&atm, "chris\nwrong"), 503);
	fill_the_disk(false);
	assert_int_equal(log_in_while_the_disk_fills(&atm, "joe\nold-1"), 503);
	assert_int_equal(vaults_ask(&fixture, &other, "2"), 200);
	fill_the_disk(false);
	/* A change that is being compared isn't made. */
	vaults_request(&fixture, &other, "PASSWORD old-1\nnew-1");
	vaults_flush(&fixture);
	wait_for("SELECT sum(pending) FROM attempt WHERE owner = "
		 "(SELECT number FROM account WHERE id = 'fey')",
	    2);
	fill_the_disk(true);
	assert_int_equal(vaults_answer(&fixture, &other), 503);
	fill_the_disk(false);
	vaults_session(&fixture, &other, 10, "fey\nold-1");
	vaults_session(&fixture, &other, 11, "joe\nold-1");
	seal_wipe(&atm.keys);
	seal_wipe(&other.keys);
}

/* How many more are told to be wrong. */
static int
guess_until_refused(struct vaults_atm *atm, const char *text)
{
	int told = 0, code;

	vaults_connect(&fixture, atm, 1);
	while ((code = log_in(atm, text)) == 401) {
		assert_int_equal(vaults_answer(&fixture, atm), 'G');
		told++;
	}
	assert_int_equal(code, 423);
	return told;
}

/* What a start takes back was told to nobody. */
static void
test_a_full_disk_buys_no_guess(void **state)
{
	static const char *const options[] = { SLOW, "bank.min_free=0", NULL };
	struct vaults_atm atm = { .number = 0 };
	int told;

	(void)state;
	restart(SLOW, "bank.min_free=0");
	vaults_operator(&fixture, "passwd joe\nold-1");
	told = log_in_while_the_disk_fills(&atm, "joe\nwrong") == 401;
	vaults_kill(&fixture);
	fill_the_disk(false);
	vaults_run(&fixture, options);
	assert_int_equal(told + guess_until_refused(&atm, "joe\nwrong"), 3);
	seal_wipe(&atm.keys);
}

/*
 * While the vault lives such an attempt counts as a failure, and is one as
 * soon as there is room: a lock that it makes full ends like any other.
 */
static void
test_a_full_disk_locks_nobody_for_ever(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	restart(SLOW, "bank.min_free=0");
	vaults_operator(&fixture, "passwd joe\nold-1");
	for (int i = 0; i < 2; i++) {
		(void)log_in_while_the_disk_fills(&atm, "joe\nwrong");
		fill_the_disk(false);
	}
	assert_int_equal(guess_until_refused(&atm, "joe\nwrong"), 1);
	assert_int_equal(number_of("SELECT max(pending) FROM attempt"), 0);
	shared->skew_s = 1801;
	vaults_session(&fixture, &atm, 2, "joe\nold-1");
	seal_wipe(&atm.keys);
}

/* What a table that is bounded has forgotten is counted all the same. */
static void
test_the_row_is_forgotten(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	restart(SLOW, NULL);
	vaults_operator(&fixture, "passwd joe\nold-1");
	for (int i = 0; i < 2; i++) {
		vaults_connect(&fixture, &atm, (uint32_t)i + 1);
		vaults_login(&fixture, &atm, FRAME_LOGIN,
		    i == 0 ? "joe\nwrong" : "joe\nold-1");
		vaults_flush(&fixture);
		wait_until_compared();
		vaults_change(&fixture, "DELETE FROM attempt");
		assert_int_equal(
		    vaults_answer(&fixture, &atm), i == 0 ? 401 : 200);
		assert_int_equal(
		    number_of("SELECT max(count) FROM attempt"), i == 0);
		assert_int_equal(
		    number_of("SELECT max(pending) FROM attempt"), 0);
	}
	seal_wipe(&atm.keys);
}

/* A batch that runs again for want of room counts its OUTCOMEs once. */
static void
test_outcomes_are_counted_once(void **state)
{
	struct vaults_atm atm = { .number = 0 };
	char old[WIRE_TXID_TEXT], new[WIRE_TXID_TEXT], text[128];

	(void)state;
	restart("bank.min_free=0", NULL);
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	vaults_txid(clock_real_ms() - 700000, old);
	fill_the_disk(true);
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "OUTCOME %s", old);
		vaults_request(&fixture, &atm, text);
		snprintf(text, sizeof(text), "1 %s 1 fey 1",
		    vaults_txid(clock_real_ms(), new));
		vaults_request(&fixture, &atm, text);
		assert_int_equal(vaults_answer(&fixture, &atm), 404);
		assert_int_equal(vaults_answer(&fixture, &atm), 503);
	}
	fill_the_disk(false);
	snprintf(text, sizeof(text), "OUTCOME %s", old);
	for (int i = 10; i < 16; i++)
		assert_int_equal(vaults_ask(&fixture, &atm, text), 404);
	assert_int_equal(vaults_ask(&fixture, &atm, text), 429);
	assert_string_equal(vaults_value(&fixture, "limit"), "outcome");
	/* One that is ahead is none of these. */
	snprintf(text, sizeof(text), "OUTCOME %s",
	    vaults_txid(clock_real_ms() + 700000, new));
	assert_int_equal(vaults_ask(&fixture, &atm, text), 422);
	seal_wipe(&atm.keys);
}

/* Both reach the vault before it takes the first of them. */
static void
ask_both(struct vaults_atm *atm, const char *one, const char *other)
{
	assert_int_equal(kill((pid_t)shared->vault, SIGSTOP), 0);
	vaults_request(&fixture, atm, one);
	vaults_request(&fixture, atm, other);
	vaults_flush(&fixture);
	assert_int_equal(kill((pid_t)shared->vault, SIGCONT), 0);
}

/*
 * What a batch refused before it ran again for want of room is taken back:
 * in the run that counts there are no funds to be looked at.
 */
static void
test_refusals_are_taken_back(void **state)
{
	struct vaults_atm atm = { .number = 0 };
	char txid[WIRE_TXID_TEXT], refused_text[128], text[128];

	(void)state;
	restart("bank.min_free=0", NULL);
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	snprintf(refused_text, sizeof(refused_text), "1 %s 1 fey 1000000",
	    vaults_txid(clock_real_ms(), txid));
	snprintf(text, sizeof(text), "1 %s 1 fey 1",
	    vaults_txid(clock_real_ms(), txid));
	fill_the_disk(true);
	ask_both(&atm, refused_text, text);
	assert_int_equal(vaults_answer(&fixture, &atm), 503);
	assert_int_equal(vaults_answer(&fixture, &atm), 503);
	fill_the_disk(false);
	/* Their outcomes on this session. */
	assert_int_equal(vaults_ask(&fixture, &atm, refused_text), 503);
	assert_int_equal(vaults_ask(&fixture, &atm, text), 503);
	seal_wipe(&atm.keys);
}

#define DAY_S 86400L

/* However busy it is, a session ends when it is a day old. */
static void
test_a_day(void **state)
{
	struct vaults_atm atm = { .number = 0 };
	struct patience bound;
	int code;

	(void)state;
	restart("session.idle_timeout=86400", NULL);
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	shared->skew_s = DAY_S - 600;
	for (int i = 0; i < 3; i++)
		assert_int_equal(vaults_ask(&fixture, &atm, "2"), 200);
	shared->skew_s = DAY_S + 1;
	patience_begin(&bound, PATIENCE_MS);
	do {
		code = vaults_ask(&fixture, &atm, "2");
		poll(NULL, 0, 5);
	} while (code == 200 && !patience_is_over(&bound));
	assert_int_equal(code, 0);
	vaults_connect(&fixture, &atm, 2);
	vaults_resume(&fixture, &atm);
	assert_int_equal(vaults_answer(&fixture, &atm), 401);
	seal_wipe(&atm.keys);
}

/* What OUTCOME called unknown stays so until it is stale, whatever comes. */
static void
test_settled_until_stale(void **state)
{
	static const int64_t ages_s[] = { 0, 590, 610 };
	struct vaults_atm atm = { .number = 0 };
	char first[WIRE_TXID_TEXT], another[WIRE_TXID_TEXT], text[128];

	(void)state;
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	vaults_txid(clock_real_ms(), first);
	snprintf(text, sizeof(text), "OUTCOME %s", first);
	assert_int_equal(vaults_ask(&fixture, &atm, text), 404);
	for (uint32_t i = 0; i < NELEM(ages_s); i++) {
		shared->skew_s = ages_s[i];
		vaults_session(&fixture, &atm, i + 2, "joe\n9012");
		snprintf(text, sizeof(text), "OUTCOME %s",
		    vaults_txid(
			clock_real_ms() + (uint64_t)ages_s[i] * 1000, another));
		assert_int_equal(vaults_ask(&fixture, &atm, text), 404);
		snprintf(text, sizeof(text), "1 %s 1 fey 1", first);
		assert_int_equal(vaults_ask(&fixture, &atm, text),
		    ages_s[i] < 600 ? 409 : 422);
	}
	seal_wipe(&atm.keys);
}

/* Not the customer's fault: refused like all else, or 503; then it works. */
static void
test_without_memory(void **state)
{
	static const struct {
		size_t least, most;
		uint8_t type;
		const char *text;
		int code;
	} rows[] = {
		{ sizeof(struct login), sizeof(struct login), FRAME_LOGIN,
		    "joe\n9012", 503 },
		{ sizeof(struct session), sizeof(struct session), FRAME_LOGIN,
		    "joe\n9012", 503 },
		{ sizeof(struct crypt_data), sizeof(struct crypt_data),
		    FRAME_LOGIN, "joe\n9012", 401 },
		{ sizeof(struct crypt_data), sizeof(struct crypt_data),
		    FRAME_OPEN, "sam\npw-71\nSam", 503 },
		{ sizeof(struct crypt_data), sizeof(struct crypt_data), 'S',
		    "PASSWORD 9012\nnew-1", 401 },
		{ 1040, 1500, 'S', "PASSWORD 9012\nnew-1", 503 },
	};
	struct vaults_atm atm = { .number = 0 };
	int code;

	(void)state;
	if (!OWN_MEMORY)
		return;
	for (uint32_t i = 0; i < NELEM(rows); i++) {
		if (rows[i].type == 'S')
			vaults_session(&fixture, &atm, i + 1, "joe\n9012");
		else
			vaults_connect(&fixture, &atm, i + 1);
		shared->memory.least = rows[i].least;
		shared->memory.most = rows[i].most;
		shared->memory.nth = 1;
		if (rows[i].type == 'S')
			vaults_request(&fixture, &atm, rows[i].text);
		else
			vaults_login(
			    &fixture, &atm, rows[i].type, rows[i].text);
		code = vaults_answer(&fixture, &atm);
		if (code != rows[i].code)
			fail_msg("row %u: %d", i, code);
		assert_int_equal(shared->memory.failed, i + 1);
	}
	/* A new hash that could not be made, where the old one could. */
	vaults_session(&fixture, &atm, 20, "joe\n9012");
	shared->memory.least = shared->memory.most = sizeof(struct crypt_data);
	shared->memory.nth = 2;
	assert_int_equal(
	    vaults_ask(&fixture, &atm, "PASSWORD 9012\nnew-1"), 401);
	vaults_session(&fixture, &atm, 21, "joe\n9012");
	seal_wipe(&atm.keys);
}

/* A refusal that can't be remembered: the session takes nothing new then. */
static void
test_a_refusal_without_memory(void **state)
{
	struct vaults_atm atm = { .number = 0 };
	char txid[WIRE_TXID_TEXT], text[128];

	(void)state;
	if (!OWN_MEMORY)
		return;
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	shared->memory.least = REFUSALS_MAX * 64;
	shared->memory.most = REFUSALS_MAX * 256;
	shared->memory.nth = 1;
	snprintf(text, sizeof(text), "1 %s 1 fey 1000000",
	    vaults_txid(clock_real_ms(), txid));
	assert_int_equal(vaults_ask(&fixture, &atm, text), 402);
	assert_int_equal(shared->memory.failed, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(vaults_ask(&fixture, &atm, text), 503);
		snprintf(text, sizeof(text), "1 %s 1 fey 1",
		    vaults_txid(clock_real_ms(), txid));
	}
	assert_int_equal(vaults_ask(&fixture, &atm, "2"), 200);
	vaults_session(&fixture, &atm, 2, "joe\n9012");
	assert_int_equal(vaults_ask(&fixture, &atm, text), 200);
	seal_wipe(&atm.keys);
}

static void
test_without_openssl(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	vaults_connect(&fixture, &atm, 1);
	shared->failing_kdf = 1;
	refused(&atm, "joe\n9012", 401);
	shared->failing_seal = 1;
	refused(&atm, "joe\n9012", 401);
	assert_int_equal(log_in(&atm, "joe\n9012"), 200);
	/* An R of no session, and no random K to go on with. */
	vaults_connect(&fixture, &atm, 2);
	shared->failing_random = 1;
	vaults_resume(&fixture, &atm);
	assert_int_equal(vaults_answer(&fixture, &atm), 401);
	seal_wipe(&atm.keys);
}

/* A guess whose row can't be told isn't compared, nor counted elsewhere. */
static void
test_without_keyed_hash(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	for (int nth = 1; nth <= 2; nth++) {
		vaults_connect(&fixture, &atm, (uint32_t)nth);
		shared->failing_hmac = nth;
		assert_int_equal(log_in(&atm, "joe\nwrong"), 503);
	}
	assert_int_equal(number_of("SELECT count(*) FROM attempt"), 0);
	vaults_session(&fixture, &atm, 3, "joe\n9012");
	for (int nth = 1; nth <= 2; nth++) {
		shared->failing_hmac = nth;
		assert_int_equal(
		    vaults_ask(&fixture, &atm, "PASSWORD wrong\nnew-1"), 503);
	}
	assert_int_equal(number_of("SELECT count(*) FROM attempt"), 0);
	/* Nobody is unlocked by a row that could not be told. */
	shared->failing_hmac = 1;
	vaults_operator(&fixture, "unlock joe");
	assert_non_null(strstr(fixture.answer, ". 70 "));
	seal_wipe(&atm.keys);
}

/* One change is no other one's repeat, where neither can be told. */
static void
test_repeats_without_keyed_hash(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	/* Two rows of attempts, and what is kept of it. */
	shared->failing_hmac = 3;
	assert_int_equal(
	    vaults_ask(&fixture, &atm, "PASSWORD 9012\nnew-1"), 200);
	shared->failing_hmac = 3;
	assert_int_equal(vaults_ask(&fixture, &atm, "PASSWORD x\nyyyz"), 401);
	shared->failing_hmac = 0;
	assert_int_equal(
	    vaults_ask(&fixture, &atm, "PASSWORD new-1\nold-1"), 200);
	/* Told now: what is asked again, and what isn't. */
	assert_int_equal(
	    vaults_ask(&fixture, &atm, "PASSWORD new-1\nold-1"), 200);
	shared->failing_hmac = 3;
	assert_int_equal(vaults_ask(&fixture, &atm, "PASSWORD x\nyyyz"), 401);
	seal_wipe(&atm.keys);
}

static void
transfer(struct vaults_atm *atm, int code)
{
	char txid[WIRE_TXID_TEXT], text[128];

	snprintf(text, sizeof(text), "1 %s 1 joe 1",
	    vaults_txid(
		clock_real_ms() + (uint64_t)shared->skew_s * 1000, txid));
	assert_int_equal(vaults_ask(&fixture, atm, text), code);
	if (code == 429)
		assert_string_equal(vaults_value(&fixture, "limit"), "rate");
}

/* So many, and again so many when a minute has passed since the first. */
static void
test_a_minute(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	restart("limits.rate=3", NULL);
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	for (int minute = 0; minute < 3; minute++) {
		for (int i = 0; i < 3; i++)
			transfer(&atm, 200);
		shared->skew_s += 58;
		transfer(&atm, 429);
		shared->skew_s += 3;
	}
	transfer(&atm, 200);
	seal_wipe(&atm.keys);
}

/* What a batch that runs again for want of room took back isn't counted. */
static void
test_a_minute_without_room(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	restart("bank.min_free=0", "limits.rate=3");
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	transfer(&atm, 200);
	fill_the_disk(true);
	for (int i = 0; i < 4; i++)
		transfer(&atm, 503);
	fill_the_disk(false);
	assert_int_equal(vaults_ask(&fixture, &atm, "DETAILS"), 200);
	assert_non_null(strstr(fixture.answer, "200-limit rate 3 2\n"));
	transfer(&atm, 200);
	transfer(&atm, 200);
	transfer(&atm, 429);
	seal_wipe(&atm.keys);
}

static void
test_sign_up_without_room(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	restart("bank.min_free=1048576", NULL);
	vaults_connect(&fixture, &atm, 1);
	vaults_login(&fixture, &atm, FRAME_OPEN, "sam\npw-71\nSam");
	assert_int_equal(vaults_answer(&fixture, &atm), 503);
	seal_wipe(&atm.keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_disk_fills),
		TEST(test_a_full_disk_buys_no_guess),
		TEST(test_a_full_disk_locks_nobody_for_ever),
		TEST(test_the_row_is_forgotten),
		TEST(test_outcomes_are_counted_once),
		TEST(test_refusals_are_taken_back),
		TEST(test_a_day),
		TEST(test_settled_until_stale),
		TEST(test_without_memory),
		TEST(test_a_refusal_without_memory),
		TEST(test_without_openssl),
		TEST(test_without_keyed_hash),
		TEST(test_repeats_without_keyed_hash),
		TEST(test_a_minute),
		TEST(test_a_minute_without_room),
		TEST(test_sign_up_without_room),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
