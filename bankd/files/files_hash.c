/* SPDX-License-Identifier: ISC */
/*
 * Hashes passwords that are in plain text, at a start, on two threads, since
 * hashing is slow by design.  Runs in the vault.  A thread wipes its copies of
 * a password.
 */
#include "files_state.h"

#include <crypt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/progress.h"

struct hashing {
	char ***secrets;
	size_t count;
	const struct files_options *options;
	atomic_size_t next;
	atomic_int error;
};

/* Returns the hash of a password, malloc'd, or NULL. */
static char *
hash_one(const char *secret, const struct files_options *options,
    struct crypt_data *data)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash;

	if (crypt_gensalt_rn(options->hash_prefix, options->hash_cost, NULL, 0,
		setting, sizeof(setting)) == NULL)
		return NULL;
	hash = crypt_rn(secret, setting, data, sizeof(*data));
	return hash == NULL ? NULL : strdup(hash);
}

static void *
hash_some(void *context)
{
	struct hashing *hashing = context;
	struct crypt_data *data = calloc(1, sizeof(*data));
	char **secret, *hash;
	size_t i;

	while (data != NULL && hashing->error == 0 &&
	    (i = hashing->next++) < hashing->count) {
		secret = hashing->secrets[i];
		hash = hash_one(*secret, hashing->options, data);
		if (hash == NULL) {
			hashing->error = BANK_ECRYPTO;
			break;
		}
		OPENSSL_cleanse(*secret, strlen(*secret));
		free(*secret);
		*secret = hash;
		progress_sign();
	}
	if (data == NULL)
		hashing->error = BANK_ENOMEM;
	else
		OPENSSL_cleanse(data, sizeof(*data));
	free(data);
	return NULL;
}

int
files_hash(char **secrets[], size_t count, const struct files_options *options)
{
	struct hashing hashing = {
		.secrets = secrets, .count = count, .options = options
	};
	pthread_t thread;
	bool helped;

	if (count == 0)
		return 0;
	helped = count > 1 &&
	    pthread_create(&thread, NULL, hash_some, &hashing) == 0;
	hash_some(&hashing);
	if (helped)
		pthread_join(thread, NULL);
	return hashing.error;
}
