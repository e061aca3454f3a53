/* SPDX-License-Identifier: ISC */
/*
 * Lines of the two files put in place.
 */
#ifndef BANKD_FILES_PUT_H
#define BANKD_FILES_PUT_H

#include "files_state.h"

/* Once, and the end of it.  0, BANK_ENOMEM, BANK_ESYS. */
int files_put_begin(struct files *files);
void files_put_end(struct files *files);
/* `balance` was opened, or has grown: it is mapped anew, if it can be. */
void files_put_map(struct files *files);
/* Writes a whole line in place: 0, BANK_ENOSPC, BANK_EIO. */
int files_put_line(struct files *files, enum files_name name, uint32_t line,
    const char *bytes);
/* Keeps a line of `balance`; at the latest files_put_all() writes it. */
int files_put_later(struct files *files, uint32_t line, const char *bytes);
/* As files_put_line(). */
int files_put_all(struct files *files);

#endif
