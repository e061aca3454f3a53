/* SPDX-License-Identifier: ISC */
/*
 * The form of a password's hash, crypt(5): which texts are hashes, and with
 * what parameters they were made.  Pure: hashes nothing, knows no files.
 */
#ifndef BANKD_HASH_FORM_H
#define BANKD_HASH_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "../store/store.h"

/* Before the hash of an account that is locked. */
#define HASH_FORM_LOCKED STORE_HASH_LOCKED

/*
 * Every text that begins with `$id$` is meant as a hash.  If we took one that
 * we can't verify for a password in plain text, whoever knows the hash could
 * log in.
 */
enum hash_form {
	HASH_FORM_PLAIN,  /* not of the form `$id$...` */
	HASH_FORM_TAKEN,  /* a complete hash that libcrypt verifies */
	HASH_FORM_UNKNOWN /* truncated, too expensive, or another method */
};

/* Tells what a text without HASH_FORM_LOCKED before it is. */
enum hash_form hash_form_of(const char *text);

/*
 * The parameters of an accepted hash, as a setting for crypt(3) with `.` for
 * each byte of the salt: hashes with the same setting cost the same work.  For
 * any other text, or if `size` is too small, returns false and an empty
 * setting.
 */
bool hash_form_setting(const char *hash, char *setting, size_t size);

#endif
