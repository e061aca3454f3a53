/* SPDX-License-Identifier: ISC */
/*
 * Landlock: the kernel's filter of paths, where it has one (Linux 5.13).
 * Run by each of bankd's children once, after they opened what they need.  The
 * numbers are the kernel's; its header is often older than the kernel.
 */
#include "sandbox_filter.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "../../shared/base/error.h"

#define CREATE_VERSION 1U
#define RULE_PATH_BENEATH 1
#define READ_FILE_AND_DIRECTORY ((uint64_t)0xc)
#define CONNECT_TCP ((uint64_t)2)
#define SCOPE_SIGNAL ((uint64_t)1 << 1)

struct ruleset {
	uint64_t files, net, scoped;
};

struct path_beneath {
	uint64_t allowed;
	int32_t directory;
} __attribute__((packed));

/* What each version of the interface can handle, and the struct's size. */
static const struct version {
	struct ruleset handled;
	size_t size;
} versions[] = {
	{ { 0, 0, 0 }, 0 },
	{ { 0x1fff, 0, 0 }, 8 },
	{ { 0x3fff, 0, 0 }, 8 },
	{ { 0x7fff, 0, 0 }, 8 },
	{ { 0x7fff, 3, 0 }, 16 },
	{ { 0xffff, 3, 0 }, 16 },
	{ { 0xffff, 3, SCOPE_SIGNAL }, 24 },
};

static int
allow(int ruleset, const char *path, uint64_t access)
{
	struct path_beneath rule = { .allowed = access };
	long result;

	rule.directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.directory == -1)
		return BANK_ESYS;
	result = syscall(
	    SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
	close(rule.directory);
	return result == 0 ? 0 : BANK_ESYS;
}

static int
allow_all(int ruleset, const struct sandbox_files *files, uint64_t handled)
{
	if (files->all != NULL && allow(ruleset, files->all, handled) != 0)
		return BANK_ESYS;
	if (files->readable == NULL)
		return 0;
	for (size_t i = 0; files->readable[i] != NULL; i++) {
		if (allow(ruleset, files->readable[i],
			READ_FILE_AND_DIRECTORY) != 0 &&
		    errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			return BANK_ESYS;
	}
	return 0;
}

int
sandbox_landlock(const struct sandbox_files *files)
{
	const long last = sizeof(versions) / sizeof(versions[0]) - 1;
	struct ruleset handled;
	const struct version *version;
	int ruleset, error = BANK_ESYS;
	long abi;

	abi = syscall(
	    SYS_landlock_create_ruleset, NULL, (size_t)0, CREATE_VERSION);
	if (abi < 1)
		return BANK_ESYS;
	version = &versions[abi < last ? abi : last];
	handled = version->handled;
	if (files->connects)
		handled.net &= ~CONNECT_TCP;
	ruleset = (int)syscall(
	    SYS_landlock_create_ruleset, &handled, version->size, 0);
	if (ruleset == -1)
		return BANK_ESYS;
	if (allow_all(ruleset, files, handled.files) != 0)
		goto out;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0)
		error = 0;
out:
	close(ruleset);
	return error;
}
