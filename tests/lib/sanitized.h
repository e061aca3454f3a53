/* SPDX-License-Identifier: ISC */
/*
 * SANITIZED, 1 or 0: whether this is a sanitizer's build, which has an
 * allocator and system calls of its own.
 */
#ifndef TESTS_SANITIZED_H
#define TESTS_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
