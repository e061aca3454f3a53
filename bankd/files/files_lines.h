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
 * What the line of `password` shows: the hash, or, where that has no room in
 * it since the `!` of a lock came before it, the `!` alone.
 */
const char *files_shown_hash(
    const struct ledger_account *account, const char *hash);
/* Tells who asked for it (files.h). */
int files_tell_hash(const struct files *files,
    const struct ledger_account *account, const char *hash);
int files_put_sum(struct files *files, uint32_t line, const char *bytes);
uint64_t files_sum(const struct files *files, const char *bytes);
/* Writes NAME.new whole and syncs it; BANK_ENOSPC, BANK_EIO, BANK_ESYS. */
int files_write_new(struct files *files, enum files_name name);
/*
 * NAME becomes NAME.edited.TIME, if `aside` or if it is no regular file;
 * NAME.new becomes NAME.
 */
int files_replace(struct files *files, enum files_name name, bool aside);
int files_open(struct files *files, enum files_name name);
/* Whether a pipe, link, directory or the like stands in its place. */
bool files_is_odd(const struct files_file *file);
/* All of a line, in place: 0, BANK_ENOSPC, BANK_EIO. */
int files_put_line(struct files *files, enum files_name name, uint32_t line,
    const char *bytes);

#endif
