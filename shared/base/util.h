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

#define NELEM(array) (sizeof(array) / sizeof((array)[0]))
/*
 * A list of texts for two parameters, `size_t count, const char *const
 * texts[]`: no text ends it, NULL neither.
 */
#define TEXTS(...)                                      \
	NELEM(((const char *const[]) { __VA_ARGS__ })), \
	    ((const char *const[]) { __VA_ARGS__ })
/* The struct whose member `pointer` points to. */
#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

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

/* Copies an address without the brackets that may enclose an IPv6 address. */
void address_unbracket(const char *address, char *to, size_t size);

/* strlcpy(3) of OpenBSD. */
size_t string_copy(char *to, const char *from, size_t size);

#endif
