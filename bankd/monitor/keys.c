/* SPDX-License-Identifier: ISC */
/*
 * Key files, read and checked.  Runs in the monitor before it starts the
 * others, at a reload, and in `bankd -t`.  Keeps Kprb no longer than it
 * looks at it.
 */
#include "keys.h"

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "../../shared/base/error.h"
#include "../../shared/base/log.h"
#include "../../shared/crypt/openssl_error.h"
#include "../../shared/crypt/pem.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../base/options.h"

#define PEM_MAX ((size_t)256 * 1024)
#define SECONDS_DAY 86400
#define WARN_DAYS 30

/* What helps against what is wrong with a file. */
static const char *
help(int error)
{
	if (error == EACCES || error == EPERM)
		return "start bankd as root, or as the user that owns it";
	return "`bankctl init` makes it";
}

static int
read_pem(const struct config *config, enum bankd_option option, char **data,
    size_t *length, char *error, size_t size)
{
	const char *path = config_string(config, option);
	int result, code;

	if ((result = file_read(path, PEM_MAX, data, length)) == 0)
		return 0;
	code = config_exit_code(result);
	if (result == BANK_ESYS && errno == EACCES)
		code = EX_NOPERM;
	else if (result == BANK_ESYS && errno != ENOENT)
		code = EX_IOERR;
	snprintf(error, size, "%s: %s; bankd.ini: [%s] %s; %s", path,
	    result == BANK_ERANGE ? "not a PEM file" : file_strerror(result),
	    bankd_options[option].section, bankd_options[option].key,
	    help(result == BANK_ESYS ? errno : 0));
	return code;
}

/* What is wrong with it, or with the OpenSSL that was to read it. */
static int
refuse(const char *path, int result, const char *wrong, const char *help_text,
    char *error, size_t size)
{
	size_t length;

	length = (size_t)snprintf(error, size, "%s: ", path);
	if (length < size)
		openssl_error_say(
		    result, wrong, help_text, error + length, size - length);
	return config_exit_code(result);
}

/* A group may read a key, which is how others than root are given one. */
static int
check_mode(const struct config *config, enum bankd_option option, char *error,
    size_t size)
{
	const char *path = config_string(config, option);
	struct stat st;

	if (stat(path, &st) == -1 || (st.st_mode & 037) == 0)
		return 0;
	snprintf(error, size,
	    "%s: others may read or change this private key (mode %03o); "
	    "chmod 640",
	    path, (unsigned)(st.st_mode & 0777));
	return EX_NOPERM;
}

bool
keys_ends_soon(time_t end)
{
	return end - time(NULL) < (time_t)WARN_DAYS * SECONDS_DAY;
}

bool
keys_expiry(const struct channel_pem *leaf, time_t *end)
{
	if (channel_expires(leaf->certificate, leaf->certificate_length, end) !=
	    0)
		*end = 0;
	return keys_ends_soon(*end);
}

void
keys_tell_expiry(const struct config *config, const struct channel_pem *leaf)
{
	time_t end;

	if (keys_expiry(leaf, &end))
		log_event(LOG_WARNING, "leaf_expires", "file",
		    LOG_TEXT(config_string(config, TLS_CERTIFICATE)), "days",
		    LOG_NUMBER((end - time(NULL)) / SECONDS_DAY), "help",
		    LOG_TEXT("bankctl renew makes a new one"), NULL);
}

/* Both times, since either may be the wrong one. */
static int
check_end(const char *pem, size_t length, char *wrong, size_t size)
{
	char end_text[CHANNEL_TIME_SIZE], now_text[CHANNEL_TIME_SIZE];
	const time_t now = time(NULL);
	time_t end = 0;
	int result;

	result = channel_expires(pem, length, &end);
	if (result != 0 || end >= now)
		return result;
	snprintf(wrong, size, "expired %s, and this host's clock says %s",
	    channel_time_text(end, end_text), channel_time_text(now, now_text));
	return openssl_error_take(BANK_ECERT);
}

/* Whether bank.crt's key signed the leaf, and the leaf is still good. */
static int
check_leaf(const struct config *config, const struct channel_pem *leaf,
    const char *bank, size_t bank_length, char *error, size_t size)
{
	const char *help_text = "`bankctl renew` makes a new one";
	enum bankd_option file = TLS_CERTIFICATE;
	char wrong[128] = "it contains no certificate";
	EVP_PKEY *bank_public = NULL;
	X509 *certificate = NULL;
	int result;

	result = pem_read_certificate(
	    &certificate, leaf->certificate, leaf->certificate_length);
	if (result == 0 &&
	    (result = channel_bank_public(&bank_public, bank, bank_length)) !=
		0) {
		file = KEYS_CERTIFICATE;
		string_copy(wrong, "not a bank's certificate", sizeof(wrong));
		help_text = "restore it from a backup";
	}
	if (result == 0 && X509_verify(certificate, bank_public) != 1) {
		string_copy(wrong,
		    "not signed by the key of [keys] certificate",
		    sizeof(wrong));
		result = openssl_error_take(BANK_ECERT);
	}
	if (result == 0)
		result = check_end(leaf->certificate, leaf->certificate_length,
		    wrong, sizeof(wrong));
	X509_free(certificate);
	EVP_PKEY_free(bank_public);
	if (result == 0) {
		keys_tell_expiry(config, leaf);
		return 0;
	}
	return refuse(
	    config_string(config, file), result, wrong, help_text, error, size);
}

static int
refuse_pair(const struct config *config, int result, char *error, size_t size)
{
	char wrong[2 * PATH_MAX];

	snprintf(wrong, sizeof(wrong),
	    "%s and %s are not a certificate and its key",
	    config_string(config, TLS_CERTIFICATE),
	    config_string(config, TLS_KEY));
	if (result == BANK_ECRYPTO)
		return refuse(config_string(config, TLS_CERTIFICATE), result,
		    "", "", error, size);
	openssl_error_say(
	    result, wrong, "`bankctl renew` makes both", error, size);
	return config_exit_code(result);
}

int
keys_read_leaf(const struct config *config, struct channel_pem *leaf,
    char *error, size_t size)
{
	SSL_CTX *context = NULL;
	char *bank = NULL;
	size_t bank_length = 0;
	int code, result;

	memset(leaf, 0, sizeof(*leaf));
	code = read_pem(config, TLS_CERTIFICATE, &leaf->certificate,
	    &leaf->certificate_length, error, size);
	if (code == 0)
		code = read_pem(config, TLS_KEY, &leaf->key, &leaf->key_length,
		    error, size);
	if (code == 0)
		code = check_mode(config, TLS_KEY, error, size);
	if (code == 0)
		code = read_pem(
		    config, KEYS_CERTIFICATE, &bank, &bank_length, error, size);
	if (code == 0 &&
	    (result = channel_server(&context, leaf->certificate,
		 leaf->certificate_length, leaf->key, leaf->key_length)) != 0)
		code = refuse_pair(config, result, error, size);
	if (code == 0)
		code = check_leaf(config, leaf, bank, bank_length, error, size);
	SSL_CTX_free(context);
	free(bank);
	return code;
}

static int
compare_bank(const struct config *config, const struct channel_pem *bank,
    char *error, size_t size)
{
	EVP_PKEY *public = NULL, *private = NULL;
	const char *wrong = "[keys] certificate is not a bank's certificate",
		   *help_text = "restore both from a backup";
	enum bankd_option file = KEYS_CERTIFICATE;
	char expired[128];
	int result;

	result = channel_bank_public(
	    &public, bank->certificate, bank->certificate_length);
	if (result == 0 &&
	    (result = check_end(bank->certificate, bank->certificate_length,
		 expired, sizeof(expired))) != 0) {
		wrong = expired;
		help_text = "no kiosk accepts it: set the clock, or make a new "
			    "one with the same key for the bank and all kiosks";
	}
	if (result == 0) {
		file = KEYS_KEY;
		wrong = "[keys] key contains no private key";
		result = pem_read_key(&private, bank->key, bank->key_length);
	}
	if (result == 0 && EVP_PKEY_eq(public, private) != 1) {
		wrong = "[keys] key is not the one in [keys] certificate";
		result = openssl_error_take(BANK_ECERT);
	}
	EVP_PKEY_free(public);
	EVP_PKEY_free(private);
	return result == 0 ? 0
			   : refuse(config_string(config, file), result, wrong,
				 help_text, error, size);
}

int
keys_end(const struct config *config, enum bankd_option file, time_t *end)
{
	char *pem = NULL;
	size_t length = 0;
	int result;

	result = file_read(config_string(config, file), PEM_MAX, &pem, &length);
	if (result == 0)
		result = channel_expires(pem, length, end);
	free(pem);
	return result;
}

int
keys_check_bank(const struct config *config, char *error, size_t size)
{
	struct channel_pem bank = { 0 };
	int code;

	code = read_pem(config, KEYS_CERTIFICATE, &bank.certificate,
	    &bank.certificate_length, error, size);
	if (code == 0)
		code = read_pem(
		    config, KEYS_KEY, &bank.key, &bank.key_length, error, size);
	if (code == 0)
		code = check_mode(config, KEYS_KEY, error, size);
	if (code == 0)
		code = compare_bank(config, &bank, error, size);
	channel_pem_wipe(&bank);
	return code;
}
