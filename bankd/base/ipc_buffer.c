/* SPDX-License-Identifier: ISC */
/*
 * Buffers that grow, and leave no copy of what they held: in every process of
 * bankd.
 */
#include "ipc_buffer.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"

#define BUFFER_START ((size_t)64 * 1024)

void
ipc_buffer_free(struct ipc_buffer *buffer)
{
	if (buffer->data != NULL)
		OPENSSL_cleanse(buffer->data, buffer->size);
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

int
ipc_buffer_room(struct ipc_buffer *buffer, size_t more, size_t limit)
{
	size_t used = buffer->end - buffer->start, size = buffer->size;
	uint8_t *data;

	if (more > limit - used || used > limit)
		return BANK_ENOMEM;
	if (buffer->start == 0 && used + more <= size)
		return 0;
	/* Moving more than half of it each time would cost too much. */
	if (used + more <= size && used <= size / 2) {
		memmove(buffer->data, buffer->data + buffer->start, used);
		OPENSSL_cleanse(buffer->data + used, buffer->end - used);
		buffer->start = 0;
		buffer->end = used;
		return 0;
	}
	if (size == 0)
		size = BUFFER_START;
	else if (used > size / 2)
		size *= 2;
	while (size < used + more)
		size *= 2;
	if ((data = malloc(size)) == NULL)
		return BANK_ENOMEM;
	if (used > 0)
		memcpy(data, buffer->data + buffer->start, used);
	ipc_buffer_free(buffer);
	buffer->data = data;
	buffer->size = size;
	buffer->end = used;
	return 0;
}
