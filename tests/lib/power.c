/* SPDX-License-Identifier: ISC */
/*
 * The disk of power.h.  A call is an operation; operations since the last
 * sync of what they are on are pending, and each state takes some of them.
 * Renames and unlinks are whole or not at all, in any order's subset.
 */
#include "power.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk_calls.h"
#include "store_fixture.h"

#define SECTOR 512
#define BLOCK 4096
#define NAMES 64
#define NAME 64
#define FILES 1024
#define BELOW "journal" /* the one directory in it */

struct operation {
	enum disk_kind kind;
	char name[NAME], to[NAME];
	uint64_t inode;
	uint8_t *data;
	size_t length, at;
};

struct image {
	uint8_t *bytes;
	size_t size;
};

/* A file: what is synced of it, and the operations that aren't. */
struct disk_file {
	uint64_t inode;
	struct image synced;
	size_t *pending, pending_count;
};

struct disk_name {
	char name[NAME];
	uint64_t inode; /* 0: none */
};

struct power {
	struct operation *operations;
	size_t count, room, moment;
	struct disk_file files[FILES];
	size_t files_count;
	struct disk_name names[NAMES];
	size_t *pending, pending_count; /* of both directories */
};

static struct power *recording;

static void *
grow(void *array, size_t count, size_t size)
{
	/* By powers of two. */
	if ((count & (count - 1)) == 0)
		array = realloc(array, (count == 0 ? 1 : 2 * count) * size);
	if (array == NULL)
		abort();
	return array;
}

static void
note(const struct disk_call *call)
{
	struct power *power = recording;
	struct operation *operation;

	if (call->kind == DISK_READ ||
	    (call->path[0] != '\0' && strstr(call->path, "-shm") != NULL))
		return;
	power->operations =
	    grow(power->operations, power->count, sizeof(*power->operations));
	operation = &power->operations[power->count++];
	*operation = (struct operation) { .kind = call->kind,
		.inode = call->inode,
		.length = call->replaces ? 1 : call->length,
		.at = (size_t)call->at };
	snprintf(operation->name, sizeof(operation->name), "%s", call->path);
	if (call->to != NULL)
		snprintf(operation->to, sizeof(operation->to), "%s", call->to);
	if (call->kind == DISK_WRITE && call->length > 0) {
		operation->data = malloc(call->length);
		memcpy(operation->data, call->data, call->length);
	}
}

static struct disk_file *
file_of(struct power *power, uint64_t inode)
{
	size_t i;

	for (i = 0; i < power->files_count; i++)
		if (power->files[i].inode == inode)
			return &power->files[i];
	if (power->files_count == FILES)
		abort();
	power->files[i] = (struct disk_file) { .inode = inode };
	power->files_count++;
	return &power->files[i];
}

static struct disk_name *
name_of(struct disk_name names[NAMES], const char *name)
{
	size_t i;

	for (i = 0; i < NAMES && names[i].name[0] != '\0'; i++)
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	if (i == NAMES)
		abort();
	snprintf(names[i].name, sizeof(names[i].name), "%s", name);
	return &names[i];
}

static void
resize(struct image *image, size_t size)
{
	if (size > image->size) {
		image->bytes = realloc(image->bytes, size);
		memset(image->bytes + image->size, 0, size - image->size);
	}
	image->size = size;
}

/* length bytes at `from` of a write; the size grows with them. */
static void
put(struct image *image, const struct operation *write, size_t from,
    size_t length)
{
	if (length == 0)
		return;
	if (write->at + from + length > image->size)
		resize(image, write->at + from + length);
	memcpy(image->bytes + write->at + from, write->data + from, length);
}

static void
apply(struct image *image, const struct operation *operation)
{
	if (operation->kind == DISK_TRUNCATE)
		resize(image, operation->at);
	else if (operation->length > 0)
		put(image, operation, 0, operation->length);
}

/* Each sector of it is there, or isn't, or is in part. */
static void
apply_torn(struct image *image, const struct operation *write)
{
	size_t from, length;
	long fate;

	for (from = 0; from < write->length; from += length) {
		length = SECTOR - (write->at + from) % SECTOR;
		if (length > write->length - from)
			length = write->length - from;
		fate = random() % 5;
		if (fate < 2)
			put(image, write, from, length);
		else if (fate == 2)
			put(image, write, from,
			    (size_t)random() % (length + 1));
		else if (fate == 3 && write->at + from + length > image->size)
			resize(image, write->at + from + length);
	}
}

static void
sync_file(struct power *power, struct disk_file *file)
{
	for (size_t i = 0; i < file->pending_count; i++)
		apply(&file->synced, &power->operations[file->pending[i]]);
	file->pending_count = 0;
}

static void
apply_name(struct disk_name names[NAMES], const struct operation *operation)
{
	if (operation->kind == DISK_RENAME) {
		name_of(names, operation->to)->inode = operation->inode;
		name_of(names, operation->name)->inode = 0;
	} else {
		name_of(names, operation->name)->inode =
		    operation->kind == DISK_OPEN ? operation->inode : 0;
	}
}

/* As all would be if everything so far were on the disk. */
static void
names_now(const struct power *power, struct disk_name names[NAMES])
{
	memcpy(names, power->names, sizeof(power->names));
	for (size_t i = 0; i < power->pending_count; i++)
		apply_name(names, &power->operations[power->pending[i]]);
}

static void
pend(size_t **pending, size_t *count, size_t operation)
{
	*pending = grow(*pending, *count, sizeof(**pending));
	(*pending)[(*count)++] = operation;
}

static bool
is_directory(const char *name)
{
	return name[0] == '\0' || strcmp(name, BELOW) == 0;
}

static bool
is_in(const char *directory, const char *name)
{
	return (strchr(name, '/') != NULL) == (directory[0] != '\0');
}

/* What is pending of the one directory; a rename stays in one. */
static void
sync_directory(struct power *power, const char *directory)
{
	const struct operation *operation;
	size_t left = 0;

	for (size_t i = 0; i < power->pending_count; i++) {
		operation = &power->operations[power->pending[i]];
		if (is_in(directory, operation->name))
			apply_name(power->names, operation);
		else
			power->pending[left++] = power->pending[i];
	}
	power->pending_count = left;
}

/* An open is news where it made the file, or cut it. */
static void
go_open(struct power *power, struct operation *operation,
    struct disk_name names[NAMES])
{
	struct disk_file *file;

	if (is_directory(operation->name))
		return;
	if (name_of(names, operation->name)->inode != operation->inode) {
		/* A number that was another's file before. */
		file = file_of(power, operation->inode);
		file->pending_count = 0;
		resize(&file->synced, 0);
		pend(&power->pending, &power->pending_count, power->moment);
	} else if (operation->length == 1) {
		operation->kind = DISK_TRUNCATE;
		operation->at = 0;
		file = file_of(power, operation->inode);
		pend(&file->pending, &file->pending_count, power->moment);
	}
}

static void
go_one(struct power *power)
{
	struct operation *operation = &power->operations[power->moment];
	struct disk_name names[NAMES];
	struct disk_file *file;

	names_now(power, names);
	if (operation->kind == DISK_OPEN) {
		go_open(power, operation, names);
	} else if (operation->kind == DISK_SYNC &&
	    is_directory(operation->name)) {
		sync_directory(power, operation->name);
	} else if (operation->kind == DISK_SYNC) {
		sync_file(power, file_of(power, operation->inode));
	} else if (operation->kind == DISK_RENAME ||
	    operation->kind == DISK_UNLINK) {
		operation->inode = name_of(names, operation->name)->inode;
		pend(&power->pending, &power->pending_count, power->moment);
	} else {
		file = file_of(power, operation->inode);
		pend(&file->pending, &file->pending_count, power->moment);
	}
	power->moment++;
}

static void
begin_file(struct power *power, const char *directory, const char *name)
{
	struct disk_file *file;
	struct stat status;
	size_t length;
	char *data;

	if (stat(fixture_path(directory, name), &status) == -1)
		abort();
	name_of(power->names, name)->inode = status.st_ino;
	file = file_of(power, status.st_ino);
	data = fixture_read(directory, name, &length);
	resize(&file->synced, length);
	if (length > 0)
		memcpy(file->synced.bytes, data, length);
	free(data);
}

/* `below`: "", or the one directory in it with a slash. */
static void
begin_files(struct power *power, const char *directory, const char *below)
{
	DIR *dir = opendir(fixture_path(directory, below));
	struct dirent *entry;
	char name[2 * NAME];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(name, sizeof(name), "%s%.*s", below, NAME - 1,
		    entry->d_name);
		if (entry->d_name[0] != '.' && strcmp(name, BELOW) != 0)
			begin_file(power, directory, name);
	}
	if (dir != NULL)
		closedir(dir);
}

struct power *
power_begin(const char *directory)
{
	struct power *power = calloc(1, sizeof(*power));

	begin_files(power, directory, "");
	begin_files(power, directory, BELOW "/");
	recording = power;
	disk_calls.after = note;
	return power;
}

size_t
power_moments(const struct power *power)
{
	return power->count;
}

void
power_go(struct power *power, size_t moment)
{
	disk_calls.after = NULL;
	while (power->moment < moment)
		go_one(power);
}

/* One way for a whole file: all, nothing, some writes, or by the sector. */
static struct image
image_of(const struct power *power, const struct disk_file *file)
{
	struct image image = { NULL, 0 };
	long way = random() % 4;

	resize(&image, file->synced.size);
	if (image.size > 0)
		memcpy(image.bytes, file->synced.bytes, image.size);
	for (size_t i = 0; way != 0 && i < file->pending_count; i++) {
		const struct operation *operation =
		    &power->operations[file->pending[i]];

		if (way == 3 && operation->kind == DISK_WRITE)
			apply_torn(&image, operation);
		else if (way == 1 || random() % 2 == 0)
			apply(&image, operation);
	}
	return image;
}

static void
write_image(const struct image *image, const char *path, bool is_reserve)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	static const uint8_t zeros[BLOCK];
	size_t done = 0, part;
	ssize_t n = 1;

	/* What is all zeros may be a hole. */
	(void)!ftruncate(fd, (off_t)image->size);
	for (; done < image->size && n > 0; done += part) {
		part = image->size - done < BLOCK ? image->size - done : BLOCK;
		if (memcmp(image->bytes + done, zeros, part) != 0)
			n = pwrite(fd, image->bytes + done, part, (off_t)done);
	}
	/* Allocated, never written. */
	if (is_reserve)
		(void)!ftruncate(fd, 4 * 1024 * 1024);
	if (fd == -1 || n <= 0)
		abort();
	close(fd);
}

void
power_cut(const struct power *power, const char *to)
{
	struct disk_name names[NAMES];
	struct image image;
	long way = random() % 3;

	memcpy(names, power->names, sizeof(names));
	for (size_t i = 0; way != 0 && i < power->pending_count; i++)
		if (way == 1 || random() % 2 == 0)
			apply_name(
			    names, &power->operations[power->pending[i]]);
	for (size_t i = 0; i < NAMES && names[i].name[0] != '\0'; i++) {
		if (names[i].inode == 0)
			continue;
		if (is_in(BELOW, names[i].name))
			(void)mkdir(fixture_path(to, BELOW), 0700);
		image = image_of(
		    power, file_of((struct power *)power, names[i].inode));
		write_image(&image, fixture_path(to, names[i].name),
		    strcmp(names[i].name, "reserve") == 0);
		free(image.bytes);
	}
}

void
power_free(struct power *power)
{
	for (size_t i = 0; i < power->count; i++)
		free(power->operations[i].data);
	for (size_t i = 0; i < power->files_count; i++) {
		free(power->files[i].synced.bytes);
		free(power->files[i].pending);
	}
	free(power->pending);
	free(power->operations);
	free(power);
}
