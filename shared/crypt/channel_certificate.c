/* SPDX-License-Identifier: ISC */
/*
 * Makes the bank's two certificates, with the functions of channel.h that
 * bankctl(8) calls: bank.crt for Kpub, which every ATM holds, and the leaf that
 * a front presents.  No process of bankd signs one.
 */
#include "channel_certificate.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "../base/error.h"
#include "channel.h"
#include "openssl_error.h"
#include "pem.h"
#include "../base/util.h"

#define SERIAL_BYTES 16
#define SLACK_DAYS 1 /* into the past: the ATM's clock may be slow */
#define VERSION_3 2
/* Room for leap days; 20 years have five. */
#define BANK_DAYS (CHANNEL_BANK_YEARS * 365 + CHANNEL_BANK_YEARS / 4)

struct extension {
	int nid;
	const char *value;
};

static const struct extension bank_extensions[] = {
	{ NID_basic_constraints, "critical,CA:TRUE" },
	{ NID_key_usage, "critical,keyCertSign,keyEncipherment" },
	{ NID_subject_key_identifier, "hash" },
};

static const struct extension leaf_extensions[] = {
	{ NID_basic_constraints, "critical,CA:FALSE" },
	{ NID_key_usage, "critical,digitalSignature" },
	{ NID_ext_key_usage, "serverAuth" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid:always" },
};

static int
set_serial(X509 *certificate)
{
	uint8_t bytes[SERIAL_BYTES];
	BIGNUM *number;
	int ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return 0;
	/* A serial number is positive and always has the same length. */
	bytes[0] = (bytes[0] & 0x3f) | 0x40;
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = number != NULL &&
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) !=
		NULL;
	BN_free(number);
	return ok;
}

static int
add_extensions(
    X509 *certificate, X509 *issuer, const struct extension *rows, size_t count)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&context);
	for (size_t i = 0; i < count; i++) {
		int ok;

		extension = X509V3_EXT_conf_nid(
		    NULL, &context, rows[i].nid, rows[i].value);
		ok = extension != NULL &&
		    X509_add_ext(certificate, extension, -1);
		X509_EXTENSION_free(extension);
		if (!ok)
			return 0;
	}
	return 1;
}

/* Sets the subject `name`, key and dates; issuer and extensions follow. */
static int
begin_certificate(X509 **made, EVP_PKEY *key, const char *name, int days)
{
	X509 *certificate = X509_new();
	X509_NAME *subject;

	*made = certificate;
	if (certificate == NULL)
		return BANK_ENOMEM;
	subject = X509_get_subject_name(certificate);
	/* This refuses names other than 1 to 64 characters of UTF-8. */
	if (!X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		(const uint8_t *)name, -1, -1, 0))
		return openssl_error_take(BANK_EINVAL);
	if (!X509_set_version(certificate, VERSION_3) ||
	    !set_serial(certificate) ||
	    X509_time_adj_ex(X509_getm_notBefore(certificate), -SLACK_DAYS, 0,
		NULL) == NULL ||
	    X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, NULL) ==
		NULL ||
	    !X509_set_pubkey(certificate, key))
		return BANK_ECRYPTO;
	return 0;
}

/* Signs with RSA-PSS and SHA-256, with a salt as long as the hash. */
static int
sign(X509 *certificate, EVP_PKEY *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters; /* the context's */
	int ok;

	ok = context != NULL &&
	    EVP_DigestSignInit(context, &parameters, EVP_sha256(), NULL, key) ==
		1 &&
	    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) >
		0 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(
		parameters, RSA_PSS_SALTLEN_DIGEST) > 0 &&
	    X509_sign_ctx(certificate, context) > 0;
	EVP_MD_CTX_free(context);
	return ok;
}

/* Writes both as PEM; on failure `pem` is empty. */
static int
write_pair(struct channel_pem *pem, EVP_PKEY *key, X509 *certificate)
{
	int error;

	error = pem_write_key(&pem->key, &pem->key_length, key);
	if (error == 0)
		error = pem_write_certificate(
		    &pem->certificate, &pem->certificate_length, certificate);
	if (error != 0)
		channel_pem_wipe(pem);
	return error;
}

int
channel_make_bank(struct channel_pem *pem, const char *name)
{
	X509 *bank = NULL;
	EVP_PKEY *key;
	int error = BANK_ECRYPTO;

	memset(pem, 0, sizeof(*pem));
	if ((key = EVP_RSA_gen(CHANNEL_BANK_BITS)) == NULL)
		goto out;
	if ((error = begin_certificate(&bank, key, name, BANK_DAYS)) != 0)
		goto out;
	error = BANK_ECRYPTO;
	if (!X509_set_issuer_name(bank, X509_get_subject_name(bank)) ||
	    !add_extensions(
		bank, bank, bank_extensions, NELEM(bank_extensions)) ||
	    !sign(bank, key))
		goto out;
	error = write_pair(pem, key, bank);
out:
	if (error == BANK_ECRYPTO)
		error = openssl_error_take(error);
	X509_free(bank);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return error;
}

/* A leaf does not outlive the certificate that signs it. */
static int
bound_leaf(X509 *leaf, X509 *bank)
{
	const ASN1_TIME *end = X509_get0_notAfter(bank);

	if (ASN1_TIME_compare(X509_get0_notAfter(leaf), end) <= 0)
		return 1;
	return X509_set1_notAfter(leaf, end);
}

static int
make_leaf(
    struct channel_pem *pem, const char *name, X509 *bank, EVP_PKEY *bank_key)
{
	EVP_PKEY *key;
	X509 *leaf = NULL;
	int error = BANK_ECRYPTO;

	if ((key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")) == NULL)
		goto out;
	error = begin_certificate(&leaf, key, name, CHANNEL_LEAF_DAYS);
	if (error != 0)
		goto out;
	error = BANK_ECRYPTO;
	if (!X509_set_issuer_name(leaf, X509_get_subject_name(bank)) ||
	    !bound_leaf(leaf, bank) ||
	    !add_extensions(
		leaf, bank, leaf_extensions, NELEM(leaf_extensions)) ||
	    !sign(leaf, bank_key))
		goto out;
	error = write_pair(pem, key, leaf);
out:
	X509_free(leaf);
	EVP_PKEY_free(key);
	return error;
}

int
channel_make_leaf(
    struct channel_pem *pem, const char *name, const struct channel_pem *bank)
{
	X509 *certificate = NULL;
	EVP_PKEY *key = NULL;
	int error;

	memset(pem, 0, sizeof(*pem));
	if ((error = pem_read_certificate(&certificate, bank->certificate,
		 bank->certificate_length)) != 0 ||
	    (error = pem_read_key(&key, bank->key, bank->key_length)) != 0)
		goto out;
	error = BANK_ECERT;
	if (!EVP_PKEY_is_a(key, "RSA") ||
	    !X509_check_private_key(certificate, key))
		goto out;
	error = make_leaf(pem, name, certificate, key);
out:
	if (error == BANK_ECERT || error == BANK_ECRYPTO)
		error = openssl_error_take(error);
	EVP_PKEY_free(key);
	X509_free(certificate);
	ERR_clear_error();
	return error;
}

void
channel_pem_wipe(struct channel_pem *pem)
{
	if (pem->key != NULL)
		OPENSSL_cleanse(pem->key, pem->key_length);
	free(pem->key);
	free(pem->certificate);
	memset(pem, 0, sizeof(*pem));
}

const char *
channel_time_text(time_t time, char text[CHANNEL_TIME_SIZE])
{
	struct tm tm;

	if (gmtime_r(&time, &tm) == NULL ||
	    strftime(text, CHANNEL_TIME_SIZE, "%FT%TZ", &tm) == 0)
		string_copy(text, "?", CHANNEL_TIME_SIZE);
	return text;
}

int
channel_expires(const void *certificate_pem, size_t length, time_t *when)
{
	X509 *certificate;
	struct tm end;
	int error;

	error = pem_read_certificate(&certificate, certificate_pem, length);
	if (error != 0)
		return error;
	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end))
		*when = timegm(&end);
	else
		error = BANK_EINVAL;
	X509_free(certificate);
	ERR_clear_error();
	return error;
}

int
channel_subject(
    const void *certificate_pem, size_t length, char name[CHANNEL_NAME_SIZE])
{
	X509 *certificate;
	int error, found;

	error = pem_read_certificate(&certificate, certificate_pem, length);
	if (error != 0)
		return error;
	found = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
	    NID_commonName, name, CHANNEL_NAME_SIZE);
	X509_free(certificate);
	ERR_clear_error();
	for (char *c = name; found > 0 && *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return found > 0 ? 0 : BANK_EINVAL;
}
