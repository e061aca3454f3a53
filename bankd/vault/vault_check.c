/* SPDX-License-Identifier: ISC */
/*
 * Checks the state as a start would.  Runs in `bankd -t` alone.
 */
#include "vault_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"
#include "../files/files.h"
#include "../base/options.h"
#include "../base/state_dir.h"
#include "../store/store.h"

static int
check_rights(
    const struct state_dir *dir, const char *path, char *error, size_t size)
{
	static const char *const names[] = { "password", "balance", "bank.db",
		"bank.db-wal" };

	for (size_t i = 0; i < NELEM(names); i++) {
		if (faccessat(dir->fd, names[i], R_OK, AT_SYMLINK_NOFOLLOW) ==
			0 ||
		    errno == ENOENT)
			continue;
		snprintf(
		    error, size, "%s/%s: %s", path, names[i], strerror(errno));
		return EX_NOPERM;
	}
	return 0;
}

/* Reads all that a start reads, by the same code. */
static int
check_books(
    const struct config *config, const char *path, char *error, size_t size)
{
	enum { HAND_EDITS_ACCEPT, HAND_EDITS_REFUSE };
	const struct files_options options = {
		.directory = path,
		.refuse_edits =
		    config_number(config, BANK_HAND_EDITS) == HAND_EDITS_REFUSE,
	};
	struct store *store;
	enum store_end end;
	int result;

	result = store_look(&store, path, &end, error, size);
	if (result == 0) {
		result = files_check(store, end, &options, error, size);
		store_close(store);
	}
	if (result == BANK_EINVAL || result == BANK_EDAMAGED)
		return EX_DATAERR;
	if (result == BANK_ECRYPTO)
		return EX_SOFTWARE;
	return result == 0 ? 0 : EX_IOERR;
}

/* The books of a bank that runs are not read: they change meanwhile. */
int
vault_check(const struct config *config, char *error, size_t size)
{
	const char *path = config_string(config, BANK_STATE);
	struct state_dir dir;
	int code;

	if (state_dir_open(&dir, path,
		config_number(config, BANK_ANY_FILE_SYSTEM) != 0, error,
		size) != 0)
		return EX_CONFIG;
	code = check_rights(&dir, path, error, size);
	if (code == 0 && !state_dir_is_held(&dir))
		code = check_books(config, path, error, size);
	state_dir_close(&dir);
	return code;
}
