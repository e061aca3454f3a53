/* SPDX-License-Identifier: ISC */
/*
 * bank.crt and the leaf, field by field as atm-protocol(7) has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "../../../shared/crypt/channel.h"
#include "../../../shared/crypt/channel_certificate.h"
#include "../../../shared/base/error.h"
#include "../../../shared/crypt/pem.h"
#include "../../../shared/crypt/seal.h"
#include "../../../shared/crypt/seal_envelope.h"
#include "../../../shared/base/util.h"

#define DAY (24 * 60 * 60)
#define LONGEST                            \
	"12345678901234567890123456789012" \
	"34567890123456789012345678901234"

static struct channel_pem bank_pem, leaf_pem;
static X509 *bank, *leaf;

static int
setup(void **state)
{
	(void)state;
	if (channel_make_bank(&bank_pem, "Bank") != 0 ||
	    channel_make_leaf(&leaf_pem, "Front", &bank_pem) != 0 ||
	    pem_read_certificate(&bank, bank_pem.certificate,
		bank_pem.certificate_length) != 0 ||
	    pem_read_certificate(
		&leaf, leaf_pem.certificate, leaf_pem.certificate_length) != 0)
		return -1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	X509_free(leaf);
	X509_free(bank);
	channel_pem_wipe(&leaf_pem);
	channel_pem_wipe(&bank_pem);
	channel_pem_wipe(&bank_pem);
	return 0;
}

static void
assert_extension(X509 *certificate, int nid, bool critical)
{
	int at = X509_get_ext_by_NID(certificate, nid, -1);

	assert_true(at >= 0);
	assert_int_equal(
	    X509_EXTENSION_get_critical(X509_get_ext(certificate, at)),
	    critical);
	assert_int_equal(X509_get_ext_by_NID(certificate, nid, at), -1);
}

/* Valid since a day ago, for `days` from now, a minute more or less. */
static void
assert_dates(X509 *certificate, int days)
{
	const ASN1_TIME *from = X509_get0_notBefore(certificate);
	const ASN1_TIME *to = X509_get0_notAfter(certificate);
	time_t now = time(NULL);

	assert_int_equal(ASN1_TIME_cmp_time_t(from, now - DAY - 60), 1);
	assert_int_equal(ASN1_TIME_cmp_time_t(from, now - DAY + 1), -1);
	assert_int_equal(
	    ASN1_TIME_cmp_time_t(to, now + (time_t)days * DAY - 60), 1);
	assert_int_equal(
	    ASN1_TIME_cmp_time_t(to, now + (time_t)days * DAY + 1), -1);
}

static void
assert_pss(X509 *certificate)
{
	const X509_ALGOR *algorithm;
	int hash, bits;

	X509_get0_signature(NULL, &algorithm, certificate);
	assert_int_equal(OBJ_obj2nid(algorithm->algorithm), NID_rsassaPss);
	assert_true(
	    X509_get_signature_info(certificate, &hash, NULL, &bits, NULL));
	assert_int_equal(hash, NID_sha256);
	assert_int_equal(bits, 128);
}

static void
test_bank(void **state)
{
	(void)state;
	assert_int_equal(X509_get_version(bank), 2);
	assert_true(EVP_PKEY_is_a(X509_get0_pubkey(bank), "RSA"));
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(bank)), 3072);
	assert_int_equal(X509_verify(bank, X509_get0_pubkey(bank)), 1);
	assert_pss(bank);
	assert_int_equal(X509_check_ca(bank), 1);
	assert_int_equal(
	    X509_get_key_usage(bank), KU_KEY_CERT_SIGN | KU_KEY_ENCIPHERMENT);
	assert_extension(bank, NID_basic_constraints, true);
	assert_extension(bank, NID_key_usage, true);
	assert_extension(bank, NID_subject_key_identifier, false);
	assert_int_equal(X509_get_ext_count(bank), 3);
	assert_dates(bank, 20 * 365 + 5);
}

static void
test_leaf(void **state)
{
	(void)state;
	assert_int_equal(X509_get_version(leaf), 2);
	assert_true(EVP_PKEY_is_a(X509_get0_pubkey(leaf), "ED25519"));
	assert_int_equal(X509_verify(leaf, X509_get0_pubkey(bank)), 1);
	assert_int_equal(X509_check_issued(bank, leaf), X509_V_OK);
	assert_pss(leaf);
	assert_int_equal(X509_check_ca(leaf), 0);
	assert_int_equal(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_extended_key_usage(leaf), XKU_SSL_SERVER);
	assert_extension(leaf, NID_basic_constraints, true);
	assert_extension(leaf, NID_key_usage, true);
	assert_extension(leaf, NID_ext_key_usage, false);
	assert_extension(leaf, NID_subject_key_identifier, false);
	assert_extension(leaf, NID_authority_key_identifier, false);
	assert_int_equal(X509_get_ext_count(leaf), 5);
	assert_dates(leaf, CHANNEL_LEAF_DAYS);
}

/* By the strictest reading that OpenSSL has. */
static void
test_chain(void **state)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *chain = X509_STORE_CTX_new();

	(void)state;
	assert_int_equal(X509_STORE_add_cert(store, bank), 1);
	assert_int_equal(
	    X509_STORE_set_flags(store,
		X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE),
	    1);
	assert_int_equal(X509_STORE_CTX_init(chain, store, leaf, NULL), 1);
	assert_int_equal(
	    X509_STORE_CTX_set_purpose(chain, X509_PURPOSE_SSL_SERVER), 1);
	assert_int_equal(X509_verify_cert(chain), 1);
	X509_STORE_CTX_free(chain);
	X509_STORE_free(store);
}

static void
test_keys(void **state)
{
	uint8_t k[SEAL_KEY_SIZE], opened[SEAL_KEY_SIZE];
	uint8_t wrapped[FRAME_WRAPPED_SIZE];
	EVP_PKEY *public_key, *private_key;

	(void)state;
	memset(k, 7, sizeof(k));
	assert_int_equal(
	    strncmp(bank_pem.key, "-----BEGIN PRIVATE KEY-----", 27), 0);
	assert_int_equal(bank_pem.key_length, strlen(bank_pem.key));
	assert_int_equal(
	    pem_read_key(&private_key, bank_pem.key, bank_pem.key_length), 0);
	assert_int_equal(channel_bank_public(&public_key, bank_pem.certificate,
			     bank_pem.certificate_length),
	    0);
	assert_int_equal(seal_wrap(public_key, k, wrapped), 0);
	assert_int_equal(seal_unwrap(private_key, wrapped, opened), 0);
	assert_memory_equal(opened, k, sizeof(k));
	EVP_PKEY_free(private_key);
	EVP_PKEY_free(public_key);
}

static void
test_bank_public_refuses(void **state)
{
	EVP_PKEY *key = NULL;

	(void)state;
	/* A leaf, a key, nothing. */
	assert_int_equal(channel_bank_public(&key, leaf_pem.certificate,
			     leaf_pem.certificate_length),
	    BANK_EINVAL);
	assert_null(key);
	assert_int_equal(
	    channel_bank_public(&key, bank_pem.key, bank_pem.key_length),
	    BANK_EINVAL);
	assert_int_equal(channel_bank_public(&key, "", 0), BANK_EINVAL);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_expires(void **state)
{
	time_t when = 0, now = time(NULL);

	(void)state;
	assert_int_equal(channel_expires(leaf_pem.certificate,
			     leaf_pem.certificate_length, &when),
	    0);
	assert_true(when > now + 364 * DAY && when <= now + 365 * DAY);
	assert_int_equal(channel_expires(bank_pem.certificate,
			     bank_pem.certificate_length, &when),
	    0);
	assert_true(when > now + (time_t)7304 * DAY);
	assert_int_equal(channel_expires("junk", 4, &when), BANK_EINVAL);
}

/* A bank.crt that is over before a whole year is. */
static void
test_leaf_ends_with_bank(void **state)
{
	struct channel_pem old = bank_pem, pem;
	X509 *certificate = X509_dup(bank);
	EVP_PKEY *key;
	time_t when, end = time(NULL) + 30 * DAY;

	(void)state;
	assert_int_equal(
	    pem_read_key(&key, bank_pem.key, bank_pem.key_length), 0);
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), end));
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(pem_write_certificate(&old.certificate,
			     &old.certificate_length, certificate),
	    0);
	assert_int_equal(channel_make_leaf(&pem, "Front", &old), 0);
	assert_int_equal(
	    channel_expires(pem.certificate, pem.certificate_length, &when), 0);
	assert_int_equal(when, end);
	channel_pem_wipe(&pem);
	free(old.certificate);
	EVP_PKEY_free(key);
	X509_free(certificate);
}

static void
test_names(void **state)
{
	static const char *const wrong[] = { "", LONGEST "5", "\xff" };
	static const char *const right[] = { "Bank", "Se\xc3\xb1or", LONGEST };
	struct channel_pem pem;

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++) {
		assert_int_equal(
		    channel_make_leaf(&pem, wrong[i], &bank_pem), BANK_EINVAL);
		assert_null(pem.key);
		assert_null(pem.certificate);
	}
	for (size_t i = 0; i < NELEM(right); i++) {
		assert_int_equal(
		    channel_make_leaf(&pem, right[i], &bank_pem), 0);
		channel_pem_wipe(&pem);
	}
}

static void
test_leaf_refuses(void **state)
{
	struct channel_pem pem, mixed = bank_pem;

	(void)state;
	mixed.key = leaf_pem.key;
	mixed.key_length = leaf_pem.key_length;
	assert_int_equal(channel_make_leaf(&pem, "x", &mixed), BANK_ECERT);
	/* A leaf makes no leaves. */
	assert_int_equal(channel_make_leaf(&pem, "x", &leaf_pem), BANK_ECERT);
	mixed.key_length = 0;
	assert_int_equal(channel_make_leaf(&pem, "x", &mixed), BANK_EINVAL);
	mixed.certificate_length = 10;
	assert_int_equal(channel_make_leaf(&pem, "x", &mixed), BANK_EINVAL);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_serials_differ(void **state)
{
	struct channel_pem pem;
	X509 *other;

	(void)state;
	assert_int_equal(channel_make_leaf(&pem, "Front", &bank_pem), 0);
	assert_int_equal(pem_read_certificate(
			     &other, pem.certificate, pem.certificate_length),
	    0);
	assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(other),
				 X509_get0_serialNumber(leaf)),
	    0);
	assert_string_not_equal(pem.key, leaf_pem.key);
	X509_free(other);
	channel_pem_wipe(&pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bank),
		cmocka_unit_test(test_leaf),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bank_public_refuses),
		cmocka_unit_test(test_expires),
		cmocka_unit_test(test_leaf_ends_with_bank),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_leaf_refuses),
		cmocka_unit_test(test_serials_differ),
	};

	return cmocka_run_group_tests_name(
	    "certificate", tests, setup, teardown);
}
