/* SPDX-License-Identifier: ISC */
/*
 * The bank's key files as the monitor and `bankd -t` look at them.
 */
#ifndef BANKD_KEYS_H
#define BANKD_KEYS_H

#include <stdbool.h>
#include <time.h>

#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/channel_certificate.h"
#include "../../shared/config/config.h"
#include "../base/options.h"

/*
 * Reads the front's leaf and its key and proves that they belong together
 * and are the bank's.  0; or the sysexits(3) code with file and reason in
 * error.  The caller wipes *leaf with channel_pem_wipe() either way.
 */
int keys_read_leaf(const struct config *config, struct channel_pem *leaf,
    char *error, size_t size);

/*
 * Whether Kprb is there, private, and the one in bank.crt, which isn't over.
 * Likewise.
 */
int keys_check_bank(const struct config *config, char *error, size_t size);

/* When the certificate of that key ends: 0, or BANK_E.... */
int keys_end(const struct config *config, enum bankd_option file, time_t *end);

/* Whether that is within 30 days. */
bool keys_ends_soon(time_t end);

/* When the leaf ends, and whether that is soon; then it is told. */
bool keys_expiry(const struct channel_pem *leaf, time_t *end);
void keys_tell_expiry(
    const struct config *config, const struct channel_pem *leaf);

#endif
