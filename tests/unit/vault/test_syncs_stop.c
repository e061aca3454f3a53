/* SPDX-License-Identifier: ISC */
/*
 * A vault that stops as it should syncs both files, for whose sake its marker
 * says so.
 */
#undef _FORTIFY_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../../shared/base/util.h"
#include "../../lib/vault_fixture.h"

static const char *const names[] = { "/balance", "/password" };

/* Of the vault's process too. */
static struct shared {
	int syncs[NELEM(names)];
} * shared;

static struct vaults fixture;

int
fsync(int fd)
{
	char link[64], path[256];
	size_t length, tail;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	length = n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < NELEM(names); i++) {
		tail = strlen(names[i]);
		if (length > tail &&
		    memcmp(path + length - tail, names[i], tail) == 0)
			shared->syncs[i]++;
	}
	return (int)syscall(SYS_fsync, fd);
}

static void
test_both_files(void **state)
{
	(void)state;
	vaults_start(&fixture, NULL);
	memset(shared, 0, sizeof(*shared));
	assert_int_equal(vaults_stop(&fixture), 0);
	for (size_t i = 0; i < NELEM(names); i++)
		assert_int_equal(shared->syncs[i], 1);
	vaults_remove(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_files),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
