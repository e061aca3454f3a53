/* SPDX-License-Identifier: ISC */
/*
 * The bank's keys and certificates as files: init makes them, and renew
 * replaces the front's leaf.  init never overwrites a key.
 */
#include "bankctl_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "../../shared/crypt/channel_certificate.h"
#include "../../shared/base/error.h"
#include "../../shared/crypt/openssl_error.h"
#include "../../shared/crypt/pem.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_file.h"
#include "bankctl_note.h"
#include "bankctl_commands.h"
#include "../base/options.h"

#define PEM_MAX ((size_t)256 * 1024)
#define ERROR_SIZE 1024

/* Writes the key first: a certificate without its key would be useless. */
static int
write_pair(const struct channel_pem *pem, const char *certificate_path,
    const char *key_path)
{
	int code;

	code = bankctl_write_file(key_path, pem->key, pem->key_length, 0600);
	if (code == 0)
		code = bankctl_write_file(certificate_path, pem->certificate,
		    pem->certificate_length, 0644);
	return code;
}

static int
read_pair(
    struct channel_pem *pem, const char *certificate_path, const char *key_path)
{
	const char *path = key_path;
	int result;

	result = file_read(path, PEM_MAX, &pem->key, &pem->key_length);
	if (result == 0) {
		path = certificate_path;
		result = file_read(
		    path, PEM_MAX, &pem->certificate, &pem->certificate_length);
	}
	return result == 0 ? 0 : bankctl_file_unread(path, result);
}

int
bankctl_complain_cannot(
    int result, const char *what, const char *wrong, const char *help)
{
	char reason[ERROR_SIZE];

	openssl_error_say(result, wrong, help, reason, sizeof(reason));
	return bankctl_complain(result == BANK_ECRYPTO || result == BANK_ENOMEM
		? EX_SOFTWARE
		: EX_DATAERR,
	    "can't make %s: %s", what, reason);
}

static int
make_leaf(const struct channel_pem *bank, const char *name,
    const char *certificate_path, const char *key_path)
{
	struct channel_pem leaf = { 0 };
	int result, code;

	result = channel_make_leaf(&leaf, name, bank);
	code = result == 0
	    ? write_pair(&leaf, certificate_path, key_path)
	    : bankctl_complain_cannot(result, certificate_path,
		  bank_strerror(result), "is bank.key the right key?");
	channel_pem_wipe(&leaf);
	return code;
}

static int
make_bank(struct channel_pem *bank, const char *name,
    const char *certificate_path, const char *key_path)
{
	int result;

	fputs("making the bank's key, RSA of 3072 bits ...\n", stderr);
	if ((result = channel_make_bank(bank, name)) != 0)
		return bankctl_complain_cannot(result, "the bank's key",
		    bank_strerror(result), "check [bank] name");
	return write_pair(bank, certificate_path, key_path);
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

int
bankctl_keys_make(const struct config *config)
{
	const char *name = config_string(config, BANK_NAME);
	const char *bank_crt = config_string(config, KEYS_CERTIFICATE);
	const char *bank_key = config_string(config, KEYS_KEY);
	const char *leaf_crt = config_string(config, TLS_CERTIFICATE);
	const char *leaf_key = config_string(config, TLS_KEY);
	struct channel_pem bank = { 0 };
	int code;

	if (is_there(bank_crt) != is_there(bank_key))
		return bankctl_complain(EX_CONFIG,
		    "only one of %s and %s exists; restore the other from a "
		    "backup",
		    bank_crt, bank_key);
	if (is_there(bank_key))
		code = read_pair(&bank, bank_crt, bank_key);
	else
		code = make_bank(&bank, name, bank_crt, bank_key);
	if (code == 0 && (!is_there(leaf_crt) || !is_there(leaf_key)))
		code = make_leaf(&bank, name, leaf_crt, leaf_key);
	channel_pem_wipe(&bank);
	return code;
}

/*
 * The bank's certificates are signed with PKCS #1 v1.5, so that no signature
 * made here is one of those.
 */
static int
sign_bytes(EVP_PKEY *key, const void *data, size_t length, uint8_t **signature,
    size_t *signature_length)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	EVP_PKEY_CTX *context;
	int result = BANK_ECRYPTO;

	*signature_length = (size_t)EVP_PKEY_get_size(key);
	*signature = malloc(*signature_length);
	if (digest != NULL && *signature != NULL &&
	    EVP_DigestSignInit_ex(
		digest, &context, "SHA256", NULL, NULL, key, NULL) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) ==
		1 &&
	    EVP_DigestSign(
		digest, *signature, signature_length, data, length) == 1)
		result = 0;
	else
		result = openssl_error_take(BANK_EINVAL);
	EVP_MD_CTX_free(digest);
	return result;
}

int
bankctl_keys_sign(const char *path, const void *data, size_t length,
    uint8_t **signature, size_t *signature_length)
{
	EVP_PKEY *key = NULL;
	size_t pem_length = 0;
	char *pem = NULL;
	int result, code = 0;

	*signature = NULL;
	result = file_read(path, PEM_MAX, &pem, &pem_length);
	if (result != 0)
		return bankctl_file_unread(path, result);
	result = pem_read_key(&key, pem, pem_length);
	if (result == 0)
		result =
		    sign_bytes(key, data, length, signature, signature_length);
	if (result != 0)
		code = bankctl_complain_cannot(result, "the signature",
		    bank_strerror(result), "is it the bank's key?");
	EVP_PKEY_free(key);
	OPENSSL_cleanse(pem, pem_length);
	free(pem);
	return code;
}

/* 0 also where there is no bank that would have to read it. */
static int
reload(const struct bankctl *bankctl, bool *is_running)
{
	const char *const words[] = { "reload" };
	char *answer = NULL;
	int code = bankctl_client_ask(bankctl, NELEM(words), words, &answer);

	*is_running = code != CLIENT_NOBODY;
	if (!*is_running)
		return 0;
	if (code == 0 && control_get_code(answer) != 0)
		code = bankctl_client_print(answer, CONTROL_JSON_NONE);
	free(answer);
	return code;
}

int
bankctl_renew_run(struct bankctl *bankctl, int argc, char *argv[])
{
	const struct config *config = bankctl->config;
	struct control_text answer = { 0 };
	struct channel_pem bank = { 0 };
	bool is_running;
	int code;

	(void)argc;
	(void)argv;
	code = read_pair(&bank, config_string(config, KEYS_CERTIFICATE),
	    config_string(config, KEYS_KEY));
	if (code == 0)
		code = make_leaf(&bank, config_string(config, BANK_NAME),
		    config_string(config, TLS_CERTIFICATE),
		    config_string(config, TLS_KEY));
	channel_pem_wipe(&bank);
	if (code != 0)
		return code;
	if (bankctl->reason == NULL)
		bankctl->reason = "a new certificate";
	bankctl_note(bankctl, "renew", NULL);
	code = reload(bankctl, &is_running);
	return code == 0
	    ? bankctl_client_print_made(&answer, 0,
		  is_running ? "the front has a new certificate and key"
			     : "there is a new certificate and key for "
			       "the front",
		  bankctl->json)
	    : code;
}
