/* SPDX-License-Identifier: ISC */
/*
 * TLS on both sides: the front (server) and the ATM (client).  It owns no
 * socket and opens no file.  The policy is only here: TLS 1.3, ALPN `atm/1`, no
 * resumption, one trust anchor.
 */
#include "channel.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "../base/error.h"
#include "openssl_error.h"
#include "pem.h"
#include "../base/util.h"

#define BINDING_LABEL "EXPORTER-Channel-Binding"

/* The length and the name, as ALPN sends them. */
static const uint8_t alpn[] = { 5, 'a', 't', 'm', '/', '1' };

/* Sets what applies to both sides.  Returns NULL if OpenSSL fails. */
static SSL_CTX *
context_make(const SSL_METHOD *method)
{
	SSL_CTX *context = SSL_CTX_new(method);

	if (context == NULL)
		return NULL;
	SSL_CTX_set_options(context,
	    SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	/* Buffers are the larger part of what an idle connection costs. */
	SSL_CTX_set_mode(context,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
	if (!SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) ||
	    !SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION)) {
		SSL_CTX_free(context);
		return NULL;
	}
	return context;
}

static bool
is_ours(const uint8_t *protocol, size_t length)
{
	return length == sizeof(alpn) && memcmp(protocol, alpn, length) == 0;
}

void
channel_note_software(SSL *ssl, char software[WIRE_SOFTWARE_SIZE])
{
	software[0] = '\0';
	SSL_set_app_data(ssl, software);
}

/* The first of the peer's protocols that has the form of one. */
static void
note_software(SSL *ssl, const unsigned char *offered, size_t length)
{
	char *software = SSL_get_app_data(ssl);
	size_t size;

	for (size_t at = 0; software != NULL && at < length; at += 1 + size) {
		size = offered[at];
		if (size > length - at - 1)
			return;
		if (is_ours(offered + at, 1 + size) ||
		    !wire_is_software((const char *)offered + at + 1, size))
			continue;
		memcpy(software, offered + at + 1, size);
		software[size] = '\0';
		return;
	}
}

/* Called only if the peer offers ALPN. */
static int
choose_alpn(SSL *ssl, const unsigned char **chosen, unsigned char *length,
    const unsigned char *offered, unsigned int offered_length, void *argument)
{
	unsigned char *match;

	(void)argument;
	note_software(ssl, offered, offered_length);
	if (SSL_select_next_proto(&match, length, alpn, sizeof(alpn), offered,
		offered_length) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = match;
	return SSL_TLSEXT_ERR_OK;
}

int
channel_server(SSL_CTX **context, const void *leaf_pem, size_t leaf_length,
    const void *key_pem, size_t key_length)
{
	X509 *leaf = NULL;
	EVP_PKEY *key = NULL;
	SSL_CTX *made = NULL;
	int error;

	*context = NULL;
	if ((error = pem_read_certificate(&leaf, leaf_pem, leaf_length)) != 0 ||
	    (error = pem_read_key(&key, key_pem, key_length)) != 0)
		goto out;
	error = BANK_ECERT;
	if (!X509_check_private_key(leaf, key))
		goto out;
	error = BANK_ECRYPTO;
	if ((made = context_make(TLS_server_method())) == NULL ||
	    !SSL_CTX_set_num_tickets(made, 0) ||
	    !SSL_CTX_set_max_early_data(made, 0) ||
	    !SSL_CTX_use_certificate(made, leaf) ||
	    !SSL_CTX_use_PrivateKey(made, key))
		goto out;
	SSL_CTX_set_alpn_select_cb(made, choose_alpn, NULL);
	*context = made;
	made = NULL;
	error = 0;
out:
	if (error == BANK_ECERT || error == BANK_ECRYPTO)
		error = openssl_error_take(error);
	SSL_CTX_free(made);
	EVP_PKEY_free(key);
	X509_free(leaf);
	ERR_clear_error();
	return error;
}

void
channel_note_validity(SSL *ssl, struct channel_validity *validity)
{
	SSL_set_app_data(ssl, validity);
}

static time_t
time_of(const ASN1_TIME *asn1)
{
	struct tm tm;

	return ASN1_TIME_to_tm(asn1, &tm) ? timegm(&tm) : 0;
}

/* OpenSSL checks the dates after it has verified the signature. */
static void
note_validity(X509_STORE_CTX *chain)
{
	const X509 *certificate = X509_STORE_CTX_get_current_cert(chain);
	const int error = X509_STORE_CTX_get_error(chain);
	struct channel_validity *validity;
	SSL *ssl;

	ssl = X509_STORE_CTX_get_ex_data(
	    chain, SSL_get_ex_data_X509_STORE_CTX_idx());
	if (ssl == NULL || (validity = SSL_get_app_data(ssl)) == NULL ||
	    certificate == NULL ||
	    (error != X509_V_ERR_CERT_NOT_YET_VALID &&
		error != X509_V_ERR_CERT_HAS_EXPIRED))
		return;
	validity->found = true;
	validity->anchor = X509_STORE_CTX_get_error_depth(chain) > 0;
	validity->begins = time_of(X509_get0_notBefore(certificate));
	validity->ends = time_of(X509_get0_notAfter(certificate));
}

/*
 * In addition to OpenSSL's own check of the purpose, which accepts a
 * certificate without extended key usage, even bank.crt, for a server.  A front
 * has a leaf, and a leaf states its purpose.
 */
static int
check_usage(int ok, X509_STORE_CTX *chain)
{
	X509 *leaf = X509_STORE_CTX_get_current_cert(chain);

	if (!ok)
		note_validity(chain);
	if (!ok || X509_STORE_CTX_get_error_depth(chain) != 0)
		return ok;
	if ((X509_get_extension_flags(leaf) & EXFLAG_CA) == 0 &&
	    X509_get_extended_key_usage(leaf) == XKU_SSL_SERVER)
		return 1;
	X509_STORE_CTX_set_error(chain, X509_V_ERR_INVALID_PURPOSE);
	return 0;
}

int
channel_client(SSL_CTX **context, const void *bank_crt_pem, size_t length)
{
	X509 *bank;
	SSL_CTX *made = NULL;
	int error;

	*context = NULL;
	if ((error = pem_read_certificate(&bank, bank_crt_pem, length)) != 0)
		return error;
	error = BANK_ECRYPTO;
	if ((made = context_make(TLS_client_method())) == NULL ||
	    !X509_STORE_add_cert(SSL_CTX_get_cert_store(made), bank) ||
	    /* This function of OpenSSL's returns 0 on success. */
	    SSL_CTX_set_alpn_protos(made, alpn, sizeof(alpn)) != 0)
		goto out;
	SSL_CTX_set_verify(made, SSL_VERIFY_PEER, check_usage);
	*context = made;
	made = NULL;
	error = 0;
out:
	if (error != 0)
		error = openssl_error_take(error);
	SSL_CTX_free(made);
	X509_free(bank);
	ERR_clear_error();
	return error;
}

int
channel_say_software(SSL_CTX *context, const char *software)
{
	uint8_t protocols[sizeof(alpn) + WIRE_SOFTWARE_SIZE];
	size_t length = strlen(software);

	if (!wire_is_software(software, length))
		return BANK_EINVAL;
	memcpy(protocols, alpn, sizeof(alpn));
	protocols[sizeof(alpn)] = (uint8_t)length;
	memcpy(protocols + sizeof(alpn) + 1, software, length);
	return SSL_CTX_set_alpn_protos(context, protocols,
		   (unsigned)(sizeof(alpn) + 1 + length)) == 0
	    ? 0
	    : openssl_error_take(BANK_ECRYPTO);
}

int
channel_bank_public(EVP_PKEY **key, const void *bank_crt_pem, size_t length)
{
	X509 *bank;
	int error;

	*key = NULL;
	if ((error = pem_read_certificate(&bank, bank_crt_pem, length)) != 0)
		return error;
	*key = X509_get_pubkey(bank);
	X509_free(bank);
	if (*key == NULL)
		return openssl_error_take(BANK_EINVAL);
	if (EVP_PKEY_is_a(*key, "RSA") &&
	    EVP_PKEY_get_bits(*key) == CHANNEL_BANK_BITS)
		return 0;
	EVP_PKEY_free(*key);
	*key = NULL;
	return openssl_error_take(BANK_EINVAL);
}

int
channel_binding(SSL *ssl, uint8_t binding[FRAME_BINDING_SIZE])
{
	if (SSL_export_keying_material(ssl, binding, FRAME_BINDING_SIZE,
		BINDING_LABEL, strlen(BINDING_LABEL), (const uint8_t *)"", 0,
		1) == 1)
		return 0;
	ERR_clear_error();
	return BANK_ECRYPTO;
}

time_t
channel_leaf_ends(const SSL *ssl)
{
	const X509 *leaf = SSL_get0_peer_certificate(ssl);
	struct tm end;

	if (leaf == NULL || !ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end))
		return 0;
	return timegm(&end);
}

/*
 * Whether the handshake failed without a refused certificate because the two
 * OpenSSLs have no algorithm in common, for example by SECLEVEL.  Then the
 * client's offer was too small, and the server says so with an alert.
 */
static int
agreement_error(void)
{
	static const int reasons[] = { SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
		SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY,
		SSL_R_WRONG_SIGNATURE_TYPE, SSL_R_NO_CIPHERS_AVAILABLE,
		SSL_R_NO_SUITABLE_GROUPS, SSL_R_NO_SUITABLE_KEY_SHARE,
		SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM };
	const int reason = ERR_GET_REASON(ERR_peek_error());

	for (size_t i = 0; i < NELEM(reasons); i++)
		if (reasons[i] == reason)
			return openssl_error_take(BANK_ECRYPTO);
	return BANK_ECLOSED;
}

int
channel_handshake_error(SSL *ssl)
{
	static const struct {
		long result;
		int error;
	} errors[] = {
		{ X509_V_ERR_CERT_NOT_YET_VALID, BANK_ECLOCK },
		{ X509_V_ERR_CERT_HAS_EXPIRED, BANK_EEXPIRED },
		/* These depend on the configuration of OpenSSL, by SECLEVEL. */
		{ X509_V_ERR_EE_KEY_TOO_SMALL, BANK_ECRYPTO },
		{ X509_V_ERR_CA_KEY_TOO_SMALL, BANK_ECRYPTO },
		{ X509_V_ERR_CA_MD_TOO_WEAK, BANK_ECRYPTO },
		/* A lack of memory is not a forgery. */
		{ X509_V_ERR_OUT_OF_MEM, BANK_ENOMEM },
	};
	const long result = SSL_get_verify_result(ssl);

	if (result == X509_V_OK)
		return agreement_error();
	openssl_error_note(X509_verify_cert_error_string(result));
	for (size_t i = 0; i < NELEM(errors); i++)
		if (errors[i].result == result)
			return errors[i].error;
	return BANK_ECERT;
}
