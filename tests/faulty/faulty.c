/* SPDX-License-Identifier: ISC */
/*
 * Linked into the real programs, it makes an allocation or a storage call of
 * theirs fail as the page of faulty.h says.  The linker's --wrap leads the
 * calls of our own code here; malloc() and its kin are defined too, which
 * every library then takes for libc's.  Without a page it does nothing.
 */
/* Before any header: it has functions of its own for libc's. */
#include "../lib/disk/disk_calls.c"

#include <sys/mman.h>

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/opensslv.h>

#include "../../shared/base/util.h"
#include "../lib/sanitized.h"
#include "faulty.h"

static struct faulty_page *page;
static enum faulty_role role;

/* Whether this is the one that fails. */
static bool
allocation_fails(bool libraries)
{
	if (page == NULL || (page->memory[role].libraries != 0) != libraries ||
	    __atomic_load_n(&page->memory[role].nth, __ATOMIC_RELAXED) <= 0)
		return false;
	__atomic_add_fetch(&page->memory[role].counted, 1, __ATOMIC_RELAXED);
	if (__atomic_sub_fetch(&page->memory[role].nth, 1, __ATOMIC_RELAXED) !=
	    0)
		return false;
	page->memory[role].failed++;
	errno = ENOMEM;
	return true;
}

/* Our own code's. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
int __real_clock_gettime(clockid_t clock, struct timespec *time);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);

void *
__wrap_malloc(size_t size)
{
	return allocation_fails(false) ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails(false) ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return allocation_fails(false) ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return allocation_fails(false) ? NULL
				       : __real_reallocarray(old, count, size);
}

char *
__wrap_strdup(const char *text)
{
	return allocation_fails(false) ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t size)
{
	return allocation_fails(false) ? NULL : __real_strndup(text, size);
}

/* Everybody's; a sanitizer has its own. */
#if !SANITIZED
/* How many initializations of libraries this thread is in. */
static __thread int initializing;

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
/*
 * Where an allocation fails while OpenSSL initializes itself, it initializes
 * itself to report that, and waits for itself for ever (seen in 3.5).  So none
 * fails in there.
 */
int
pthread_once(pthread_once_t *once, void (*begin)(void))
{
	int (*next)(pthread_once_t *, void (*)(void)) = (int (*)(
	    pthread_once_t *, void (*)(void)))dlsym(RTLD_NEXT, "pthread_once");
	int error;

	initializing++;
	error = next(once, begin);
	initializing--;
	return error;
}
#endif

/*
 * iniparser(3) writes through what calloc(3) gave it, whatever that is: its
 * own are counted, and don't fail.
 */
static bool
library_fails(const void *caller)
{
	Dl_info info;

	return allocation_fails(true) && initializing == 0 &&
	    (dladdr(caller, &info) == 0 ||
		strstr(info.dli_fname, "libiniparser") == NULL);
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *
malloc(size_t size)
{
	return library_fails(__builtin_return_address(0)) ? NULL
							  : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return library_fails(__builtin_return_address(0))
	    ? NULL
	    : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return library_fails(__builtin_return_address(0))
	    ? NULL
	    : __libc_realloc(old, size);
}
#endif

/* The program's clock. */
int
__wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	int result = __real_clock_gettime(clock, time);

	if (page != NULL && clock == CLOCK_REALTIME)
		time->tv_sec += page->clock_s;
	return result;
}

static int
storage_call(const struct disk_call *call)
{
	if (page->disk.nth <= 0 || (int64_t)call->kind != page->disk.kind)
		return 0;
	if (page->disk.nth > 1) {
		page->disk.nth--;
		return 0;
	}
	if (--page->disk.times <= 0)
		page->disk.nth = 0;
	page->disk.failed++;
	return (int)page->disk.answer;
}

static enum faulty_role
role_of(const char *name)
{
	static const struct {
		const char *name;
		enum faulty_role role;
	} names[] = { { "bankd: front", FAULTY_FRONT },
		{ "bankd: vault", FAULTY_VAULT },
		{ "bankd: courier", FAULTY_COURIER } };
	size_t length = strlen(name);

	for (size_t i = 0; i < NELEM(names); i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].role;
	return length >= 5 && strcmp(name + length - 5, "bankd") == 0
	    ? FAULTY_MONITOR
	    : FAULTY_KIOSK;
}

static void __attribute__((constructor)) open_page(int argc, char *argv[])
{
	static const char end[] = ".faults";
	char path[PATH_MAX];
	ssize_t length;
	void *memory;
	int fd;

	length = readlink("/proc/self/exe", path, sizeof(path) - sizeof(end));
	if (argc < 1 || length < 0)
		return;
	memcpy(path + length, end, sizeof(end));
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) == -1)
		return;
	memory = mmap(
	    NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED)
		return;
	role = role_of(argv[0]);
	page = memory;
	if (role != FAULTY_VAULT || page->directory[0] == '\0')
		return;
	disk_calls.directory = page->directory;
	disk_calls.before = storage_call;
}
