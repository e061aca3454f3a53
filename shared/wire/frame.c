/* SPDX-License-Identifier: ISC */
/*
 * Cuts and writes frames, for the front, the vault and the ATM.  It only looks
 * at the bytes it is given.  The table is that of atm-protocol(7).
 */
#include "frame.h"

#include <string.h>

#include "../base/error.h"
#include "../base/util.h"

#define SEALED_LENGTH (1 + FRAME_SEALED_SIZE)
#define WRAPPED_LENGTH \
	(1 + FRAME_KIOSK_SIZE + FRAME_WRAPPED_SIZE + FRAME_SEALED_SIZE)
#define RESUME_LENGTH \
	(1 + FRAME_KIOSK_SIZE + FRAME_SESSION_SIZE + FRAME_SEALED_SIZE)
#define BLOCK 256
/* `CODE text`: three digits, a space and at least one character. */
#define ERROR_MINIMUM 6

/* Lengths run from minimum to maximum in steps of `step`. */
static const struct rule {
	enum frame_sender sender;
	uint8_t type;
	size_t minimum, maximum, step;
} rules[] = {
	{ FRAME_FROM_ATM, FRAME_SEALED, SEALED_LENGTH, SEALED_LENGTH, 1 },
	{ FRAME_FROM_ATM, FRAME_LOGIN, WRAPPED_LENGTH, WRAPPED_LENGTH, 1 },
	{ FRAME_FROM_ATM, FRAME_OPEN, WRAPPED_LENGTH, WRAPPED_LENGTH, 1 },
	{ FRAME_FROM_ATM, FRAME_REVERSAL, WRAPPED_LENGTH, WRAPPED_LENGTH, 1 },
	{ FRAME_FROM_ATM, FRAME_CASH, WRAPPED_LENGTH, WRAPPED_LENGTH, 1 },
	{ FRAME_FROM_ATM, FRAME_RESUME, RESUME_LENGTH, RESUME_LENGTH, 1 },
	{ FRAME_FROM_BANK, FRAME_SEALED, SEALED_LENGTH, FRAME_MAX_LENGTH,
	    BLOCK },
	{ FRAME_FROM_BANK, FRAME_GREETING, 1 + FRAME_NONCE_SIZE,
	    1 + FRAME_NONCE_SIZE, 1 },
	{ FRAME_FROM_BANK, FRAME_ERROR, ERROR_MINIMUM, FRAME_MAX_LENGTH, 1 },
};

static bool
rule_fits(const struct rule *rule, size_t length)
{
	return length >= rule->minimum && length <= rule->maximum &&
	    (length - rule->minimum) % rule->step == 0;
}

bool
frame_allowed(enum frame_sender sender, uint8_t type, size_t length)
{
	for (size_t i = 0; i < NELEM(rules); i++) {
		if (rules[i].sender == sender && rules[i].type == type)
			return rule_fits(&rules[i], length);
	}
	return false;
}

/* Whether the sender has any frame of this length. */
static bool
length_allowed(enum frame_sender sender, size_t length)
{
	for (size_t i = 0; i < NELEM(rules); i++) {
		if (rules[i].sender == sender && rule_fits(&rules[i], length))
			return true;
	}
	return false;
}

int
frame_cut(enum frame_sender sender, const uint8_t *data, size_t length,
    struct frame *frame)
{
	size_t counted;

	if (length < FRAME_HEADER_SIZE)
		return 0;
	counted = get_u16(data);
	if (!length_allowed(sender, counted))
		return BANK_EINVAL;
	if (length == FRAME_HEADER_SIZE)
		return 0;
	if (!frame_allowed(sender, data[FRAME_HEADER_SIZE], counted))
		return BANK_EINVAL;
	if (length < FRAME_HEADER_SIZE + counted)
		return 0;
	frame->type = data[FRAME_HEADER_SIZE];
	frame->body = data + FRAME_HEADER_SIZE + 1;
	frame->body_length = counted - 1;
	return (int)(FRAME_HEADER_SIZE + counted);
}

int
frame_write(uint8_t *out, size_t size, enum frame_type type, const void *body,
    size_t body_length)
{
	if (body_length > FRAME_MAX_LENGTH - 1 ||
	    size < FRAME_HEADER_SIZE + 1 + body_length)
		return BANK_EINVAL;
	put_u16(out, (uint16_t)(1 + body_length));
	out[FRAME_HEADER_SIZE] = (uint8_t)type;
	if (body_length > 0)
		memmove(out + FRAME_HEADER_SIZE + 1, body, body_length);
	return (int)(FRAME_HEADER_SIZE + 1 + body_length);
}
