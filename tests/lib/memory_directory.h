/* SPDX-License-Identifier: ISC */
/*
 * A fresh directory below TMPDIR, by default where files are in memory: a
 * fuzzer writes them anew for each input, and nothing waits for a disk.  The
 * caller removes it.
 */
#ifndef TESTS_MEMORY_DIRECTORY_H
#define TESTS_MEMORY_DIRECTORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void
memory_directory(const char *name, char *path, size_t size)
{
	static const char unique[] = "/test--XXXXXX";
	const char *place = getenv("TMPDIR");

	if (place == NULL ||
	    strlen(place) + strlen(name) + sizeof(unique) > size)
		place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(path, size, "%s/test-%s-XXXXXX", place, name);
	if (mkdtemp(path) == NULL)
		abort();
}

#endif
