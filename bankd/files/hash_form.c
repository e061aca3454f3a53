/* SPDX-License-Identifier: ISC */
/*
 * Recognizes hashes by a table of their forms.  crypt_checksalt() checks little
 * more than the prefix, and a trial hash takes too long.
 */
#include "hash_form.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/base/util.h"

#define LETTERS \
	"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
/* libcrypt also accepts these in the salts of the older methods. */
#define MARKS "\"#%&'()+,-<=>?@[]^_`{|}~"
#define NAME_LETTERS \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,=_-"

/*
 * A hash that costs more than these delays a login by more than a few seconds,
 * and all other logins with it (hash_kinds.h).
 */
#define BCRYPT_DEAREST 16
#define ROUNDS_DEAREST 10000000
#define SCRYPT_DEAREST 20 /* the logarithm of N */

/* The length of the parameters at `at` with their `$`, or -1 if malformed. */
typedef int parameters_length(const char *at);

struct form {
	const char *prefix;
	parameters_length *parameters; /* NULL: none */
	size_t salt_least, salt_most;
	const char *salt_letters;
	bool salt_coded; /* bytes in LETTERS, six bits in each */
	bool salt_ends;  /* the salt ends with `$` */
	size_t digest;
};

/* Only libcrypt can read yescrypt's numbers. */
static int
yescrypt_parameters(const char *at)
{
	size_t length = strspn(at, LETTERS);

	return length > 0 && at[length] == '$' ? (int)length + 1 : -1;
}

/* One letter for the logarithm of N, and five each for r and p, without `$`. */
static int
scrypt_parameters(const char *at)
{
	const char *letter;

	if (strspn(at, LETTERS) < 11)
		return -1;
	letter = strchr(LETTERS, at[0]);
	return letter - LETTERS <= SCRYPT_DEAREST ? 11 : -1;
}

static int
bcrypt_parameters(const char *at)
{
	int cost;

	if (strspn(at, "0123456789") != 2 || at[2] != '$')
		return -1;
	cost = 10 * (at[0] - '0') + at[1] - '0';
	return cost >= 4 && cost <= BCRYPT_DEAREST ? 3 : -1;
}

/* `rounds=N$`, or nothing. */
static int
sha_parameters(const char *at)
{
	static const char word[] = "rounds=";
	const char *digits = at + sizeof(word) - 1;
	size_t count;
	long rounds;

	if (strncmp(at, word, sizeof(word) - 1) != 0)
		return 0;
	count = strspn(digits, "0123456789");
	if (count == 0 || count > 9 || digits[0] == '0' || digits[count] != '$')
		return -1;
	rounds = strtol(digits, NULL, 10);
	return rounds >= 1000 && rounds <= ROUNDS_DEAREST
	    ? (int)(sizeof(word) - 1 + count + 1)
	    : -1;
}

static const struct form forms[] = {
	{ "$y$", yescrypt_parameters, 0, 86, LETTERS, true, true, 43 },
	{ "$7$", scrypt_parameters, 0, 1024, LETTERS, false, true, 43 },
	{ "$6$", sha_parameters, 0, 16, LETTERS MARKS, false, true, 86 },
	{ "$5$", sha_parameters, 0, 16, LETTERS MARKS, false, true, 43 },
	{ "$2b$", bcrypt_parameters, 22, 22, LETTERS, false, false, 31 },
	{ "$2y$", bcrypt_parameters, 22, 22, LETTERS, false, false, 31 },
	{ "$2a$", bcrypt_parameters, 22, 22, LETTERS, false, false, 31 },
	{ "$1$", NULL, 0, 8, LETTERS MARKS, false, true, 22 },
};

/* The last letter of coded bytes has spare bits, which must be zero. */
static bool
is_coded(const char *salt, size_t length)
{
	static const size_t lasts[] = { 64, 0, 4, 16 }; /* by length % 4 */

	return length == 0 ||
	    (size_t)(strchr(LETTERS, salt[length - 1]) - LETTERS) <
	    lasts[length % 4];
}

/* libcrypt rewrites the last letter of bcrypt's salt as one of these. */
static bool
ends_as_written(const struct form *form, const char *salt, size_t length)
{
	return form->parameters != bcrypt_parameters ||
	    strchr(".Oeu", salt[length - 1]) != NULL;
}

/* Sets *length to the length of the salt; false if the salt is not complete. */
static bool
read_salt(const struct form *form, const char *salt, size_t *length)
{
	size_t letters = strspn(salt, form->salt_letters);

	*length = form->salt_ends ? letters : form->salt_most;
	return letters >= *length && *length >= form->salt_least &&
	    *length <= form->salt_most &&
	    (!form->salt_ends || salt[*length] == '$') &&
	    (!form->salt_coded || is_coded(salt, *length)) &&
	    ends_as_written(form, salt, *length);
}

/*
 * Finds the form of the whole text, and where its salt begins and how long it
 * is; or NULL.
 */
static const struct form *
find_form(const char *text, size_t *begin, size_t *length)
{
	const struct form *form = forms;
	const char *salt, *digest;
	int parameters;

	while (strncmp(text, form->prefix, strlen(form->prefix)) != 0)
		if (++form == forms + NELEM(forms))
			return NULL;
	salt = text + strlen(form->prefix);
	parameters = form->parameters == NULL ? 0 : form->parameters(salt);
	if (parameters == -1)
		return NULL;
	salt += parameters;
	if (!read_salt(form, salt, length))
		return NULL;
	*begin = (size_t)(salt - text);
	digest = salt + *length + form->salt_ends;
	return strspn(digest, LETTERS) == form->digest &&
		digest[form->digest] == '\0'
	    ? form
	    : NULL;
}

/* `$id$...`, or what crypt(3) returns on failure, which is no password. */
static bool
is_meant_as_hash(const char *text)
{
	size_t length;

	if (strcmp(text, "*0") == 0 || strcmp(text, "*1") == 0)
		return true;
	if (text[0] != '$')
		return false;
	length = strspn(text + 1, NAME_LETTERS);
	return length > 0 && text[length + 1] == '$';
}

enum hash_form
hash_form_of(const char *text)
{
	size_t begin, length;
	int known;

	if (!is_meant_as_hash(text))
		return HASH_FORM_PLAIN;
	if (find_form(text, &begin, &length) == NULL)
		return HASH_FORM_UNKNOWN;
	/*
	 * This system's libcrypt may have been built without the older methods.
	 */
	known = crypt_checksalt(text);
	return known == CRYPT_SALT_INVALID ||
		known == CRYPT_SALT_METHOD_DISABLED
	    ? HASH_FORM_UNKNOWN
	    : HASH_FORM_TAKEN;
}

bool
hash_form_setting(const char *hash, char *setting, size_t size)
{
	const struct form *form;
	size_t begin, length, whole;

	setting[0] = '\0';
	if ((form = find_form(hash, &begin, &length)) == NULL)
		return false;
	whole = begin + length + form->salt_ends;
	if (whole >= size)
		return false;
	memcpy(setting, hash, whole);
	memset(setting + begin, '.', length);
	setting[whole] = '\0';
	return true;
}
