/* SPDX-License-Identifier: ISC */
/*
 * Describes OpenSSL's failures.  Every process; fetches algorithms to check
 * whether they exist, and uses none.
 */
#include "openssl_error.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "../base/error.h"
#include "../base/util.h"

#define REASON_SIZE 256
#define FILE_TEXT_SIZE 512
#define NO_REASON "it gives no reason"

static _Thread_local char kept[REASON_SIZE];

static bool
has_keys(const char *name)
{
	EVP_KEYMGMT *found = EVP_KEYMGMT_fetch(NULL, name, NULL);

	EVP_KEYMGMT_free(found);
	return found != NULL;
}

static bool
has_signature(const char *name)
{
	EVP_SIGNATURE *found = EVP_SIGNATURE_fetch(NULL, name, NULL);

	EVP_SIGNATURE_free(found);
	return found != NULL;
}

static bool
has_digest(const char *name)
{
	EVP_MD *found = EVP_MD_fetch(NULL, name, NULL);

	EVP_MD_free(found);
	return found != NULL;
}

static bool
has_cipher(const char *name)
{
	EVP_CIPHER *found = EVP_CIPHER_fetch(NULL, name, NULL);

	EVP_CIPHER_free(found);
	return found != NULL;
}

static bool
has_kdf(const char *name)
{
	EVP_KDF *found = EVP_KDF_fetch(NULL, name, NULL);

	EVP_KDF_free(found);
	return found != NULL;
}

static bool
has_asymmetric(const char *name)
{
	EVP_ASYM_CIPHER *found = EVP_ASYM_CIPHER_fetch(NULL, name, NULL);

	EVP_ASYM_CIPHER_free(found);
	return found != NULL;
}

/* The algorithms of bank.crt, leaf, seals and kiosks. */
static const struct {
	bool (*has)(const char *name);
	const char *name;
} needs[] = {
	{ has_keys, "RSA" },
	{ has_keys, "ED25519" },
	{ has_keys, "X25519" },
	{ has_signature, "RSA" },
	{ has_signature, "ED25519" },
	{ has_asymmetric, "RSA" },
	{ has_digest, "SHA256" },
	{ has_cipher, "AES-256-GCM" },
	{ has_kdf, "HKDF" },
};

/* The queue's text may contain bytes of a file. */
static void
clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7f)
			*text = '?';
}

/* The first error is the cause; the later ones report its consequences. */
static void
keep_reason(void)
{
	const char *data = "", *reason;
	unsigned long code;
	int flags = 0;

	code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags);
	reason = code != 0 ? ERR_reason_error_string(code) : NULL;
	string_copy(kept, reason != NULL ? reason : "", sizeof(kept));
	if (reason != NULL && (flags & ERR_TXT_STRING) != 0 && *data != '\0')
		snprintf(kept, sizeof(kept), "%s: %s", reason, data);
	clean(kept);
	ERR_clear_error();
}

/*
 * Where there was no memory to start it, OpenSSL 3.0 uses a library context
 * without locks all the same, and crashes.
 */
int
openssl_error_check(void)
{
	ERR_clear_error();
	if (OSSL_LIB_CTX_get0_global_default() == NULL)
		return BANK_ENOMEM;
	for (size_t i = 0; i < NELEM(needs); i++) {
		if (needs[i].has(needs[i].name))
			continue;
		keep_reason();
		if (kept[0] == '\0')
			openssl_error_note(NO_REASON);
		return BANK_ECRYPTO;
	}
	return 0;
}

int
openssl_error_take(int error)
{
	bool no_memory =
	    ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
	int missing;

	keep_reason();
	if (no_memory)
		return BANK_ENOMEM;
	/* A missing algorithm is a better explanation than a bad file. */
	missing = openssl_error_check();
	return missing != 0 ? missing : error;
}

void
openssl_error_note(const char *reason)
{
	string_copy(kept, reason, sizeof(kept));
	clean(kept);
}

const char *
openssl_error_reason(void)
{
	return kept;
}

/* Names the default file only if it exists. */
void
openssl_error_file(char *text, size_t size)
{
	const char *given = secure_getenv("OPENSSL_CONF");
	char *path = CONF_get1_default_config_file();

	text[0] = '\0';
	if (path != NULL && (given != NULL || access(path, F_OK) == 0))
		snprintf(text, size, "%s%s", path,
		    given != NULL ? " (OPENSSL_CONF)" : "");
	clean(text);
	OPENSSL_free(path);
}

void
openssl_error_say(
    int error, const char *wrong, const char *help, char *text, size_t size)
{
	char file[FILE_TEXT_SIZE];
	bool known = kept[0] != '\0';

	if (error == BANK_ENOMEM) {
		string_copy(text, bank_strerror(error), size);
		return;
	}
	if (error != BANK_ECRYPTO) {
		snprintf(text, size, "%s%s%s%s; %s", wrong,
		    known ? " (OpenSSL: " : "", kept, known ? ")" : "", help);
		return;
	}
	openssl_error_file(file, sizeof(file));
	snprintf(text, size, "OpenSSL can't do this here: %s%s%s%s",
	    known ? kept : NO_REASON, file[0] != '\0' ? "; " : "", file,
	    file[0] != '\0' ? " configures it" : "");
}
