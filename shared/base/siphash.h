/* SPDX-License-Identifier: ISC */
/*
 * SipHash-1-3 (Aumasson and Bernstein, 2012): a keyed hash of short texts, for
 * tables whose keys an attacker may choose.
 */
#ifndef SHARED_SIPHASH_H
#define SHARED_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* Hashes any bytes under a secret random key of the caller's. */
uint64_t siphash(const uint64_t key[2], const void *data, size_t length);

#endif
