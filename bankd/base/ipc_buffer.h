/* SPDX-License-Identifier: ISC */
/*
 * The growing buffers of a link, which may hold secrets.
 */
#ifndef BANKD_IPC_BUFFER_H
#define BANKD_IPC_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* Bytes in use are data[start..end). */
struct ipc_buffer {
	uint8_t *data;
	size_t size, start, end;
};

/*
 * Moves what is in use to the front and makes room for `more` behind it.
 * BANK_ENOMEM, also where more than `limit` would be in use.
 */
int ipc_buffer_room(struct ipc_buffer *buffer, size_t more, size_t limit);
/* Wipes and frees. */
void ipc_buffer_free(struct ipc_buffer *buffer);

#endif
