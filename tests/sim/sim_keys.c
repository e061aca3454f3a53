/* SPDX-License-Identifier: ISC */
/*
 * The bank's certificates, which begin and end by the simulated time: OpenSSL
 * and the monitor's code ask time(2), which is here.
 *
 * An operator renews the leaf, or puts an older one back; the monitor takes
 * what is on the disk, or refuses it and keeps what it has; a kiosk, whose
 * clock may be wrong, accepts what the front shows it, or says why not.  These
 * draw from a chance of their own, so that all else in a bank is as without.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../bankd/base/options.h"
#include "../../bankd/monitor/keys.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../../shared/crypt/channel.h"
#include "sim.h"

#define DAY_S (24 * 60 * 60)
#define WARN_S (30 * DAY_S)
#define OWN_CHANCE UINT64_C(0x6b657973)
#define FLIGHTS 8 /* of a handshake, at most */

static struct channel_pem bank; /* the first process makes it */
static char place[128];
static time_t ahead_s; /* of who asks */

time_t
time(time_t *at)
{
	time_t now = world == NULL ? 0 : (time_t)(clock_real_ms() / 1000);

	now += ahead_s;
	if (at != NULL)
		*at = now;
	return now;
}

static void
put_file(const char *name, const char *bytes, size_t length)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", place, name);
	if (file_replace(path, bytes, length, 0600) != 0)
		abort();
}

static void
put_on_disk(const struct sim_leaf *leaf)
{
	world->keys.on_disk = *leaf;
	put_file("front.crt", leaf->certificate, strlen(leaf->certificate));
	put_file("front.key", leaf->key, strlen(leaf->key));
}

/* It is valid from a day ago, for a year (channel_certificate.h). */
static void
renew(void)
{
	struct sim_keys *keys = &world->keys;
	struct sim_leaf leaf = { .begins = time(NULL) - DAY_S,
		.ends = time(NULL) + CHANNEL_LEAF_DAYS * (time_t)DAY_S };
	struct channel_pem made;

	if (channel_make_leaf(&made, "front", &bank) != 0 ||
	    made.certificate_length >= sizeof(leaf.certificate) ||
	    made.key_length >= sizeof(leaf.key))
		abort();
	memcpy(leaf.certificate, made.certificate, made.certificate_length);
	memcpy(leaf.key, made.key, made.key_length);
	channel_pem_wipe(&made);
	keys->before = keys->on_disk;
	put_on_disk(&leaf);
	sim_say("the leaf is renewed");
}

static void
put_back(void)
{
	struct sim_leaf before = world->keys.before;

	world->keys.before = world->keys.on_disk;
	put_on_disk(&before);
	sim_say("an older leaf is put back");
}

static struct config *
config_of_keys(void)
{
	static const char *const names[] = { "tls.certificate=%s/front.crt",
		"tls.key=%s/front.key", "keys.certificate=%s/bank.crt" };
	struct config *config = config_new(bankd_options, BANKD_OPTION_COUNT);
	char text[256], error[256];

	for (size_t i = 0; i < NELEM(names); i++) {
		snprintf(text, sizeof(text), names[i], place);
		if (config_set(config, text, error, sizeof(error)) != 0)
			abort();
	}
	return config;
}

/* As a start and a reload do. */
static void
take(void)
{
	struct sim_keys *keys = &world->keys;
	struct config *config = config_of_keys();
	struct channel_pem leaf;
	char error[512] = "";
	time_t ends = 0;
	bool good = keys->on_disk.ends >= time(NULL), soon;
	int code = keys_read_leaf(config, &leaf, error, sizeof(error));

	if ((code == 0) != good)
		sim_wrong("a leaf %s is answered with %d %s",
		    good ? "in force" : "that is over", code, error);
	if (!good && strstr(error, "expired") == NULL)
		sim_wrong("a leaf that is over: %s", error);
	if (good) {
		soon = keys_expiry(&leaf, &ends);
		if (ends != keys->on_disk.ends ||
		    soon != (ends - time(NULL) < WARN_S))
			sim_wrong("a leaf's end in %lld s is%s soon",
			    (long long)(ends - time(NULL)), soon ? "" : " not");
		keys->in_force = keys->on_disk;
	}
	channel_pem_wipe(&leaf);
	config_free(config);
	sim_say("the leaf on the disk is %s", good ? "taken" : "refused");
}

/* Of a handshake in memory; whether the kiosk is content. */
static bool
shake(SSL *kiosk, SSL *front)
{
	BIO *ends[2];
	bool done = false;

	if (BIO_new_bio_pair(&ends[0], 0, &ends[1], 0) != 1)
		abort();
	SSL_set_bio(kiosk, ends[0], ends[0]);
	SSL_set_bio(front, ends[1], ends[1]);
	SSL_set_connect_state(kiosk);
	SSL_set_accept_state(front);
	for (int i = 0; i < FLIGHTS && !done; i++) {
		done = SSL_do_handshake(kiosk) == 1;
		if (!done && SSL_get_error(kiosk, -1) != SSL_ERROR_WANT_READ)
			return false;
		ahead_s = 0;
		(void)SSL_do_handshake(front);
		ahead_s = world->keys.kiosk_ahead_s;
	}
	return done;
}

static void
judge_refusal(SSL *kiosk, const struct channel_validity *validity)
{
	const struct sim_leaf *leaf = &world->keys.in_force;
	int expected = time(NULL) < leaf->begins ? BANK_ECLOCK : BANK_EEXPIRED;
	int error = channel_handshake_error(kiosk);

	if (error != expected || !validity->found ||
	    (!validity->anchor && validity->ends != leaf->ends))
		sim_wrong("a kiosk refuses a leaf with error %d, not %d", error,
		    expected);
}

/* OpenSSL takes the last second for one behind the end. */
static void
connect_kiosk(void)
{
	const struct sim_leaf *leaf = &world->keys.in_force;
	struct channel_validity validity = { 0 };
	SSL_CTX *front, *kiosk;
	SSL *client, *server;
	bool good;

	if (channel_server(&front, leaf->certificate, strlen(leaf->certificate),
		leaf->key, strlen(leaf->key)) != 0 ||
	    channel_client(&kiosk, bank.certificate, bank.certificate_length) !=
		0 ||
	    (client = SSL_new(kiosk)) == NULL ||
	    (server = SSL_new(front)) == NULL)
		abort();
	ahead_s = world->keys.kiosk_ahead_s =
	    sim_one_in(3) ? (time_t)sim_draw(6 * DAY_S) - 3 * DAY_S : 0;
	channel_note_validity(client, &validity);
	good = leaf->begins <= time(NULL) && time(NULL) < leaf->ends;
	if (shake(client, server) != good)
		sim_wrong("a kiosk %s a leaf from %lld to %lld s from now",
		    good ? "refuses" : "takes",
		    (long long)(leaf->begins - time(NULL)),
		    (long long)(leaf->ends - time(NULL)));
	if (!good)
		judge_refusal(client, &validity);
	ahead_s = 0;
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(kiosk);
	SSL_CTX_free(front);
	sim_say("a kiosk is%s content with the leaf", good ? "" : " not");
}

void
sim_keys_make(const char *top)
{
	if (channel_make_bank(&bank, "bank") != 0)
		abort();
	snprintf(place, sizeof(place), "%.100s/keys", top);
	if (mkdir(place, 0700) == -1)
		abort();
	put_file("bank.crt", bank.certificate, bank.certificate_length);
}

void
sim_keys_begin(void)
{
	uint64_t before = world->chance;

	renew();
	renew();
	world->keys.in_force = world->keys.on_disk;
	world->chance = before;
}

void
sim_keys_act(void)
{
	static void (*const acts[])(void) = { renew, put_back, take, take,
		connect_kiosk, connect_kiosk, connect_kiosk };
	uint64_t before = world->chance;

	world->chance ^= OWN_CHANCE;
	acts[sim_draw(NELEM(acts))]();
	world->chance = before;
}
