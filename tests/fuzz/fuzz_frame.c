/* SPDX-License-Identifier: ISC */
/*
 * Frames of both senders: what is cut lies in the bytes and is allowed, is
 * the same however few bytes came at a time, and a refusal is final.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_frame(enum frame_sender sender, const uint8_t *data, size_t taken,
    const struct frame *frame)
{
	uint8_t *out = malloc(taken);

	assert(frame->body == data + FRAME_HEADER_SIZE + 1);
	assert(taken == FRAME_HEADER_SIZE + 1 + frame->body_length);
	assert(frame_allowed(sender, frame->type, frame->body_length + 1));
	if (out == NULL)
		abort();
	assert(frame_write(out, taken, (enum frame_type)frame->type,
		   frame->body, frame->body_length) == (int)taken);
	assert(memcmp(out, data, taken) == 0);
	free(out);
}

/*
 * The verdict on a part of the bytes: more are wanted until the frame is
 * there or can't come any more, and it stays the same from then on.
 */
static void
check_part(
    enum frame_sender sender, const uint8_t *data, size_t size, int whole)
{
	struct frame frame;
	int part = frame_cut(sender, data, size, &frame);

	if (whole > 0)
		assert(part == (size < (size_t)whole ? 0 : whole));
	else if (whole == 0)
		assert(part == 0);
	else
		assert(part == whole ||
		    (part == 0 && size < FRAME_HEADER_SIZE + 1));
	assert(part <= (int)size);
}

static void
check_sender(enum frame_sender sender, const uint8_t *data, size_t size)
{
	struct frame frame;
	size_t offset = 0;
	int taken;

	do {
		taken = frame_cut(sender, data + offset, size - offset, &frame);
		for (size_t n = 0; n < 8 && n <= size - offset; n++)
			check_part(sender, data + offset, n, taken);
		if (taken <= 0)
			break;
		check_frame(sender, data + offset, (size_t)taken, &frame);
		check_part(sender, data + offset, (size_t)taken - 1, taken);
		offset += (size_t)taken;
	} while (offset < size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_sender(FRAME_FROM_ATM, data, size);
	check_sender(FRAME_FROM_BANK, data, size);
	return 0;
}
