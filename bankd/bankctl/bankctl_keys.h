/* SPDX-License-Identifier: ISC */
/*
 * The bank's keys and certificates as files, and how any file of bankctl's is
 * written.  What returns an int returns 0, or an exit code that was
 * complained of.
 */
#ifndef BANKD_BANKCTL_KEYS_H
#define BANKD_BANKCTL_KEYS_H

#include <stddef.h>
#include <sys/types.h>

#include "../../shared/config/config.h"
#include "../base/place.h"

/* Makes what is missing of the bank's keys, where the configuration says. */
int bankctl_keys_make(const struct config *config);
/*
 * `what` can't be made, for `result` and OpenSSL's own reason; where that is
 * the given bytes' fault, `wrong` and `help`.
 */
int bankctl_complain_cannot(
    int result, const char *what, const char *wrong, const char *help);
/*
 * Replaces a file.  One that is there keeps its owner and mode: bankd may read
 * it by them.  Else it is the caller's, or `file`'s.
 */
int bankctl_write_file(
    const char *path, const void *data, size_t length, mode_t mode);
int bankctl_write_file_as(const char *path, const void *data, size_t length,
    const struct place_file *file);

#endif
