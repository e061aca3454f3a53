/* SPDX-License-Identifier: ISC */
/*
 * A disk that loses power.  From power_begin() on, every storage call of this
 * process (disk_calls.h) is noted: a file has what was synced, and the writes
 * since; the directory has the names that were synced, and the changes since.
 * Then power_cut() makes of any moment a directory as a disk might have it:
 * of what wasn't synced, each 512 bytes kept, dropped or torn, sizes and
 * names too.
 */
#ifndef TESTS_POWER_H
#define TESTS_POWER_H

#include <stddef.h>

struct power;

/* Whole and synced is what the directory holds; disk_calls.after is taken. */
struct power *power_begin(const char *directory);
/* So many calls were noted. */
size_t power_moments(const struct power *power);
/* Goes to a moment, forward only, as many calls on as it says. */
void power_go(struct power *power, size_t moment);
/* Leaves in the empty directory `to` what random() says of this moment. */
void power_cut(const struct power *power, const char *to);
void power_free(struct power *power);

#endif
