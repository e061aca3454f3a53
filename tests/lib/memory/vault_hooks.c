/* SPDX-License-Identifier: ISC */
/*
 * A vault in a process of its own (vault_fixture.h) whose clock, allocations
 * and calls of OpenSSL obey the test, and what its tests say all the time.
 * It has functions of its own for libc's: a test takes it by including it
 * before any header.
 */
#include "own_memory.c"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <crypt.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <sqlite3.h>

#include "../../../bankd/vault/login/login_state.h"
#include "../../../shared/base/util.h"
#include "../fault_vfs.h"
#include "../patience.h"
#include "../vault_fixture.h"

#define PATIENCE_MS 20000
#define SLOW "login.hash_cost=7"

static struct shared {
	struct own_memory memory;
	long skew_s;       /* added to the vault's clocks */
	long failing_kdf;  /* the nth from now on; 0: none */
	long failing_seal; /* likewise */
	long failing_random;
	long failing_hmac;
	long vault; /* its process */
} * shared;

static struct vaults fixture;
static char full_while[80];

int
clock_gettime(clockid_t which, struct timespec *time)
{
	int result = (int)syscall(SYS_clock_gettime, which, time);

	if (shared != NULL && getpid() == shared->vault)
		time->tv_sec += shared->skew_s;
	return result;
}

static bool
fails(long *nth)
{
	return shared != NULL && getpid() == shared->vault && *nth > 0 &&
	    __atomic_sub_fetch(nth, 1, __ATOMIC_SEQ_CST) == 0;
}

/* The room for what bank.db's log gets; bank.db has none either. */
int
fallocate64(int fd, int mode, off_t at, off_t length)
{
	if (shared != NULL && getpid() == shared->vault &&
	    access(full_while, F_OK) == 0) {
		errno = ENOSPC;
		return -1;
	}
	return (int)syscall(SYS_fallocate, fd, mode, at, length);
}

EVP_KDF_CTX *
EVP_KDF_CTX_new(EVP_KDF *kdf)
{
	static EVP_KDF_CTX *(*real)(EVP_KDF *);

	if (real == NULL)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "EVP_KDF_CTX_new");
	return fails(&shared->failing_kdf) ? NULL : real(kdf);
}

EVP_CIPHER_CTX *
EVP_CIPHER_CTX_new(void)
{
	static EVP_CIPHER_CTX *(*real)(void);

	if (real == NULL)
		*(void **)(void *)&real =
		    dlsym(RTLD_NEXT, "EVP_CIPHER_CTX_new");
	return fails(&shared->failing_seal) ? NULL : real();
}

int
RAND_bytes(unsigned char *bytes, int count)
{
	static int (*real)(unsigned char *, int);

	if (real == NULL)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "RAND_bytes");
	return fails(&shared->failing_random) ? 0 : real(bytes, count);
}

unsigned char *
HMAC(const EVP_MD *hash, const void *key, int key_length,
    const unsigned char *bytes, size_t length, unsigned char *digest,
    unsigned int *digest_length)
{
	static unsigned char *(*real)(const EVP_MD *, const void *, int,
	    const unsigned char *, size_t, unsigned char *, unsigned int *);

	if (real == NULL)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "HMAC");
	return fails(&shared->failing_hmac)
	    ? NULL
	    : real(hash, key, key_length, bytes, length, digest, digest_length);
}

static void
in_the_vault(void)
{
	fault_vfs_register();
	fault_vfs.database_full_while = full_while;
	own_memory = &shared->memory;
	shared->vault = getpid();
}

static int
setup(void **state)
{
	memset(shared, 0, sizeof(*shared));
	(void)unlink(full_while); /* of one that failed */
	fixture.before = in_the_vault;
	vaults_start(&fixture, NULL);
	*state = &fixture;
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, vaults_teardown)

static int
group_setup(void **state)
{
	(void)state;
	snprintf(full_while, sizeof(full_while), "/tmp/test-logins-full-%ld",
	    (long)getpid());
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

static void
restart(const char *first, const char *second)
{
	const char *const options[] = { first, second, NULL };

	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_run(&fixture, options);
}

static int
log_in(struct vaults_atm *atm, const char *text)
{
	vaults_login(&fixture, atm, FRAME_LOGIN, text);
	return vaults_answer(&fixture, atm);
}

/* With the G that follows. */
static void
refused(struct vaults_atm *atm, const char *text, int code)
{
	assert_int_equal(log_in(atm, text), code);
	assert_int_equal(vaults_answer(&fixture, atm), 'G');
}

/* One number of the database, as another process sees it. */
static int64_t
number_of(const char *sql)
{
	sqlite3_stmt *row;
	char path[128];
	int64_t number;
	sqlite3 *db;

	vaults_publish(&fixture);
	snprintf(path, sizeof(path), "%s/bank.db", fixture.directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	assert_int_equal(
	    sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	number = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return number;
}

static void
wait_for(const char *sql, int64_t number)
{
	struct patience bound;

	patience_begin(&bound, PATIENCE_MS);
	while (number_of(sql) != number && !patience_is_over(&bound))
		poll(NULL, 0, 5);
	if (number_of(sql) == number)
		return;
	fail_msg("%s: never %ld", sql, (long)number);
}

static void
wait_until_compared(void)
{
	wait_for("SELECT max(pending) FROM attempt", 1);
}
