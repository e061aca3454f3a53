/* SPDX-License-Identifier: ISC */
/*
 * Takes rights away from the process that calls, once and for good: user,
 * root directory, capabilities, files, system calls.  Each step that could
 * be undone is proven by an attempt to undo it.
 */
#include "sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "sandbox_filter.h"

/* LeakSanitizer reads its own process with ptrace(2) at the end. */
#if defined(__SANITIZE_ADDRESS__)
#define KEEP_DUMPABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEP_DUMPABLE 1
#endif
#endif
#ifndef KEEP_DUMPABLE
#define KEEP_DUMPABLE 0
#endif

#define CAPABILITY_MAX 63

/* What is in force, as words; or the one reason why it can't be. */
struct words {
	char *text;
	size_t size;
	enum sandbox_demand demand;
};

static void __attribute__((format(printf, 2, 3)))
add(struct words *words, const char *format, ...)
{
	size_t length = strlen(words->text);
	va_list ap;

	if (length > 0 && length + 1 < words->size)
		words->text[length++] = ' ';
	va_start(ap, format);
	vsnprintf(words->text + length, words->size - length, format, ap);
	va_end(ap);
}

static int __attribute__((format(printf, 2, 3)))
fail(struct words *words, const char *format, ...)
{
	int saved_errno = errno;
	va_list ap;

	va_start(ap, format);
	vsnprintf(words->text, words->size, format, ap);
	va_end(ap);
	errno = saved_errno;
	return BANK_ESYS;
}

/* One defence more, or, where it can't be had, what the demand says. */
static int
defence(struct words *words, const char *name, int result)
{
	if (result == 0) {
		add(words, "%s", name);
		return 0;
	}
	if (words->demand == SANDBOX_REQUIRE)
		return fail(words,
		    "%s: %s; bankd.ini: [process] sandbox = best-effort "
		    "starts without it",
		    name, strerror(errno));
	add(words, "no-%s", name);
	return 0;
}

int
sandbox_harden(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) == -1)
		return BANK_ESYS;
	if (!KEEP_DUMPABLE && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return BANK_ESYS;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return BANK_ESYS;
	return 0;
}

/* A directory that is empty and, being removed already, stays so. */
static int
chroot_empty(void)
{
	char run[] = "/run/bankd-XXXXXX", tmp[] = "/tmp/bankd-XXXXXX";
	char *path = run;
	int fd, result = BANK_ESYS;

	if (mkdtemp(path) == NULL && mkdtemp(path = tmp) == NULL)
		return BANK_ESYS;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (rmdir(path) == 0 && fd != -1 && fchdir(fd) == 0 &&
	    chroot(".") == 0 && chdir("/") == 0)
		result = 0;
	if (fd != -1)
		close(fd);
	return result;
}

/* Gone for good, if root can't be had back by any of the three numbers. */
static int
become(uid_t uid, gid_t gid)
{
	uid_t real, effective, saved;

	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return BANK_ESYS;
	if (getresuid(&real, &effective, &saved) == -1 || real != uid ||
	    effective != uid || saved != uid || getgid() != gid) {
		errno = EPERM;
		return BANK_ESYS;
	}
	if (uid != 0 && (setresuid(0, 0, 0) == 0 || seteuid(0) == 0)) {
		errno = EPERM;
		return BANK_ESYS;
	}
	return KEEP_DUMPABLE ? 0 : prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Root without a capability is a user like others who owns root's files. */
static int
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct none[2] = { 0 };
	const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
	    SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED;

	for (unsigned long i = 0; i <= CAPABILITY_MAX; i++) {
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == -1 && i == 0)
			return BANK_ESYS;
	}
	if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) == -1 ||
	    syscall(SYS_capset, &header, none) == -1)
		return BANK_ESYS;
	if (chroot("/") == 0) {
		errno = EPERM;
		return BANK_ESYS;
	}
	return 0;
}

/* `option`: where the user is named; `apart`: in an empty root directory. */
static int
other_user(
    struct words *words, const char *user, const char *option, bool apart)
{
	struct passwd *entry;
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0) {
		add(words, "user=%lu", (unsigned long)geteuid());
		return 0;
	}
	if ((entry = getpwnam(user)) == NULL)
		entry = getpwnam(user = "nobody");
	if (entry == NULL || entry->pw_uid == 0)
		return fail(
		    words, "no such user; bankd.ini: [process] %s", option);
	uid = entry->pw_uid;
	gid = entry->pw_gid;
	if (apart && words->demand != SANDBOX_OFF &&
	    defence(words, "chroot", chroot_empty()) != 0)
		return BANK_ESYS;
	if (become(uid, gid) != 0)
		return fail(
		    words, "can't become user %s: %s", user, strerror(errno));
	add(words, "user=%s", user);
	return 0;
}

static int
vault_user(struct words *words, uid_t uid, gid_t gid)
{
	if (geteuid() != 0 && geteuid() != uid)
		return fail(words,
		    "the state directory belongs to user %lu; start bankd as "
		    "that user or as root",
		    (unsigned long)uid);
	if (geteuid() != 0 || uid != 0) {
		if (geteuid() == 0 && become(uid, gid) != 0)
			return fail(words, "can't become user %lu: %s",
			    (unsigned long)uid, strerror(errno));
		add(words, "user=%lu", (unsigned long)uid);
		return 0;
	}
	add(words, "user=root");
	if (words->demand == SANDBOX_OFF)
		return 0;
	return defence(words, "capabilities=none", drop_capabilities());
}

/* Landlock is asked for but never demanded: Linux 5.10 hasn't got it. */
static int
filters(
    struct words *words, const struct sandbox_files *files, int (*filter)(void))
{
	if (words->demand == SANDBOX_OFF) {
		add(words, "no-seccomp");
		return 0;
	}
	add(words, "no-new-privs");
	add(words, sandbox_landlock(files) == 0 ? "landlock" : "no-landlock");
	return defence(words, "seccomp", filter());
}

int
sandbox_front(
    enum sandbox_demand demand, const char *user, char *in_force, size_t size)
{
	const struct sandbox_files none = { 0 };
	struct words words = { in_force, size, demand };

	in_force[0] = '\0';
	if (other_user(&words, user, "front_user", true) != 0)
		return BANK_ESYS;
	return filters(&words, &none, sandbox_filter_front);
}

int
sandbox_vault(enum sandbox_demand demand, uid_t uid, gid_t gid,
    const char *directory, char *in_force, size_t size)
{
	const struct sandbox_files files = { .all = directory };
	struct words words = { in_force, size, demand };

	in_force[0] = '\0';
	if (vault_user(&words, uid, gid) != 0)
		return BANK_ESYS;
	return filters(&words, &files, sandbox_filter_vault);
}

int
sandbox_courier(enum sandbox_demand demand, const char *user,
    const char *const readable[], char *in_force, size_t size)
{
	const struct sandbox_files files = { .readable = readable,
		.connects = true };
	struct words words = { in_force, size, demand };

	in_force[0] = '\0';
	if (other_user(&words, user, "courier_user", false) != 0)
		return BANK_ESYS;
	return filters(&words, &files, sandbox_filter_courier);
}
