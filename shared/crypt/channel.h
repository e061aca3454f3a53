/* SPDX-License-Identifier: ISC */
/*
 * The channel: TLS 1.3 contexts of both sides with ALPN `atm/1`, the ATM's
 * single trust anchor, and the channel binding of RFC 9266.  Owns no sockets.
 */
#ifndef SHARED_CHANNEL_H
#define SHARED_CHANNEL_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "../wire/frame.h"
#include "../wire/wire.h"

#define CHANNEL_BANK_BITS 3072

/*
 * The front's context: TLS 1.3 only, no tickets, no early data, no
 * compression, released buffers.  A peer that offers ALPN without `atm/1` is
 * refused.  PEM bytes of leaf and its key.  Returns 0 and *context, which
 * the caller frees; BANK_EINVAL (unreadable PEM), BANK_ECERT (the two don't
 * match), BANK_ECRYPTO.  Here and below openssl_error_reason() tells more.
 */
int channel_server(SSL_CTX **context, const void *leaf_pem, size_t leaf_length,
    const void *key_pem, size_t key_length);

/*
 * The ATM's context: trusts `bank_crt` (PEM) alone, sends ALPN, demands a
 * leaf for serverAuth alone, checks no host name.  0 and *context, which the
 * caller frees; BANK_EINVAL, BANK_ECRYPTO.
 */
int channel_client(SSL_CTX **context, const void *bank_crt_pem, size_t length);

/*
 * The ATM's software (wire_is_software()) is offered as one more ALPN protocol,
 * which a bank may read or not: in the clear, and nobody vouches for it.  0,
 * BANK_EINVAL, BANK_ECRYPTO.
 */
int channel_say_software(SSL_CTX *context, const char *software);
/* The front's side: the handshake writes it, or leaves "". */
void channel_note_software(SSL *ssl, char software[WIRE_SOFTWARE_SIZE]);

/*
 * Reads Kpub, RSA of CHANNEL_BANK_BITS, from bank.crt; the caller frees *key.
 * Else BANK_EINVAL.
 */
int channel_bank_public(
    EVP_PKEY **key, const void *bank_crt_pem, size_t length);

/* tls-exporter, label EXPORTER-Channel-Binding. 0 or BANK_ECRYPTO. */
int channel_binding(SSL *ssl, uint8_t binding[FRAME_BINDING_SIZE]);

/*
 * A correctly signed certificate of the bank that isn't valid at the ATM's
 * time.  The handshake writes it if `ssl` was given one, and leaves it
 * unchanged if there is no such certificate.
 */
struct channel_validity {
	bool found, anchor; /* anchor: it is bank.crt, not the leaf */
	time_t begins, ends;
};
void channel_note_validity(SSL *ssl, struct channel_validity *validity);

/* When the peer's certificate ends; 0 where there is none. */
time_t channel_leaf_ends(const SSL *ssl);

/*
 * Why a handshake failed, on the ATM's side.  BANK_ECLOCK: a certificate isn't
 * valid yet.  BANK_EEXPIRED: one has expired.  BANK_ECRYPTO: the certificate is
 * the bank's, but this OpenSSL doesn't accept it, or the two OpenSSLs have
 * nothing in common (openssl_error_reason()).  BANK_ECERT: it isn't the
 * bank's.  Otherwise BANK_ECLOSED.
 */
int channel_handshake_error(SSL *ssl);

#endif
