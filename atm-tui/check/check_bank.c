/* SPDX-License-Identifier: ISC */
/*
 * Looks at the way to the bank, and says what is wrong in the words of the one
 * who can change it.  Part of atm-tui.
 */
#include "check_bank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../../shared/crypt/channel_certificate.h"
#include "../../shared/crypt/openssl_error.h"
#include "../bank/bank_files.h"
#include "../base/options.h"
#include "check_probe.h"

#define RENEW_DAYS 30 /* before its end, to be told of it */
#define DAY_SECONDS 86400

static void
say_address(struct check_report *report, const struct bank_host *host,
    const struct check_probe *probe)
{
	if (probe->error == BANK_ENOTFOUND)
		check_say(report, "address", CHECK_WRONG,
		    "%s: no such host; correct [bank] host, or this machine's "
		    "name service",
		    host->name);
	else if (*probe->seen.address == '\0')
		check_say(report, "address", CHECK_WRONG,
		    "%s: the name service does not answer", host->name);
	else if (strcmp(host->name, probe->seen.address) == 0)
		check_say(report, "address", CHECK_OK, "%s", host->name);
	else
		check_say(report, "address", CHECK_OK, "%s is %s", host->name,
		    probe->seen.address);
}

/* Why nobody could be spoken to at a port. */
static const struct {
	int error;
	bool connected;
	enum check_mark mark;
	const char *words;
} port_words[] = {
	{ BANK_EREFUSED, false, CHECK_BANK,
	    "refused: the host is there, but nothing listens at this port; "
	    "start bankd, or correct the port" },
	{ BANK_EUNREACH, false, CHECK_WRONG,
	    "unroutable: this machine's network has no way there; see to its "
	    "cable, address and routes" },
	{ BANK_ETIMEOUT, false, CHECK_BANK,
	    "timed out: the host is off, or a firewall drops what is sent to "
	    "it" },
	{ BANK_ETIMEOUT, true, CHECK_BANK,
	    "timed out after connecting: what listens there does not answer; "
	    "see `bankctl status` there" },
	{ BANK_ECLOSED, true, CHECK_WRONG,
	    "connected, but what listens there is not a bank; correct the "
	    "port" },
	{ BANK_EINVAL, true, CHECK_WRONG,
	    "connected, but what listens there is not a bank; correct the "
	    "port" },
};

static void
say_port(struct check_report *report, const struct bank_host *host,
    const struct check_probe *probe)
{
	for (size_t i = 0; i < NELEM(port_words) && !probe->greeted; i++)
		if (port_words[i].error == probe->error &&
		    port_words[i].connected == probe->seen.connected) {
			check_say(report, "port", port_words[i].mark, "%s %s",
			    host->port, port_words[i].words);
			return;
		}
	if (!probe->seen.connected)
		check_say(report, "port", CHECK_BANK, "%s %s", host->port,
		    bank_strerror(probe->error));
	else if (probe->code == 429 || probe->code == 503)
		check_say(report, "port", CHECK_BANK,
		    "%s connected, but the bank lets nobody in now (%d); see "
		    "`bankctl status` there",
		    host->port, probe->code);
	else
		check_say(report, "port", CHECK_OK, "%s connected", host->port);
}

static void
say_clock(struct check_report *report, const struct check_probe *probe)
{
	char now[CHANNEL_TIME_SIZE], begins[CHANNEL_TIME_SIZE];
	struct timex kept = { .modes = 0 };

	channel_time_text(time(NULL), now);
	if (probe->error == BANK_ECLOCK && probe->validity.found)
		check_say(report, "clock", CHECK_WRONG,
		    "%s: that is before the bank's certificate begins, %s; set "
		    "this machine's clock",
		    now, channel_time_text(probe->validity.begins, begins));
	else if (adjtimex(&kept) < 0 || (kept.status & STA_UNSYNC) != 0)
		check_say(report, "clock", CHECK_NOTE,
		    "%s: nothing keeps this clock right; install an NTP "
		    "client, such as chrony",
		    now);
	else
		check_say(
		    report, "clock", CHECK_OK, "%s, kept right by NTP", now);
}

/* Whose bank.crt is, and until when: `"Bank of the Example" until ...`. */
static void
describe_anchor(const struct config *config, char *text, size_t size)
{
	const char *path = config_string(config, BANK_CERTIFICATE);
	char name[CHANNEL_NAME_SIZE] = "?", until[CHANNEL_TIME_SIZE];
	size_t length = 0;
	char *pem = NULL;
	time_t ends = 0;

	if (file_read(path, BANK_FILE_SIZE, &pem, &length) == 0) {
		channel_subject(pem, length, name);
		channel_expires(pem, length, &ends);
	}
	free(pem);
	snprintf(text, size, "\"%s\" until %s", name,
	    channel_time_text(ends, until));
}

static void
say_certificate(struct check_report *report, const struct config *config,
    const struct check_probe *probe)
{
	char anchor[256], until[CHANNEL_TIME_SIZE];
	const time_t ends = probe->seen.leaf_ends;

	describe_anchor(config, anchor, sizeof(anchor));
	channel_time_text(
	    probe->validity.found ? probe->validity.ends : ends, until);
	if (probe->error == BANK_ECERT)
		check_say(report, "certificate", CHECK_WRONG,
		    "wrong bank: what answers has not the certificate in %s, "
		    "%s; correct [bank] host, or copy the right bank's "
		    "bank.crt there",
		    config_string(config, BANK_CERTIFICATE), anchor);
	else if (probe->error == BANK_EEXPIRED)
		check_say(report, "certificate", CHECK_BANK,
		    "%s: ended %s; `bankctl renew` there, or set this "
		    "machine's clock",
		    anchor, until);
	else if (probe->error == BANK_ECRYPTO)
		check_say(report, "certificate", CHECK_WRONG,
		    "%s: OpenSSL can't use it here: %s", anchor,
		    openssl_error_reason());
	else if (ends == 0)
		check_say(report, "certificate", CHECK_NOTE,
		    "%s; no host has shown that it is this bank", anchor);
	else
		check_say(report, "certificate",
		    ends - time(NULL) < RENEW_DAYS * DAY_SECONDS ? CHECK_NOTE
								 : CHECK_OK,
		    "%s; the host's own until %s, renewed by `bankctl renew`",
		    anchor, until);
}

static void
say_key(struct check_report *report, const struct check_keys *keys,
    const struct check_probe *probe)
{
	const bool enrolled = keys->kiosk != NULL;
	const char *name = enrolled ? keys->name : "no [kiosk] name";

	if (!probe->greeted || probe->code == 0 || probe->code == 503)
		check_say(report, "kiosk key", CHECK_NOTE,
		    "%s: this bank could not be asked about it", name);
	else if (probe->code == 403)
		check_say(report, "kiosk key", CHECK_WRONG,
		    enrolled ? "%s: the bank does not know this key by this "
			       "name; see `bankctl kiosk list` there"
			     : "%s: this bank wants one; `bankctl kiosk add` "
			       "there makes name and key",
		    name);
	else if (!enrolled)
		check_say(report, "kiosk key", CHECK_NOTE,
		    "%s: no cash at this kiosk; `bankctl kiosk add --cash` "
		    "makes name and key",
		    name);
	else
		check_say(report, "kiosk key", CHECK_OK,
		    "%s: the bank knows it", name);
}

/* All of a bank's hosts; what they have in common from the first one there. */
static int
say_hosts(struct check_report *report, const struct config *config,
    const struct bank_hosts *hosts, const struct check_keys *keys)
{
	struct check_probe probe, best = { .error = BANK_ECLOSED };

	for (size_t i = 0; i < hosts->count; i++) {
		if (check_probe(&probe, &hosts->host[i], keys) != 0)
			return BANK_ENOMEM;
		say_address(report, &hosts->host[i], &probe);
		if (*probe.seen.address != '\0')
			say_port(report, &hosts->host[i], &probe);
		if (i == 0 || (!best.greeted && probe.seen.connected))
			best = probe;
	}
	say_clock(report, &best);
	say_certificate(report, config, &best);
	if (!keys->unreadable)
		say_key(report, keys, &best);
	return 0;
}

int
check_bank(struct check_report *report, const struct config *config)
{
	struct check_keys keys = { .name = config_string(config, KIOSK_NAME) };
	EVP_PKEY *bank_public = NULL;
	struct bank_hosts hosts;
	char error[512];
	int result = 0;

	if (bank_hosts_read(&hosts, config, error, sizeof(error)) != 0)
		check_say(report, "address", CHECK_WRONG, "%s", error);
	else if (bank_read_certificate(config, &keys.tls, &bank_public, error,
		     sizeof(error)) != 0)
		check_say(report, "certificate", CHECK_WRONG, "%s", error);
	else {
		keys.unreadable = bank_read_kiosk_key(config, &keys.kiosk,
				      error, sizeof(error)) != 0;
		if (keys.unreadable)
			keys.name = "";
		result = say_hosts(report, config, &hosts, &keys);
		if (keys.unreadable)
			check_say(
			    report, "kiosk key", CHECK_WRONG, "%s", error);
	}
	SSL_CTX_free(keys.tls);
	EVP_PKEY_free(bank_public);
	EVP_PKEY_free(keys.kiosk);
	return result;
}
