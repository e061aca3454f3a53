/* SPDX-License-Identifier: ISC */
/*
 * Logins, sign-ups and changes of passwords when something comes between:
 * the link ends, the password changes, others wait, time goes by.
 */
#include "../../lib/memory/vault_hooks.c"
#include "../../../shared/base/clock.h"

/* L, O and a wrong L whose links end before they are answered. */
static void
test_the_link_ends(void **state)
{
	struct vaults_atm atm = { .number = 0 };
	int code;

	(void)state;
	restart(SLOW, NULL);
	vaults_operator(&fixture, "passwd joe\nold-1");
	vaults_operator(&fixture, "passwd fey\nold-1");
	vaults_connect(&fixture, &atm, 1);
	vaults_login(&fixture, &atm, FRAME_OPEN, "sam\npw-71\nSam");
	vaults_connect(&fixture, &atm, 2);
	vaults_login(&fixture, &atm, FRAME_LOGIN, "joe\nold-1");
	vaults_flush(&fixture);
	wait_until_compared();
	vaults_send(&fixture, IPC_DISCONNECTED, 1, NULL, 0);
	vaults_send(&fixture, IPC_DISCONNECTED, 2, NULL, 0);
	wait_for("SELECT max(pending) FROM attempt", 0);
	vaults_connect(&fixture, &atm, 3);
	vaults_login(&fixture, &atm, FRAME_LOGIN, "fey\nwrong");
	vaults_flush(&fixture);
	wait_until_compared();
	vaults_send(&fixture, IPC_DISCONNECTED, 3, NULL, 0);
	/* A guess counts, a login that nobody heard of is none. */
	wait_for("SELECT count(*) FROM attempt WHERE count = 1", 2);
	wait_for("SELECT max(pending) FROM attempt", 0);
	vaults_session(&fixture, &atm, 4, "joe\nold-1");
	assert_string_equal(vaults_value(&fixture, "last-login"), "-");
	assert_string_equal(vaults_value(&fixture, "failed"), "0");
	vaults_session(&fixture, &atm, 5, "fey\nold-1");
	assert_string_equal(vaults_value(&fixture, "failed"), "1");
	/* The account is there or not, by when the link ended. */
	vaults_connect(&fixture, &atm, 6);
	code = log_in(&atm, "sam\npw-71");
	assert_true(code == 200 || code == 401);
	seal_wipe(&atm.keys);
}

/* It was right when it was compared, and isn't any more. */
static void
test_the_password_changes(void **state)
{
	static const char *const commands[] = { "lock joe",
		"passwd joe\nnew-1" };
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	for (uint32_t i = 0; i < NELEM(commands); i++) {
		restart(SLOW, NULL);
		vaults_operator(&fixture, "passwd joe\nold-1");
		/* What is hashed from now on is hashed sooner. */
		restart("login.hash_cost=1", NULL);
		vaults_connect(&fixture, &atm, 1);
		vaults_login(&fixture, &atm, FRAME_LOGIN, "joe\nold-1");
		vaults_flush(&fixture);
		wait_until_compared();
		vaults_operator(&fixture, commands[i]);
		assert_int_equal(vaults_answer(&fixture, &atm), 401);
		vaults_operator(&fixture, "unlock joe");
	}
	vaults_session(&fixture, &atm, 2, "joe\nnew-1");
	assert_int_equal(vaults_ask(&fixture, &atm, "2"), 200);
	seal_wipe(&atm.keys);
}

/*
 * More guesses than are left wait for what becomes of the others: of two
 * customers, by L and by PASSWORD, and some whose links end.
 */
static void
test_guesses_wait(void **state)
{
	struct vaults_atm atms[13] = { 0 };
	int refused = 0, locked = 0, code;

	(void)state;
	restart(SLOW, "login.max_logins_waiting_per_address=64");
	vaults_operator(&fixture, "passwd joe\nold-1");
	vaults_operator(&fixture, "passwd fey\nold-1");
	vaults_operator(&fixture, "passwd chris\nold-1");
	for (uint32_t i = 0; i < 6; i++)
		vaults_session(&fixture, &atms[i], i + 1, "joe\nold-1");
	for (uint32_t i = 6; i < 13; i++)
		vaults_connect(&fixture, &atms[i], i + 1);
	for (int i = 0; i < 6; i++)
		vaults_request(&fixture, &atms[i], "PASSWORD wrong\nnew-1");
	for (int i = 6; i < 12; i++)
		vaults_login(&fixture, &atms[i], FRAME_LOGIN, "fey\nwrong");
	/* Behind them all: then they are opened, and wait. */
	vaults_login(&fixture, &atms[12], FRAME_LOGIN, "chris\nold-1");
	vaults_flush(&fixture);
	wait_for("SELECT count(*) FROM attempt WHERE pending > 0", 6);
	vaults_send(&fixture, IPC_DISCONNECTED, 6, NULL, 0);
	vaults_send(&fixture, IPC_DISCONNECTED, 12, NULL, 0);
	for (int i = 0; i < 11;) {
		struct ipc_message message;

		assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
		if (message.body[3] == FRAME_GREETING)
			continue;
		if (message.body[3] == FRAME_ERROR) {
			code = atoi((const char *)message.body + 4);
			refused += code == 401;
			locked += code == 423;
		}
		i++;
	}
	/* Three each were compared; of fey's the rest, still there, not. */
	assert_int_equal(refused, 3);
	assert_int_equal(locked, 2);
	assert_int_equal(
	    number_of("SELECT count(*) FROM attempt WHERE count = 3"), 4);
	for (size_t i = 0; i < NELEM(atms); i++)
		seal_wipe(&atms[i].keys);
}

/* The seeds' lock holds though more would be allowed now, and ends. */
static void
test_locks_and_their_numbers(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	vaults_connect(&fixture, &atm, 1);
	/* A lock begins with the third failure, though nobody tries again. */
	for (int i = 0; i < 3; i++)
		refused(&atm, "chris\nwrong", 401);
	for (int i = 0; i < 3; i++)
		refused(&atm, "joe\nwrong", 401);
	restart("login.max_attempts=9", NULL);
	vaults_connect(&fixture, &atm, 1);
	refused(&atm, "joe\n9012", 423);
	/* Four failures are as many as five allow, and too many for three. */
	for (int i = 0; i < 4; i++)
		refused(&atm, "fey\nwrong", 401);
	restart("login.max_attempts=3", NULL);
	vaults_connect(&fixture, &atm, 1);
	refused(&atm, "fey\n5678", 423);
	shared->skew_s = 1801;
	vaults_session(&fixture, &atm, 4, "chris\n1234");
	vaults_session(&fixture, &atm, 2, "joe\n9012");
	vaults_session(&fixture, &atm, 3, "fey\n5678");
	seal_wipe(&atm.keys);
}

/* On a new link; its number is used once. */
static int
logs_in(EVP_PKEY *kiosk, const char *address, const char *text)
{
	static uint32_t number;
	struct vaults_atm atm = { .kiosk = kiosk, .address = address };
	int code;

	vaults_connect(&fixture, &atm, ++number);
	code = log_in(&atm, text);
	seal_wipe(&atm.keys);
	return code;
}

static int
joe_logs_in(EVP_PKEY *kiosk, const char *text)
{
	return logs_in(kiosk, NULL, text);
}

static void
guess_until_locked(void)
{
	for (int i = 0; i < 3; i++)
		assert_int_equal(joe_logs_in(NULL, "joe\nwrong"), 401);
	assert_int_equal(joe_logs_in(NULL, "joe\n9012"), 423);
}

/*
 * Strangers lock nobody out of the kiosk that they logged in at in the last
 * thirty days, if that is enrolled.
 */
static void
test_a_kiosk_of_ones_own(void **state)
{
	const long day_s = 24 * 3600;
	EVP_PKEY *lobby;

	(void)state;
	restart("login.max_attempts=9", "login.max_attempts_total=3");
	lobby = vaults_enrol(&fixture, "no");
	assert_int_equal(joe_logs_in(lobby, "joe\n9012"), 200);
	assert_int_equal(joe_logs_in(NULL, "joe\n9012"), 200);
	shared->skew_s = 29 * day_s;
	guess_until_locked();
	assert_int_equal(joe_logs_in(lobby, "joe\n9012"), 200);
	shared->skew_s += 31 * day_s;
	guess_until_locked();
	assert_int_equal(joe_logs_in(lobby, "joe\n9012"), 423);
	EVP_PKEY_free(lobby);
}

/* Once from each of so many networks. */
static void
guess_from_networks(const char *text, int networks, int code)
{
	char address[32];

	for (int i = 0; i < networks; i++) {
		snprintf(address, sizeof(address), "2001:db8:0:%x::1", i);
		assert_int_equal(logs_in(NULL, address, text), code);
	}
}

/*
 * More places than an ID has rows for.  Nothing tells a customer's from one
 * that nobody has, their total is bounded, and the trust of a branch stays.
 */
static void
test_from_many_places(void **state)
{
	static const char *const guesses[] = { "joe\nwrong", "ghost\nwrong" };
	EVP_PKEY *lobby;

	(void)state;
	restart("login.max_attempts_total=60", "login.hash_cost=1");
	lobby = vaults_enrol(&fixture, "no");
	assert_int_equal(joe_logs_in(lobby, "joe\n9012"), 200);
	for (size_t i = 0; i < NELEM(guesses); i++) {
		/* What one address failed is forgotten for newer ones, */
		for (int guess = 0; guess < 2; guess++)
			assert_int_equal(logs_in(NULL, NULL, guesses[i]), 401);
		guess_from_networks(guesses[i], STORE_ATTEMPTS_KIOSKS, 401);
		for (int guess = 0; guess < 3; guess++)
			assert_int_equal(logs_in(NULL, NULL, guesses[i]), 401);
		/* but not what locks, */
		guess_from_networks(guesses[i], STORE_ATTEMPTS_KIOSKS + 2, 401);
		assert_int_equal(logs_in(NULL, NULL, guesses[i]), 423);
		/* and the total not at all. */
		guess_from_networks(guesses[i], 60 - 23, 401);
		guess_from_networks(guesses[i], 60, 423);
		assert_int_equal(
		    logs_in(lobby, NULL, guesses[i]), i == 0 ? 401 : 423);
	}
	assert_int_equal(joe_logs_in(NULL, "joe\n9012"), 423);
	assert_int_equal(joe_logs_in(lobby, "joe\n9012"), 200);
	assert_true(number_of("SELECT count(*) FROM attempt") <=
	    1 + STORE_ATTEMPTS_KIOSKS + STORE_ATTEMPTS_TRUSTED);
	assert_true(number_of("SELECT count(*) FROM stranger") <=
	    1 + STORE_ATTEMPTS_KIOSKS);
	EVP_PKEY_free(lobby);
}

/* What an ID failed before it was anybody's locks whoever opens it too. */
static void
test_the_id_becomes_known(void **state)
{
	(void)state;
	for (int guess = 0; guess < 3; guess++)
		assert_int_equal(logs_in(NULL, NULL, "sam\nwrong"), 401);
	vaults_operator(&fixture, "open sam Sam\npw-71");
	assert_int_equal(logs_in(NULL, NULL, "sam\npw-71"), 423);
	assert_int_equal(logs_in(NULL, "127.0.0.2", "sam\npw-71"), 200);
	vaults_operator(&fixture, "unlock sam");
	assert_int_equal(logs_in(NULL, NULL, "sam\npw-71"), 200);
	assert_int_equal(number_of("SELECT count(*) FROM stranger"), 0);
}

/* A G that nobody answered for more than a minute is worth nothing. */
static void
test_a_stale_nonce(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	vaults_connect(&fixture, &atm, 1);
	shared->skew_s = 66;
	refused(&atm, "joe\n9012", 401);
	assert_int_equal(log_in(&atm, "joe\n9012"), 200);
	assert_int_equal(vaults_ask(&fixture, &atm, "2"), 200);
	seal_wipe(&atm.keys);
}

/* One R behind what ends its session, in one batch. */
static void
test_resume_after_the_end(void **state)
{
	struct vaults_atm old = { .number = 0 }, new;

	(void)state;
	vaults_session(&fixture, &old, 1, "joe\n9012");
	new = old;
	memset(&new.keys, 0, sizeof(new.keys));
	vaults_connect(&fixture, &new, 2);
	vaults_request(&fixture, &old, "3");
	vaults_resume(&fixture, &new);
	assert_int_equal(vaults_answer(&fixture, &new), 401);
	seal_wipe(&old.keys);
	seal_wipe(&new.keys);
}

/* What was asked before R is carried out and answered, on its own link. */
static void
test_resume_behind_a_request(void **state)
{
	struct vaults_atm old = { .number = 0 }, new;
	struct ipc_message message;
	char txid[WIRE_TXID_TEXT], text[128];

	(void)state;
	vaults_session(&fixture, &old, 1, "joe\n9012");
	new = old;
	memset(&new.keys, 0, sizeof(new.keys));
	vaults_connect(&fixture, &new, 2);
	snprintf(text, sizeof(text), "1 %s 1 fey 1",
	    vaults_txid(clock_real_ms(), txid));
	vaults_request(&fixture, &old, text);
	vaults_resume(&fixture, &new);
	vaults_flush(&fixture);
	assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
	assert_int_equal(message.connection, 1);
	assert_int_equal(message.body[3], FRAME_SEALED);
	assert_int_equal(vaults_answer(&fixture, &new), 200);
	assert_int_equal(vaults_ask(&fixture, &new, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "9999.00");
	seal_wipe(&old.keys);
	seal_wipe(&new.keys);
}

/* On a new link; in *later whether the front is to pause it. */
static int
resumes(struct vaults_atm *atm, const char *address, EVP_PKEY *kiosk,
    const uint8_t *k, bool *later)
{
	static uint32_t number = 1000;
	struct ipc_message message;
	struct vaults_atm new = *atm;
	int code = 200;

	new.address = address;
	new.kiosk = kiosk;
	memset(&new.keys, 0, sizeof(new.keys));
	if (k != NULL)
		memcpy(new.k, k, SEAL_KEY_SIZE);
	vaults_connect(&fixture, &new, ++number);
	vaults_resume(&fixture, &new);
	vaults_flush(&fixture);
	do
		assert_int_not_equal(vaults_next(&fixture, &message), 0);
	while (message.connection != number);
	assert_int_equal(message.type, IPC_SEND);
	*later = (message.body[0] & IPC_SEND_LATER) != 0;
	if (message.body[3] == FRAME_ERROR) {
		code = atoi((const char *)message.body + 4);
		assert_int_equal(vaults_answer(&fixture, &new), 'G');
	}
	seal_wipe(&new.keys);
	return code;
}

/* With a K that isn't the session's, as often as a kiosk may. */
static void
refuse_resumptions(struct vaults_atm *atm, const char *address, EVP_PKEY *kiosk)
{
	static const uint8_t wrong[SEAL_KEY_SIZE];
	bool later;

	for (int i = 0; i < LOGIN_REFUSED_A_MINUTE; i++) {
		assert_int_equal(
		    resumes(atm, address, kiosk, wrong, &later), 401);
		assert_false(later);
	}
	/* The next one is too many, good or bad, and paused. */
	assert_int_equal(resumes(atm, address, kiosk, wrong, &later), 429);
	assert_true(later);
	assert_int_equal(resumes(atm, address, kiosk, NULL, &later), 429);
	assert_true(later);
}

/* Of a network's and of an enrolled kiosk's, for a minute, nobody else's. */
static void
test_refused_resumptions(void **state)
{
	static const uint8_t wrong[SEAL_KEY_SIZE];
	struct vaults_atm atm = { .address = "2001:db8:1:1::1" },
			  own = { .number = 0 };
	EVP_PKEY *lobby, *stranger;
	bool later;

	(void)state;
	stranger = vaults_enrol(&fixture, "no");
	vaults_operator(&fixture, "kiosk revoke lobby");
	lobby = vaults_enrol(&fixture, "no"); /* in the place of the other */
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	own.kiosk = lobby;
	vaults_session(&fixture, &own, 2, "fey\n5678");
	refuse_resumptions(&atm, "2001:db8:1:1::2", NULL);
	assert_int_equal(
	    resumes(&atm, "2001:db8:1:1::3", NULL, NULL, &later), 429);
	assert_int_equal(
	    resumes(&atm, "2001:db8:1:2::2", NULL, NULL, &later), 200);
	/* Who only says to be the lobby uses up nothing of it. */
	for (int i = 0; i <= LOGIN_REFUSED_A_MINUTE; i++)
		assert_int_equal(
		    resumes(&own, "2001:db8:1:3::1", stranger, NULL, &later),
		    403);
	assert_int_equal(
	    resumes(&own, "2001:db8:1:1::1", lobby, NULL, &later), 200);
	refuse_resumptions(&own, "2001:db8:1:3::1", lobby);
	assert_int_equal(
	    resumes(&own, "2001:db8:1:3::1", stranger, NULL, &later), 403);
	/* The lobby is used up, not the address where it stands. */
	assert_int_equal(
	    resumes(&atm, "2001:db8:1:3::1", NULL, NULL, &later), 200);
	shared->skew_s += 61;
	assert_int_equal(
	    resumes(&atm, "2001:db8:1:1::1", NULL, wrong, &later), 401);
	assert_int_equal(
	    resumes(&atm, "2001:db8:1:1::1", NULL, NULL, &later), 200);
	assert_int_equal(
	    resumes(&own, "2001:db8:1:1::1", lobby, NULL, &later), 200);
	EVP_PKEY_free(stranger);
	EVP_PKEY_free(lobby);
	seal_wipe(&atm.keys);
	seal_wipe(&own.keys);
}

static void
test_who_has_no_password(void **state)
{
	struct vaults_atm atm = { .number = 0 };
	char path[128];

	(void)state;
	vaults_operator(&fixture, "open sam Sam\npw-71");
	vaults_operator(&fixture, "close sam");
	assert_string_equal(fixture.answer, ". 0 sam is closed\n");
	vaults_connect(&fixture, &atm, 1);
	refused(&atm, "sam\npw-71", 401);
	assert_int_equal(vaults_stop(&fixture), 0);
	/* A line in `balance` alone. */
	snprintf(path, sizeof(path), "echo 'pat 1 1' >>%s/balance",
	    fixture.directory);
	assert_int_equal(system(path), 0);
	vaults_run(&fixture, NULL);
	vaults_connect(&fixture, &atm, 1);
	refused(&atm, "pat\n", 401);
	refused(&atm, "pat\nx", 401);
	seal_wipe(&atm.keys);
}

/* Four at once, of one network: two are too many. */
static void
expect_two_refused(const char *option)
{
	struct vaults_atm atms[4] = { { .address = "2001:db8::1" },
		{ .address = "2001:db8::2" }, { .address = "2001:db8::1" },
		{ .address = "2001:db8::ffff:0:0:3" } };
	struct ipc_message message;
	int too_many = 0;

	restart(SLOW, option);
	for (uint32_t i = 0; i < NELEM(atms); i++)
		vaults_connect(&fixture, &atms[i], i + 1);
	for (size_t i = 0; i < NELEM(atms); i++)
		vaults_login(&fixture, &atms[i], FRAME_LOGIN, "joe\n9012");
	vaults_flush(&fixture);
	for (int answers = 0; answers < 4;) {
		assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
		if (message.body[3] == FRAME_GREETING)
			continue;
		too_many += message.body[3] == FRAME_ERROR &&
		    memcmp(message.body + 4, "429 too many", 12) == 0;
		answers++;
	}
	assert_int_equal(too_many, 2);
	for (size_t i = 0; i < NELEM(atms); i++)
		seal_wipe(&atms[i].keys);
}

static void
test_too_many_wait(void **state)
{
	(void)state;
	expect_two_refused("login.max_logins_waiting=2");
	expect_two_refused("login.max_logins_waiting_per_address=2");
}

static void
sign_up_twice(struct vaults_atm atms[2], const char *text)
{
	char answer[SEAL_MAX_TEXT];
	struct ipc_message message;
	struct vaults_atm *atm;
	int codes = 0;

	for (size_t i = 0; i < 2; i++)
		vaults_login(&fixture, &atms[i], FRAME_OPEN, text);
	vaults_flush(&fixture);
	for (int answers = 0, greetings = 0; answers < 2 || greetings < 2;) {
		assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
		atm = &atms[message.connection - 1];
		if (message.body[3] == FRAME_GREETING) {
			memcpy(atm->nonce, message.body + 4, FRAME_NONCE_SIZE);
			greetings++;
			continue;
		}
		assert_true(
		    seal_open(&atm->keys.down, FRAME_SEALED, message.body + 4,
			message.length - 4, answer, sizeof(answer)) > 0);
		codes += atoi(answer);
		answers++;
	}
	assert_int_equal(codes, 200 + 409);
}

/* The same ID twice at once: one is opened, however close they come. */
static void
test_sign_ups_at_once(void **state)
{
	struct vaults_atm atms[2] = { 0 };
	char text[32];

	(void)state;
	for (uint32_t i = 0; i < NELEM(atms); i++)
		vaults_connect(&fixture, &atms[i], i + 1);
	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "sam%d\npw-71\nSam", i);
		sign_up_twice(atms, text);
	}
	for (size_t i = 0; i < NELEM(atms); i++)
		seal_wipe(&atms[i].keys);
}

/* A thousand strangers are a few lines in the log, not a thousand. */
static void
test_strangers(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	restart("kiosks.require=yes", NULL);
	vaults_connect(&fixture, &atm, 1);
	for (int i = 0; i < 200; i++) {
		refused(&atm, "joe\n9012", 403);
	}
	seal_wipe(&atm.keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_link_ends),
		TEST(test_the_password_changes),
		TEST(test_guesses_wait),
		TEST(test_locks_and_their_numbers),
		TEST(test_a_kiosk_of_ones_own),
		TEST(test_from_many_places),
		TEST(test_the_id_becomes_known),
		TEST(test_a_stale_nonce),
		TEST(test_resume_after_the_end),
		TEST(test_resume_behind_a_request),
		TEST(test_refused_resumptions),
		TEST(test_who_has_no_password),
		TEST(test_too_many_wait),
		TEST(test_sign_ups_at_once),
		TEST(test_strangers),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
