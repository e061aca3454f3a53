/* SPDX-License-Identifier: ISC */
/*
 * Handshakes of both contexts, over memory: what is accepted, what is
 * refused, and what the ATM says about it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "../../../shared/crypt/channel.h"
#include "../../../shared/crypt/channel_certificate.h"
#include "../../../shared/base/error.h"
#include "../../../shared/crypt/pem.h"
#include "../../../shared/base/util.h"

#define HOUR (60 * 60)
#define DAY (24 * HOUR)

static struct channel_pem bank, leaf, other_bank, other_leaf;

/* Two ends of one connection. */
static SSL_CTX *server_context, *client_context;
static SSL *server, *client;

static int
setup(void **state)
{
	(void)state;
	if (channel_make_bank(&bank, "Bank") != 0 ||
	    channel_make_leaf(&leaf, "Bank", &bank) != 0 ||
	    channel_make_bank(&other_bank, "Bank") != 0 ||
	    channel_make_leaf(&other_leaf, "Bank", &other_bank) != 0)
		return -1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	channel_pem_wipe(&bank);
	channel_pem_wipe(&leaf);
	channel_pem_wipe(&other_bank);
	channel_pem_wipe(&other_leaf);
	return 0;
}

static int
contexts_make(void **state)
{
	(void)state;
	if (channel_server(&server_context, leaf.certificate,
		leaf.certificate_length, leaf.key, leaf.key_length) != 0)
		return -1;
	return channel_client(
	    &client_context, bank.certificate, bank.certificate_length);
}

static void
hang_up(void)
{
	SSL_free(server);
	SSL_free(client);
	server = client = NULL;
	ERR_clear_error();
}

static int
contexts_free(void **state)
{
	(void)state;
	hang_up();
	SSL_CTX_free(server_context);
	SSL_CTX_free(client_context);
	server_context = client_context = NULL;
	return 0;
}

static void
connect_ends(void)
{
	BIO *near_end, *far_end;

	hang_up();
	server = SSL_new(server_context);
	client = SSL_new(client_context);
	assert_int_equal(BIO_new_bio_pair(&near_end, 0, &far_end, 0), 1);
	SSL_set_bio(server, near_end, near_end);
	SSL_set_bio(client, far_end, far_end);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
}

static bool
step(SSL *ssl)
{
	int result = SSL_do_handshake(ssl);

	return result == 1 || SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ;
}

/* Whether both ends came to the end of it. */
static bool
handshake(void)
{
	for (int i = 0; i < 10; i++) {
		bool client_goes_on = step(client);
		bool server_goes_on = step(server);

		if (!client_goes_on || !server_goes_on) {
			ERR_clear_error();
			return false;
		}
		if (SSL_is_init_finished(client) &&
		    SSL_is_init_finished(server))
			return true;
	}
	return false;
}

static bool
handshake_new(void)
{
	connect_ends();
	return handshake();
}

static void
test_agrees(void **state)
{
	const unsigned char *protocol;
	unsigned int length;
	char byte;

	(void)state;
	assert_true(handshake_new());
	assert_int_equal(SSL_version(client), TLS1_3_VERSION);
	SSL_get0_alpn_selected(client, &protocol, &length);
	assert_int_equal(length, 5);
	assert_memory_equal(protocol, "atm/1", 5);
	assert_int_equal(SSL_write(server, "x", 1), 1);
	assert_int_equal(SSL_read(client, &byte, 1), 1);
	/* Nothing to resume with. */
	assert_int_equal(SSL_get_num_tickets(server), 0);
	assert_false(SSL_SESSION_is_resumable(SSL_get_session(client)));
	assert_int_equal(
	    SSL_SESSION_get_max_early_data(SSL_get_session(client)), 0);
}

static void
test_binding(void **state)
{
	uint8_t here[FRAME_BINDING_SIZE], there[FRAME_BINDING_SIZE];
	uint8_t plain[FRAME_BINDING_SIZE];

	(void)state;
	connect_ends();
	assert_int_equal(channel_binding(client, here), BANK_ECRYPTO);
	assert_int_equal(ERR_peek_error(), 0);
	assert_true(handshake());
	assert_int_equal(channel_binding(client, here), 0);
	assert_int_equal(channel_binding(server, there), 0);
	assert_memory_equal(here, there, sizeof(here));
	/* An empty context and none are the same in TLS 1.3. */
	assert_int_equal(
	    SSL_export_keying_material(client, plain, sizeof(plain),
		"EXPORTER-Channel-Binding", 24, NULL, 0, 0),
	    1);
	assert_memory_equal(here, plain, sizeof(here));
	assert_true(handshake_new());
	assert_int_equal(channel_binding(client, there), 0);
	assert_memory_not_equal(here, there, sizeof(here));
}

static void
test_other_bank(void **state)
{
	(void)state;
	SSL_CTX_free(client_context);
	assert_int_equal(channel_client(&client_context, other_bank.certificate,
			     other_bank.certificate_length),
	    0);
	assert_false(handshake_new());
	assert_int_equal(channel_handshake_error(client), BANK_ECERT);
}

/* Who holds Kprb but shows bank.crt itself is no front. */
static void
test_bank_is_no_leaf(void **state)
{
	(void)state;
	SSL_CTX_free(server_context);
	assert_int_equal(
	    channel_server(&server_context, bank.certificate,
		bank.certificate_length, bank.key, bank.key_length),
	    0);
	assert_false(handshake_new());
	assert_int_equal(channel_handshake_error(client), BANK_ECERT);
}

static void
replace_extension(X509 *certificate, int nid, const char *value)
{
	int at = X509_get_ext_by_NID(certificate, nid, -1);
	X509_EXTENSION *extension;

	X509_EXTENSION_free(X509_delete_ext(certificate, at));
	if (value == NULL)
		return;
	extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* The leaf with another value (NULL: none) of one extension, signed again. */
static void
use_leaf_with(int nid, const char *value)
{
	X509 *certificate;
	EVP_PKEY *key;

	assert_int_equal(pem_read_certificate(&certificate, leaf.certificate,
			     leaf.certificate_length),
	    0);
	assert_int_equal(pem_read_key(&key, bank.key, bank.key_length), 0);
	replace_extension(certificate, nid, value);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(
	    SSL_CTX_use_certificate(server_context, certificate), 1);
	EVP_PKEY_free(key);
	X509_free(certificate);
}

static void
test_usage(void **state)
{
	static const struct {
		int nid;
		const char *value;
	} wrong[] = {
		{ NID_ext_key_usage, "clientAuth" },
		{ NID_ext_key_usage, "serverAuth,clientAuth" },
		{ NID_ext_key_usage, NULL },
		{ NID_basic_constraints, "critical,CA:TRUE" },
		{ NID_key_usage, "critical,keyCertSign" },
	};

	(void)state;
	use_leaf_with(NID_ext_key_usage, "serverAuth");
	assert_true(handshake_new());
	for (size_t i = 0; i < NELEM(wrong); i++) {
		use_leaf_with(wrong[i].nid, wrong[i].value);
		assert_false(handshake_new());
		assert_int_equal(channel_handshake_error(client), BANK_ECERT);
	}
}

static bool
handshake_at(time_t offset)
{
	X509_VERIFY_PARAM_set_time(
	    SSL_CTX_get0_param(client_context), time(NULL) + offset);
	return handshake_new();
}

static void
test_dates(void **state)
{
	(void)state;
	assert_true(handshake_at(-23 * HOUR));
	assert_true(handshake_at(364 * DAY));
	assert_false(handshake_at(-25 * HOUR));
	assert_int_equal(channel_handshake_error(client), BANK_ECLOCK);
	assert_false(handshake_at(366 * DAY));
	assert_int_equal(channel_handshake_error(client), BANK_EEXPIRED);
	/* bank.crt is over too. */
	assert_false(handshake_at((time_t)21 * 365 * DAY));
	assert_int_equal(channel_handshake_error(client), BANK_EEXPIRED);
}

/* What is told of a certificate that isn't valid at this time. */
static void
test_validity(void **state)
{
	struct channel_validity validity = { .found = false };
	time_t end;

	(void)state;
	assert_int_equal(
	    channel_expires(leaf.certificate, leaf.certificate_length, &end),
	    0);
	X509_VERIFY_PARAM_set_time(
	    SSL_CTX_get0_param(client_context), end + DAY);
	connect_ends();
	channel_note_validity(client, &validity);
	assert_false(handshake());
	assert_true(validity.found);
	assert_false(validity.anchor);
	assert_int_equal(validity.ends, end);
	assert_in_range(validity.begins, end - 367 * DAY, end - 365 * DAY);
	/* Of a certificate that isn't the bank's nothing is told. */
	validity.found = false;
	SSL_CTX_free(client_context);
	assert_int_equal(channel_client(&client_context, other_bank.certificate,
			     other_bank.certificate_length),
	    0);
	X509_VERIFY_PARAM_set_time(
	    SSL_CTX_get0_param(client_context), end + DAY);
	connect_ends();
	channel_note_validity(client, &validity);
	assert_false(handshake());
	assert_int_equal(channel_handshake_error(client), BANK_ECERT);
	assert_false(validity.found);
}

static void
test_alpn(void **state)
{
	static const uint8_t http[] = "\2h2\10http/1.1";
	static const uint8_t both[] = "\2h2\5atm/1";
	static const uint8_t longer[] = "\6atm/10\3atm";
	const unsigned char *protocol;
	unsigned int length;

	(void)state;
	connect_ends();
	SSL_set_alpn_protos(client, http, sizeof(http) - 1);
	assert_false(handshake());
	assert_int_equal(channel_handshake_error(client), BANK_ECLOSED);
	connect_ends();
	SSL_set_alpn_protos(client, longer, sizeof(longer) - 1);
	assert_false(handshake());
	connect_ends();
	SSL_set_alpn_protos(client, both, sizeof(both) - 1);
	assert_true(handshake());
	SSL_get0_alpn_selected(client, &protocol, &length);
	assert_memory_equal(protocol, "atm/1", length);
	/* Only who offers it may offer it wrongly. */
	connect_ends();
	SSL_set_alpn_protos(client, NULL, 0);
	assert_true(handshake());
}

static void
test_old_versions(void **state)
{
	(void)state;
	connect_ends();
	SSL_set_min_proto_version(client, TLS1_2_VERSION);
	SSL_set_max_proto_version(client, TLS1_2_VERSION);
	assert_false(handshake());
	connect_ends();
	SSL_set_min_proto_version(server, TLS1_2_VERSION);
	SSL_set_max_proto_version(server, TLS1_2_VERSION);
	assert_false(handshake());
	assert_int_equal(channel_handshake_error(client), BANK_ECLOSED);
}

static void
test_not_tls(void **state)
{
	static const char http[] = "GET / HTTP/1.1\r\nHost: bank\r\n\r\n";

	(void)state;
	connect_ends();
	assert_int_equal(
	    BIO_write(SSL_get_wbio(server), http, sizeof(http) - 1),
	    sizeof(http) - 1);
	assert_false(handshake());
	assert_int_equal(channel_handshake_error(client), BANK_ECLOSED);
	connect_ends();
	assert_int_equal(
	    BIO_write(SSL_get_wbio(client), http, sizeof(http) - 1),
	    sizeof(http) - 1);
	assert_false(step(server));
}

static void
assert_no_server(const struct channel_pem *certificate,
    const struct channel_pem *key, int error)
{
	SSL_CTX *context = NULL;

	assert_int_equal(
	    channel_server(&context, certificate->certificate,
		certificate->certificate_length, key->key, key->key_length),
	    error);
	assert_null(context);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_contexts_refused(void **state)
{
	struct channel_pem junk = { .key = "junk",
		.key_length = 4,
		.certificate = "junk",
		.certificate_length = 4 };
	SSL_CTX *context;

	(void)state;
	assert_no_server(&leaf, &other_leaf, BANK_ECERT);
	assert_no_server(&leaf, &bank, BANK_ECERT);
	assert_no_server(&junk, &leaf, BANK_EINVAL);
	assert_no_server(&leaf, &junk, BANK_EINVAL);
	assert_int_equal(channel_client(&context, "junk", 4), BANK_EINVAL);
	assert_null(context);
	assert_int_equal(
	    channel_client(&context, bank.key, bank.key_length), BANK_EINVAL);
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_agrees, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_binding, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_other_bank, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_bank_is_no_leaf, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_usage, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_dates, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_validity, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_alpn, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_old_versions, contexts_make, contexts_free),
		cmocka_unit_test_setup_teardown(
		    test_not_tls, contexts_make, contexts_free),
		cmocka_unit_test(test_contexts_refused),
	};

	return cmocka_run_group_tests_name("channel", tests, setup, teardown);
}
