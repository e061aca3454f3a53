/* SPDX-License-Identifier: ISC */
/*
 * The text of the first seal of L, O, V and C, and of R, taken apart.  Pure.
 */
#ifndef BANKD_LOGIN_TEXT_H
#define BANKD_LOGIN_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "../../../shared/wire/wire.h"
#include "../../../shared/wire/wire_cash.h"

struct login_text {
	char id[WIRE_ID_SIZE];             /* L, O, V */
	char password[WIRE_PASSWORD_SIZE]; /* L, O */
	char name[WIRE_NAME_SIZE];         /* O */
	uint8_t txid[WIRE_TXID_SIZE];      /* V: the withdrawal's */
	struct wire_cash cash;             /* C */
};

/*
 * Reads text[0..length) of a frame of `type` (enum frame_type).  0, or
 * BANK_EINVAL where it hasn't the form; *login is then zeros.
 */
int login_text_read(
    struct login_text *login, uint8_t type, const char *text, size_t length);

#endif
