/* SPDX-License-Identifier: ISC */
/*
 * The VFS of fault_vfs.h: a shim over the default one.
 */
#include "fault_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <unistd.h>

struct fault_vfs fault_vfs;

static sqlite3_vfs *real;
static sqlite3_vfs shim;
static bool skip_syncs;

struct fault_file {
	sqlite3_file base;
	sqlite3_file *real; /* in the bytes behind this struct */
	bool is_database;
};

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct fault_file *)file)->real;
}

/* A database that has no room, while its log has. */
static bool
is_full(const sqlite3_file *file)
{
	const char *name = fault_vfs.database_full_while;

	return name != NULL && ((const struct fault_file *)file)->is_database &&
	    access(name, F_OK) == 0;
}

/* SQLITE_OK, or what this call is to return instead of its work. */
static int
count(enum fault_call call)
{
	struct fault_vfs *f = &fault_vfs;

	if (f->failed > 0)
		f->after++;
	f->calls[call]++;
	if (call == FAULT_WRITE && f->full_while != NULL &&
	    access(f->full_while, F_OK) == 0) {
		f->failed++;
		errno = ENOSPC;
		return SQLITE_FULL;
	}
	if (f->nth == 0 || call != f->fail || f->calls[call] < f->nth ||
	    (f->calls[call] > f->nth && !f->for_ever))
		return SQLITE_OK;
	f->failed++;
	errno = f->error;
	return f->code;
}

static int
file_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int
file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
	if (fault_vfs.at_read != NULL)
		fault_vfs.at_read();
	return real_of(file)->pMethods->xRead(real_of(file), data, size, at);
}

static int
file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
	int code = count(FAULT_WRITE);

	if (code == SQLITE_OK && is_full(file)) {
		fault_vfs.failed++;
		code = SQLITE_FULL;
	}
	return code != SQLITE_OK
	    ? code
	    : real_of(file)->pMethods->xWrite(real_of(file), data, size, at);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = count(FAULT_TRUNCATE);

	return code != SQLITE_OK
	    ? code
	    : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	int code = count(FAULT_SYNC);

	if (fault_vfs.at_sync != NULL)
		fault_vfs.at_sync();
	return code != SQLITE_OK || skip_syncs
	    ? code
	    : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int
file_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
file_check_reserved(sqlite3_file *file, int *result)
{
	return real_of(file)->pMethods->xCheckReservedLock(
	    real_of(file), result);
}

static int
file_control(sqlite3_file *file, int operation, void *argument)
{
	if (operation == SQLITE_FCNTL_LAST_ERRNO && fault_vfs.failed > 0) {
		*(int *)argument = fault_vfs.error;
		return SQLITE_OK;
	}
	return real_of(file)->pMethods->xFileControl(
	    real_of(file), operation, argument);
}

static int
file_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
file_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int
shm_map(
    sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
	return real_of(file)->pMethods->xShmMap(
	    real_of(file), page, size, extend, memory);
}

static int
shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	void (*at_lock)(void *context) = fault_vfs.at_lock;

	if (at_lock != NULL && fault_vfs.locks-- == 0) {
		fault_vfs.at_lock = NULL;
		at_lock(fault_vfs.context);
	}
	return real_of(file)->pMethods->xShmLock(
	    real_of(file), offset, n, flags);
}

static void
shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
shm_unmap(sqlite3_file *file, int delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_characteristics,
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
};

static int
vfs_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct fault_file *f = (struct fault_file *)file;
	int code;

	(void)vfs;
	f->real = (sqlite3_file *)(f + 1);
	f->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
	code = real->xOpen(real, name, f->real, flags, out);
	f->base.pMethods = f->real->pMethods != NULL ? &methods : NULL;
	return code;
}

void
fault_vfs_register(void)
{
	if (real != NULL)
		return;
	real = sqlite3_vfs_find(NULL);
	shim = *real;
	shim.zName = "fault";
	shim.pNext = NULL;
	shim.szOsFile = (int)sizeof(struct fault_file) + real->szOsFile;
	shim.xOpen = vfs_open;
	sqlite3_vfs_register(&shim, 1);
}

void
fault_vfs_skip_syncs(bool skip)
{
	skip_syncs = skip;
}

void
fault_vfs_set(enum fault_call call, long nth, int code, int error)
{
	fault_vfs = (struct fault_vfs) {
		.fail = call, .nth = nth, .code = code, .error = error
	};
}
