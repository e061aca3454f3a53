/* SPDX-License-Identifier: ISC */
/*
 * Kinds of hashes and the accounts that have them.  The vault's loop writes;
 * its workers read only settings that no longer change.
 */
#include "hash_kinds.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/array.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/log.h"
#include "../../../shared/base/util.h"
#include "../../files/hash_form.h"
#include "hashing.h"

#define NO_ROOM (HASH_KINDS_MAX + 1)

static_assert(NO_ROOM <= UINT8_MAX, "a kind is a byte for each account");

int
hash_kinds_init(struct hash_kinds *kinds, unsigned long cost)
{
	char hash[STORE_HASH_SIZE];
	int error = hashing_make("", cost, hash);

	if (error == 0 &&
	    !hash_form_setting(hash, kinds->settings[0], HASH_SETTING_SIZE))
		error = BANK_ECRYPTO;
	if (error == 0)
		kinds->count = 1;
	return error;
}

void
hash_kinds_free(struct hash_kinds *kinds)
{
	free(kinds->lines);
	*kinds = (struct hash_kinds) { 0 };
}

/* The index + 1 of a hash's kind, added where it is new; 0: no hash. */
static uint8_t
kind_of(struct hash_kinds *kinds, const char *hash)
{
	char setting[HASH_SETTING_SIZE];
	size_t i;

	/* That of a locked account is compared, too. */
	hash += hash[0] == HASH_FORM_LOCKED;
	if (!hash_form_setting(hash, setting, sizeof(setting)))
		return hash[0] == '\0' ? 0 : NO_ROOM;
	for (i = 0; i < kinds->count; i++)
		if (strcmp(kinds->settings[i], setting) == 0)
			return (uint8_t)(i + 1);
	if (kinds->count == HASH_KINDS_MAX)
		return NO_ROOM;
	string_copy(kinds->settings[kinds->count++], setting, sizeof(setting));
	return (uint8_t)kinds->count;
}

static uint32_t *
accounts_of(struct hash_kinds *kinds, uint8_t kind)
{
	return kind == NO_ROOM ? &kinds->others : &kinds->accounts[kind - 1];
}

int
hash_kinds_put(struct hash_kinds *kinds, uint32_t line, const char *hash)
{
	uint8_t kind = kind_of(kinds, hash), *held;
	int error =
	    array_room_zeroed(kinds->lines, kinds->size, (size_t)line + 1);

	if (error != 0)
		return error;
	held = &kinds->lines[line];
	if (*held != 0)
		(*accounts_of(kinds, *held))--;
	if (kind != 0)
		(*accounts_of(kinds, kind))++;
	*held = kind;
	return 0;
}

uint32_t
hash_kinds_old(const struct hash_kinds *kinds)
{
	uint32_t old = 0;

	for (size_t i = 1; i < kinds->count; i++)
		if (kinds->accounts[i] > 0)
			old |= UINT32_C(1) << i;
	return old;
}

void
hash_kinds_tell(const struct hash_kinds *kinds)
{
	uint64_t accounts = kinds->others;
	uint32_t old = hash_kinds_old(kinds);

	for (size_t i = 1; i < kinds->count; i++)
		accounts += kinds->accounts[i];
	if (accounts > 0)
		log_event(LOG_NOTICE, "old_hashes", "accounts",
		    LOG_NUMBER(accounts), "kinds",
		    LOG_NUMBER((uint64_t)__builtin_popcount(old)), "what",
		    LOG_TEXT("replaced at a successful login; until then each "
			     "login costs one hash of each kind"),
		    NULL);
	if (kinds->others > 0)
		log_event(LOG_WARNING, "hashes_tell", "accounts",
		    LOG_NUMBER(kinds->others), "what",
		    LOG_TEXT("too many kinds of hashes: the time of a login "
			     "reveals that these exist"),
		    NULL);
}
