/* SPDX-License-Identifier: ISC */
/*
 * Room on the disk, and what follows from it (the vault's).
 */
#include "room.h"

#include "../../../shared/base/log.h"
#include "../../base/state_dir.h"
#include "vault_state.h"

#define BYTES_PER_MB (UINT64_C(1024) * 1024)

enum vault_mode
room_mode(const struct vault *vault, bool writes)
{
	uint64_t least =
	    (uint64_t)vault_option(vault, BANK_MIN_FREE) * BYTES_PER_MB;

	if (vault->paused)
		return VAULT_REFUSING;
	if (!writes || least == 0)
		return VAULT_NORMAL;
	return state_dir_free(vault->dir) < least ? VAULT_REFUSING
						  : VAULT_NORMAL;
}

void
room_tell(struct vault *vault, const char *no_room)
{
	const char *before = vault->no_room;

	/* A pause says nothing about the disk. */
	if (vault->paused)
		return;
	vault->no_room = no_room;
	if ((no_room != NULL) == (before != NULL))
		return;
	if (no_room != NULL)
		log_event(LOG_WARNING, "disk_full", "transactions",
		    LOG_TEXT("refused"), "why", LOG_TEXT(no_room), NULL);
	else
		log_event(LOG_NOTICE, "disk_has_room", "transactions",
		    LOG_TEXT("taken"), NULL);
}

bool
room_next_mode(struct vault *vault)
{
	if (vault->books->mode == VAULT_READ_ONLY)
		return false;
	if (vault->books->mode == VAULT_NORMAL ||
	    store_make_room(vault->books->store) != 0)
		vault->books->mode++;
	return true;
}
