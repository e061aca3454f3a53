/* SPDX-License-Identifier: ISC */
/*
 * What libc lacks: hex, clocks, whole-file reads and atomic replacement,
 * addresses in brackets.
 */
#ifndef SHARED_UTIL_H
#define SHARED_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NELEM(array) (sizeof(array) / sizeof((array)[0]))

/* Lower-case hex; `text` has room for 2 * length + 1. */
void hex_encode(const uint8_t *data, size_t length, char *text);
/* Exactly 2 * length lower-case digits. 0 or BANK_EINVAL. */
int hex_decode(
    const char *text, size_t text_length, uint8_t *data, size_t length);

uint16_t get_u16(const uint8_t *p);
uint32_t get_u32(const uint8_t *p);
uint64_t get_u64(const uint8_t *p);
void put_u16(uint8_t *p, uint16_t value);
void put_u32(uint8_t *p, uint32_t value);
void put_u64(uint8_t *p, uint64_t value);

/* Since 1970; of a clock that never steps. */
uint64_t clock_real_ms(void);
uint64_t clock_steady_ms(void);
uint64_t clock_steady_us(void);

/*
 * open(2) of a regular file that exists: whatever else stands under that
 * name (a pipe, a directory, a device; with O_NOFOLLOW a link) is refused,
 * and never waited for.  The descriptor; BANK_ENOTFILE; BANK_ESYS with errno.
 */
int file_open_regular(const char *path, int flags);

/*
 * Reads a whole regular file of at most `limit` bytes into malloc'd memory
 * with a NUL behind it; `flags` for open(2) besides O_RDONLY.  0; BANK_ESYS
 * with errno; BANK_ENOTFILE; BANK_ERANGE if larger; BANK_ENOMEM.
 */
int file_read(const char *path, size_t limit, char **data, size_t *length);
int file_read_by(
    const char *path, int flags, size_t limit, char **data, size_t *length);

/*
 * Whether a write that failed so found no room: on the disk, in the owner's
 * quota, or below the limit on a file's size, which signals SIGXFSZ as well
 * unless that is ignored.
 */
bool errno_is_full(int number);

/* Why a function on files failed: errno's words, or the code's. */
const char *file_strerror(int error);

/*
 * Reads `length` bytes of an open file from `at` on, or those up to its end.
 * How many they are; -1 with errno.
 */
ssize_t file_read_at(int fd, void *data, size_t length, off_t at);

/*
 * Writes the bytes into a new file, with `mode` whatever the umask, syncs and
 * closes it.  0 or BANK_ESYS with errno.
 */
int file_fill(int fd, const void *data, size_t length, mode_t mode);

/*
 * Replaces `path` with the bytes: temporary file beside it, sync, rename,
 * sync of the directory; `mode` whatever the umask.  0 or BANK_ESYS with
 * errno; `path` is then as it was, or, where only the directory's sync
 * failed, new.
 */
int file_replace(
    const char *path, const void *data, size_t length, mode_t mode);

/* Syncs the directory that holds `path`. 0 or BANK_ESYS. */
int file_sync_directory(const char *path);

/* An address without the brackets that one of IPv6 may stand in. */
void address_unbracket(const char *address, char *to, size_t size);

/* strlcpy(3) of OpenBSD. */
size_t string_copy(char *to, const char *from, size_t size);

#endif
