/* SPDX-License-Identifier: ISC */
/*
 * What the kiosk needs of files to talk to the bank: the bank's certificate,
 * the kiosk's key, the directory of its notes.  Part of atm-tui; runs once,
 * before anything is drawn, and says what to do where something is missing.
 */
#include "bank_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/kiosk_identity.h"
#include "../../shared/crypt/openssl_error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "../base/intl.h"
#include "../base/options.h"

#define PEM_SIZE_LIMIT (64 * 1024)

/* A file that isn't there is a wrong configuration. */
static int
setup_error(int result)
{
	return result == BANK_ESYS && errno != ENOENT ? BANK_ESYS
						      : BANK_ECONFIG;
}

/* What is wrong with the file, or with the OpenSSL that was to read it. */
static int
setup_refuse(
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

static int
setup_certificate(struct bank *bank, char *error, size_t size)
{
	const char *path = config_string(bank->config, BANK_CERTIFICATE);
	char *pem = NULL;
	size_t length = 0;
	int result = file_read(path, PEM_SIZE_LIMIT, &pem, &length);

	if (result != 0) {
		snprintf(error, size,
		    _("%s: %s; the bank's certificate has to "
		      "be there (bank.certificate)"),
		    path, file_strerror(result));
		return setup_error(result);
	}
	result = channel_client(&bank->tls, pem, length);
	if (result == 0)
		result = channel_bank_public(&bank->bank_public, pem, length);
	free(pem);
	return result == 0
	    ? 0
	    : setup_refuse(result, path, _("this is no certificate of a bank"),
		  error, size);
}

static int
setup_key(struct bank *bank, char *error, size_t size)
{
	const char *path = config_string(bank->config, KIOSK_KEY);
	const char *name = config_string(bank->config, KIOSK_NAME);
	char *pem = NULL, where[512];
	size_t length = 0;
	int result;

	if (*name == '\0')
		return 0;
	if (!wire_is_id(name, strlen(name))) {
		snprintf(error, size,
		    _("kiosk.name: \"%s\" is no kiosk's name"), name);
		return BANK_ECONFIG;
	}
	result = file_read(path, PEM_SIZE_LIMIT, &pem, &length);
	if (result != 0) {
		snprintf(error, size,
		    _("kiosk.key: %s: %s; without a kiosk's "
		      "name, none is needed"),
		    path, file_strerror(result));
		return setup_error(result);
	}
	result = kiosk_key_read(&bank->kiosk_key, pem, length);
	OPENSSL_cleanse(pem, length);
	free(pem);
	if (result == 0)
		return 0;
	snprintf(where, sizeof(where), "kiosk.key: %s", path);
	return setup_refuse(
	    result, where, _("this is no Ed25519 key"), error, size);
}

static int
setup_journal(struct bank *bank, char *error, size_t size)
{
	const char *path = config_string(bank->config, KIOSK_STATE);
	int result = bank_journal_open(&bank->journal, path);

	if (result == 0 && bank->kiosk_key != NULL)
		bank_journal_set_kiosk(
		    bank->journal, config_string(bank->config, KIOSK_NAME));
	if (result == 0)
		return 0;
	snprintf(error, size,
	    _("kiosk.state: %s: %s; transactions under way "
	      "are noted in this directory"),
	    path,
	    result == BANK_ESYS ? strerror(errno) : bank_strerror(result));
	return BANK_ESYS;
}

int
bank_setup_files(struct bank *bank, char *error, size_t size)
{
	int result = setup_certificate(bank, error, size);

	if (result == 0)
		result = setup_key(bank, error, size);
	if (result == 0)
		result = setup_journal(bank, error, size);
	return result;
}
