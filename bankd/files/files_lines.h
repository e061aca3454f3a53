/* SPDX-License-Identifier: ISC */
/*
 * Lines of the two files, and the files as names on the disk.
 */
#ifndef BANKD_FILES_LINES_H
#define BANKD_FILES_LINES_H

#include "files_state.h"

/* Makes `width` bytes of line; `hash` counts for `password` alone. */
void files_make_line(enum files_name name, char *line,
    const struct ledger_account *account, const char *hash);
/*
 * What the line of `password` shows: the hash, or `!` alone if the line has no
 * room for a locked hash.
 */
const char *files_shown_hash(
    const struct ledger_account *account, const char *hash);
/* Calls the on_hash of files.h. */
int files_tell_hash(const struct files *files,
    const struct ledger_account *account, const char *hash);
int files_put_sum(struct files *files, uint32_t line, const char *bytes);
uint64_t files_sum(const struct files *files, const char *bytes);
/* Writes NAME.new whole and syncs it; BANK_ENOSPC, BANK_EIO, BANK_ESYS. */
int files_write_new(struct files *files, enum files_name name);
/*
 * Renames NAME to NAME.edited.TIME, if `aside` or if it is no regular file, and
 * then NAME.new to NAME.
 */
int files_replace(struct files *files, enum files_name name, bool aside);
int files_open(struct files *files, enum files_name name);
/* Whether a pipe, a link, a directory or the like is in its place. */
bool files_is_odd(const struct files_file *file);

#endif
