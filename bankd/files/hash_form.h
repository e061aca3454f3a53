/* SPDX-License-Identifier: ISC */
/*
 * The form of a password's hash, crypt(5): which texts are one, and with
 * what parameters it was made.  Pure: hashes nothing, knows no files.
 */
#ifndef BANKD_HASH_FORM_H
#define BANKD_HASH_FORM_H

#include <stdbool.h>
#include <stddef.h>

#define HASH_FORM_LOCKED '!' /* before a hash: nobody gets in by it */

/*
 * All that begins with `$id$` is meant as a hash: taking one that we can't
 * verify for a password in plain text would let in who knows the hash.
 */
enum hash_form {
	HASH_FORM_PLAIN,  /* not of the form `$id$...` */
	HASH_FORM_TAKEN,  /* a hash, whole, that libcrypt verifies */
	HASH_FORM_UNKNOWN /* neither: cut short, too dear, another method */
};

/* What a text is that has no HASH_FORM_LOCKED before it. */
enum hash_form hash_form_of(const char *text);

/*
 * The parameters of a hash that is taken, as a setting for crypt(3) with `.`
 * in place of each byte of the salt: what has the same setting takes the
 * same work.  False, and an empty setting, for any other text and where
 * `size` bytes don't hold it.
 */
bool hash_form_setting(const char *hash, char *setting, size_t size);

#endif
