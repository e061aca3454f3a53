/* SPDX-License-Identifier: ISC */
/*
 * Frames: `length(2) type(1) body`, where length counts type and body, big
 * endian (atm-protocol(7)).  Bytes in, bytes out: knows no sockets.
 */
#ifndef SHARED_FRAME_H
#define SHARED_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER_SIZE 2
#define FRAME_NONCE_SIZE 32
#define FRAME_BINDING_SIZE 32
#define FRAME_KIOSK_SIZE 96
#define FRAME_WRAPPED_SIZE 384
#define FRAME_SEALED_SIZE 272 /* one block and its tag */
#define FRAME_SESSION_SIZE 16
#define FRAME_MAX_LENGTH 65297 /* the maximum of the length field */

enum frame_type {
	FRAME_GREETING = 'G',
	FRAME_LOGIN = 'L',
	FRAME_OPEN = 'O',
	FRAME_RESUME = 'R',
	FRAME_REVERSAL = 'V',
	FRAME_CASH = 'C',
	FRAME_SEALED = 'S',
	FRAME_ERROR = 'E'
};

/* Who sent the bytes to be cut: the permitted lengths depend on it. */
enum frame_sender { FRAME_FROM_ATM, FRAME_FROM_BANK };

/* A frame within a caller's buffer. */
struct frame {
	uint8_t type;
	const uint8_t *body;
	size_t body_length;
};

/* Whether `type` may come from `sender` with this length field. */
bool frame_allowed(enum frame_sender sender, uint8_t type, size_t length);

/*
 * Cuts the first frame from data[0..length).  Returns the number of bytes it
 * took and sets *frame, which points into `data`; 0 if more bytes are needed;
 * BANK_EINVAL as soon as the bytes can't begin a frame that `sender` may send
 * (the first three bytes show a wrong length or type).
 */
int frame_cut(enum frame_sender sender, const uint8_t *data, size_t length,
    struct frame *frame);

/*
 * Writes header, type and body to `out`, which has room for FRAME_HEADER_SIZE +
 * 1 + body_length.  Returns the bytes written, or BANK_EINVAL if the body is
 * too long for a frame.
 */
int frame_write(uint8_t *out, size_t size, enum frame_type type,
    const void *body, size_t body_length);

#endif
