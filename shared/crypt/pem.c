/* SPDX-License-Identifier: ISC */
/*
 * PEM in memory.  Every process; touches no file and leaves no copy of a key
 * behind: OpenSSL wipes the memory of a BIO that it frees.
 */
#include "pem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "../base/error.h"
#include "openssl_error.h"

/* OpenSSL's own callback would ask on the terminal. */
static int
no_passphrase(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static BIO *
open_bytes(const void *pem, size_t length)
{
	return length > INT_MAX ? NULL : BIO_new_mem_buf(pem, (int)length);
}

int
pem_read_key(EVP_PKEY **key, const void *pem, size_t length)
{
	BIO *bio = open_bytes(pem, length);

	*key = NULL;
	if (bio != NULL)
		*key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (*key == NULL)
		return openssl_error_take(BANK_EINVAL);
	ERR_clear_error();
	return 0;
}

int
pem_read_certificate(X509 **certificate, const void *pem, size_t length)
{
	BIO *bio = open_bytes(pem, length);

	*certificate = NULL;
	if (bio != NULL)
		*certificate =
		    PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (*certificate == NULL)
		return openssl_error_take(BANK_EINVAL);
	ERR_clear_error();
	return 0;
}

/* Returns what was written to `bio` (NULL if that failed), and frees it. */
static int
take_text(BIO *bio, char **pem, size_t *length)
{
	char *text, *copy;
	long n;

	if (bio == NULL)
		return openssl_error_take(BANK_ECRYPTO);
	ERR_clear_error();
	n = BIO_get_mem_data(bio, &text);
	if ((copy = malloc((size_t)n + 1)) != NULL) {
		memcpy(copy, text, (size_t)n);
		copy[n] = '\0';
		*pem = copy;
		*length = (size_t)n;
	}
	BIO_free(bio);
	return copy == NULL ? BANK_ENOMEM : 0;
}

int
pem_write_key(char **pem, size_t *length, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL &&
	    !PEM_write_bio_PKCS8PrivateKey(
		bio, key, NULL, NULL, 0, NULL, NULL)) {
		BIO_free(bio);
		bio = NULL;
	}
	return take_text(bio, pem, length);
}

int
pem_write_certificate(char **pem, size_t *length, X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL && !PEM_write_bio_X509(bio, certificate)) {
		BIO_free(bio);
		bio = NULL;
	}
	return take_text(bio, pem, length);
}
