/* SPDX-License-Identifier: ISC */
/*
 * Kiosks as bankctl enrols them.
 */
#ifndef BANKD_BANKCTL_KIOSK_H
#define BANKD_BANKCTL_KIOSK_H

#include "../../shared/crypt/kiosk_identity.h"
#include "../store/store_kiosks.h"
#include "bankctl.h"

/*
 * Reads the public key of the key file `path`, which is made if it is missing.
 */
int bankctl_kiosk_key(const char *path, uint8_t public_key[KIOSK_PUBLIC_SIZE]);
/*
 * Enrols a kiosk through the running bank, or in the state of a stopped one.
 * Refuses a kiosk that is already enrolled with another key or another
 * permission to handle cash.
 */
int bankctl_kiosk_enrol(
    const struct bankctl *bankctl, struct store_kiosk *kiosk);

#endif
