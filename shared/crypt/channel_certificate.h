/* SPDX-License-Identifier: ISC */
/*
 * The bank's two certificates: bank.crt, which each ATM trusts, and the leaf
 * that the front shows.
 */
#ifndef SHARED_CHANNEL_CERTIFICATE_H
#define SHARED_CHANNEL_CERTIFICATE_H

#include <stddef.h>
#include <time.h>

#define CHANNEL_BANK_YEARS 20
#define CHANNEL_LEAF_DAYS 365

/*
 * Makes Kprb and bank.crt, or a leaf (Ed25519) signed with it (RSA-PSS).
 * Keys are PKCS#8 PEM.  Each writes malloc'd PEM; the caller wipes and frees.
 * `name` is the subject, 1 to 64 characters.  Both are valid from a day ago,
 * for clocks that are behind; a leaf ends with bank.crt at the latest.
 * BANK_EINVAL (name, PEM), BANK_ECERT (the bank's key and certificate don't
 * match), BANK_ENOMEM, BANK_ECRYPTO; nothing is written then.
 */
struct channel_pem {
	char *key;
	size_t key_length;
	char *certificate;
	size_t certificate_length;
};
int channel_make_bank(struct channel_pem *pem, const char *name);
int channel_make_leaf(
    struct channel_pem *pem, const char *name, const struct channel_pem *bank);
/* Wipes and frees the results of the two above; may be called on zeros. */
void channel_pem_wipe(struct channel_pem *pem);

/* A time as operators read it: 2026-11-29T08:00:00Z. */
#define CHANNEL_TIME_SIZE 32
const char *channel_time_text(time_t time, char text[CHANNEL_TIME_SIZE]);

/*
 * The subject's common name, printable ASCII, of the first certificate in the
 * PEM bytes.  0 or BANK_EINVAL.
 */
#define CHANNEL_NAME_SIZE 65
int channel_subject(
    const void *certificate_pem, size_t length, char name[CHANNEL_NAME_SIZE]);

/* notAfter of the first certificate in the PEM bytes. 0 or BANK_EINVAL. */
int channel_expires(const void *certificate_pem, size_t length, time_t *when);

#endif
