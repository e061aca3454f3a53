/* SPDX-License-Identifier: ISC */
/*
 * The mmap(2) that libcrypt calls.  A program's own symbol comes before the C
 * library's (ld.so(8)), and libcrypt takes no allocator.  It changes nothing
 * for a thread that has not asked.
 */

/* Else <sys/mman.h> makes mmap another name of mmap64: both are ours. */
#undef _FILE_OFFSET_BITS
#include "hashing_pages.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#define LARGE ((size_t)2 * 1024 * 1024)

static _Thread_local bool wanted;

void
hashing_pages(bool large)
{
	wanted = large;
}

/*
 * Where a long has 32 bits the call takes its offset in another way, and
 * ThreadSanitizer has an mmap(2) of its own.
 */
#if defined(__LP64__) && !defined(__SANITIZE_THREAD__)
static void *
map(void *address, size_t length, int protection, int flags, int fd,
    off_t offset)
{
	return (void *)syscall(
	    SYS_mmap, address, length, protection, flags, fd, offset);
}

/* Maps from the start of a large page; unmaps what is around it. */
static void *
map_large(size_t length, int protection, int flags)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before;
	size_t whole = (length + page - 1) / page * page;
	char *memory = map(NULL, whole + LARGE, protection, flags, -1, 0);

	if (memory == MAP_FAILED)
		return memory;
	before = LARGE - (uintptr_t)memory % LARGE;
	(void)munmap(memory, before);
	memory += before;
	if (before < LARGE)
		(void)munmap(memory + whole, LARGE - before);
	(void)madvise(memory, whole, MADV_HUGEPAGE);
	return memory;
}

void *
mmap(void *address, size_t length, int protection, int flags, int fd,
    off_t offset)
{
	if (wanted && address == NULL && fd == -1 && length >= LARGE)
		return map_large(length, protection, flags);
	return map(address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd,
    off64_t offset) __attribute__((alias("mmap")));
#endif
