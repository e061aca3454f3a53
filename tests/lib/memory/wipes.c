/* SPDX-License-Identifier: ISC */
/*
 * What is wiped, and whether it still held a secret then: OPENSSL_cleanse(3)
 * of the test's own program, not of its libraries, notes what it is given, in
 * processes that are forked of it too.  A secret is what the test knows.  It
 * defines that function, so a test takes it by including this file, after
 * cmocka.h.
 */
#include <sys/mman.h>

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "../patience.h"

#define RECORDS 65536
#define SOON_MS 10000
#define LARGE ((size_t)1 << 30)
#define SECRETS_MAX 16
#define HAS(secret) (1U << (secret))
#define SOMETHING HAS(SECRETS_MAX) /* any byte but 0 */

/* Of this process and those forked of it. */
static struct shared {
	atomic_size_t count;
	struct {
		size_t length;
		unsigned found; /* HAS(...) */
	} record[RECORDS];
	uint8_t newest[32]; /* of this length, for what is known later */
	struct {
		size_t length;
		uint8_t bytes[64];
	} secret[SECRETS_MAX];
} * shared;

static size_t from;

extern const char __executable_start, etext;

static void
note(const uint8_t *data, size_t length)
{
	unsigned found = 0;
	size_t i;

	for (i = 0; i < length && data[i] == 0; i++)
		continue;
	if (i < length)
		found |= SOMETHING;
	for (i = 0; i < SECRETS_MAX; i++)
		if (shared->secret[i].length > 0 &&
		    memmem(data, length, shared->secret[i].bytes,
			shared->secret[i].length) != NULL)
			found |= HAS(i);
	if (length == sizeof(shared->newest))
		memcpy(shared->newest, data, length);
	i = atomic_fetch_add(&shared->count, 1);
	if (i < RECORDS) {
		shared->record[i].found = found;
		shared->record[i].length = length;
	}
}

/* OpenSSL's own are not ours. */
void
OPENSSL_cleanse(void *data, size_t length)
{
	const void *caller = __builtin_return_address(0);
	volatile uint8_t *bytes = data;

	if (shared != NULL && caller >= (const void *)&__executable_start &&
	    caller <= (const void *)&etext)
		note(data, length);
	for (size_t i = 0; i < length; i++)
		bytes[i] = 0;
}

/* Before the tests. */
static bool
wipes_open(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		shared = NULL;
	return shared != NULL;
}

static void
know(unsigned secret, const void *bytes, size_t length)
{
	assert_true(length <= sizeof(shared->secret[secret].bytes));
	memcpy(shared->secret[secret].bytes, bytes, length);
	shared->secret[secret].length = length;
}

/* What is counted is what comes after. */
static void
begin(void)
{
	from = shared->count;
}

static size_t
count(size_t least, size_t most, unsigned has)
{
	size_t n = 0;

	assert_true(shared->count < RECORDS);
	for (size_t i = from; i < shared->count; i++)
		n += shared->record[i].length >= least &&
		    shared->record[i].length <= most &&
		    (shared->record[i].found & has) == has;
	return n;
}

/* At least n buffers of such a length with all of these in it; soon. */
static void
expect(const char *what, size_t least, size_t most, unsigned has, size_t n)
{
	struct patience bound;

	patience_begin(&bound, SOON_MS);
	while (count(least, most, has) < n && !patience_is_over(&bound))
		poll(NULL, 0, 5);
	if (count(least, most, has) < n)
		fail_msg("%s: wiped %zu times, not %zu", what,
		    count(least, most, has), n);
}

static void
expect_one(const char *what, size_t length, unsigned has)
{
	expect(what, length, length, has, 1);
}
