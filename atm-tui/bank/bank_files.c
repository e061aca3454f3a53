/* SPDX-License-Identifier: ISC */
/*
 * Reads the bank's certificate and the kiosk's key.  Part of atm-tui.
 */
#include "bank_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/crypt/openssl_error.h"
#include "../../shared/wire/wire.h"
#include "../base/intl.h"
#include "../base/options.h"

/* A file that isn't there is a wrong configuration. */
static int
file_error(int result)
{
	return result == BANK_ESYS && errno != ENOENT ? BANK_ESYS
						      : BANK_ECONFIG;
}

/* What is wrong with the file, or with the OpenSSL that was to read it. */
static int
refuse(
    int result, const char *path, const char *wrong, char *error, size_t size)
{
	const char *reason = openssl_error_reason();
	char file[512];

	openssl_error_file(file, sizeof(file));
	if (result == BANK_ENOMEM)
		snprintf(error, size, "%s: %s", path, bank_strerror(result));
	else if (result == BANK_ECRYPTO && file[0] != '\0')
		snprintf(error, size,
		    _("%s: OpenSSL can't use it here: %s; see to %s, which "
		      "configures it"),
		    path, reason, file);
	else if (result == BANK_ECRYPTO)
		snprintf(error, size, _("%s: OpenSSL can't use it here: %s"),
		    path, reason);
	else
		snprintf(error, size, "%s: %s%s%s%s", path, wrong,
		    *reason != '\0' ? " (OpenSSL: " : "", reason,
		    *reason != '\0' ? ")" : "");
	return BANK_ECONFIG;
}

int
bank_read_certificate(const struct config *config, SSL_CTX **tls,
    EVP_PKEY **bank_public, char *error, size_t size)
{
	const char *path = config_string(config, BANK_CERTIFICATE);
	char *pem = NULL;
	size_t length = 0;
	int result = file_read(path, BANK_FILE_SIZE, &pem, &length);

	if (result != 0) {
		snprintf(error, size,
		    _("%s: %s; the bank's certificate must be there "
		      "(bank.certificate)"),
		    path, file_strerror(result));
		return file_error(result);
	}
	result = channel_client(tls, pem, length);
	if (result == 0)
		result = channel_say_software(*tls, "atm-tui/" VERSION);
	if (result == 0)
		result = channel_bank_public(bank_public, pem, length);
	free(pem);
	return result == 0
	    ? 0
	    : refuse(result, path, _("this is not a bank's certificate"), error,
		  size);
}

int
bank_read_kiosk_key(
    const struct config *config, EVP_PKEY **key, char *error, size_t size)
{
	const char *path = config_string(config, KIOSK_KEY);
	const char *name = config_string(config, KIOSK_NAME);
	char *pem = NULL, where[512];
	size_t length = 0;
	int result;

	*key = NULL;
	if (*name == '\0')
		return 0;
	if (!wire_is_id(name, strlen(name))) {
		snprintf(error, size,
		    _("kiosk.name: \"%s\" is not a kiosk's name"), name);
		return BANK_ECONFIG;
	}
	result = file_read(path, BANK_FILE_SIZE, &pem, &length);
	if (result != 0) {
		snprintf(error, size,
		    _("kiosk.key: %s: %s; without a kiosk's "
		      "name, none is needed"),
		    path, file_strerror(result));
		return file_error(result);
	}
	result = kiosk_key_read(key, pem, length);
	OPENSSL_cleanse(pem, length);
	free(pem);
	if (result == 0)
		return 0;
	snprintf(where, sizeof(where), "kiosk.key: %s", path);
	return refuse(
	    result, where, _("this is not an Ed25519 key"), error, size);
}
