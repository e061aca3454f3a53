/* SPDX-License-Identifier: ISC */
/*
 * Directories that root may use, and how: which links are followed, whose
 * rights a call has, what a file is replaced by.  As an ordinary user the
 * part of it that is that user's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../bankd/base/place.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"

#define USER 54321
#define GROUP 54322

static char top[] = "/tmp/test_place.XXXXXX";

static const char *
in(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % NELEM(paths)];

	snprintf(path, PATH_MAX, "%s/%s", top, name);
	return path;
}

static void
make(const char *name, uid_t uid, mode_t mode)
{
	assert_int_equal(mkdir(in(name), 0700), 0);
	assert_int_equal(chmod(in(name), mode), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(in(name), uid, uid), 0);
}

static void
make_link(const char *to, const char *name, uid_t uid)
{
	assert_int_equal(symlink(to, in(name)), 0);
	if (geteuid() == 0)
		assert_int_equal(lchown(in(name), uid, uid), 0);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(strrchr(top, '.'), ".XXXXXX");
	if (mkdtemp(top) == NULL || chmod(top, 0755) != 0)
		return -1;
	make("roots", 0, 0755);
	make("users", USER, 0755);
	make("group", 0, 0775);
	make("anybodys", 0, 0777);
	make("sticky", 0, 01777);
	make("users/roots", 0, 0755);
	make_link("roots", "link", 0);
	make_link("../link", "roots/link", 0);
	make_link("../roots", "users/link", 0);
	make_link("../roots", "sticky/link", 0);
	make_link("roots", "userslink", USER);
	make_link("round", "round", 0);
	return 0;
}

static int
teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void
root_or_skip(void)
{
	if (geteuid() != 0)
		skip();
}

/* Whether it leads to `roots`. */
static void
assert_followed(const char *path)
{
	struct stat wanted, got;
	int fd = place_directory(path);

	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(stat(in("roots"), &wanted), 0);
	assert_int_equal(fstat(fd, &got), 0);
	assert_int_equal(got.st_ino, wanted.st_ino);
	close(fd);
}

static void
assert_not(const char *path, int error)
{
	errno = 0;
	assert_int_equal(place_directory(path), BANK_ESYS);
	assert_int_equal(errno, error);
}

static void
test_anybody(void **state)
{
	struct place place;

	(void)state;
	assert_followed(in("roots"));
	assert_followed(in("roots/../roots//."));
	assert_followed(in("link"));
	assert_followed(in("roots/link"));
	assert_not(in("none"), ENOENT);
	assert_not(in("none/more"), ENOENT);
	assert_not(in("round"), ELOOP);
	assert_int_equal(
	    place_open(&place, in("roots/new/file"), false), BANK_ESYS);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(place_open(&place, "file", false), 0);
	assert_string_equal(place.name, "file");
	place_close(&place);
	place_close(&place);
}

static void
test_relative(void **state)
{
	char before[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(in("roots")), 0);
	assert_followed(".");
	assert_followed("../link");
	assert_followed("link");
	assert_int_equal(chdir(before), 0);
}

static void
test_links_that_root_does_not_follow(void **state)
{
	(void)state;
	root_or_skip();
	assert_not(in("users/link"), ELOOP);
	assert_not(in("users/link/"), ELOOP);
	assert_not(in("sticky/link"), ELOOP);
	assert_not(in("userslink"), ELOOP);
	assert_not(in("userslink/../roots"), ELOOP);
	assert_string_not_equal(place_reason(ELOOP), strerror(ELOOP));
	assert_string_equal(place_reason(ENOENT), strerror(ENOENT));
}

static void
test_where_others_may_write(void **state)
{
	static const struct {
		const char *path;
		int error;
		bool straight;
	} places[] = {
		{ "roots/file", 0, true },
		{ "sticky/file", 0, true },
		{ "users/file", 0, false },
		{ "users/roots/file", 0, false },
		/* Its group is root's, of which nobody else is. */
		{ "group/file", 0, true },
		{ "anybodys/file", ENOTUNIQ, false },
	};
	struct place place;

	(void)state;
	root_or_skip();
	for (size_t i = 0; i < NELEM(places); i++) {
		int result = place_open(&place, in(places[i].path), true);

		assert_int_equal(result == 0 ? 0 : errno, places[i].error);
		if (result != 0)
			continue;
		assert_int_equal(place.straight, places[i].straight);
		place_close(&place);
	}
	assert_int_equal(chown(in("group"), 0, GROUP), 0);
	assert_int_equal(place_open(&place, in("group/file"), true), BANK_ESYS);
	assert_int_equal(errno, ENOTUNIQ);
}

static void
assert_owned(const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_gid, gid);
	assert_int_equal(st.st_mode & 07777, mode);
}

/* Whoever makes a directory, it is its parent's owner's, and passable. */
static void
test_made(void **state)
{
	struct place place;
	mode_t before = umask(077);

	(void)state;
	root_or_skip();
	assert_int_equal(place_open(&place, in("users/new/file"), true), 0);
	assert_int_equal(place.uid, USER);
	place_close(&place);
	assert_owned(in("users/new"), USER, USER, 0755);
	assert_int_equal(place_open(&place, in("roots/new/file"), true), 0);
	place_close(&place);
	assert_owned(in("roots/new"), 0, 0, 0755);
	assert_int_equal(umask(before), 077);
	assert_int_equal(
	    place_open(&place, in("none/new/file"), true), BANK_ESYS);
}

static void
touch(const struct place *place, const char *name)
{
	int fd = openat(place->fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void
test_entered(void **state)
{
	const gid_t roots[] = { GROUP };
	struct place place;

	(void)state;
	root_or_skip();
	assert_int_equal(setgroups(NELEM(roots), roots), 0);
	assert_int_equal(place_open(&place, in("users/file"), false), 0);
	assert_int_equal(place_enter(&place, PLACE_NO_GROUP), 0);
	assert_int_equal(geteuid(), USER);
	assert_int_equal(getegid(), USER);
	assert_int_equal(getgroups(0, NULL), 0);
	touch(&place, "own");
	assert_int_equal(open(in("secret"), O_WRONLY | O_CREAT, 0600), -1);
	assert_int_equal(errno, EACCES);
	place_leave(&place);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(getegid(), 0);
	place_leave(&place);
	assert_owned(in("users/own"), USER, USER, 0600);
	assert_int_equal(place_enter(&place, GROUP), 0);
	touch(&place, "shared");
	place_leave(&place);
	assert_owned(in("users/shared"), USER, GROUP, 0600);
	place_close(&place);
	assert_int_equal(place_open(&place, in("roots/file"), false), 0);
	assert_int_equal(place_enter(&place, GROUP), 0);
	assert_int_equal(geteuid(), 0);
	place_leave(&place);
	place_close(&place);
}

static void
assert_says(const char *path, const char *text)
{
	char *data;
	size_t length;

	assert_int_equal(file_read(path, 100, &data, &length), 0);
	assert_string_equal(data, text);
	free(data);
}

static int
replace(const char *path, const char *text, const struct place_file *file)
{
	struct place place;
	int result;

	assert_int_equal(place_open(&place, path, false), 0);
	result = place_replace(&place, text, strlen(text), file);
	place_close(&place);
	return result;
}

static void
test_replaced(void **state)
{
	const struct place_file mine = { geteuid(), getegid(), 0640 };
	char longest[NAME_MAX + 1];
	mode_t before = umask(077);

	(void)state;
	assert_int_equal(replace(in("roots/file"), "one", &mine), 0);
	assert_owned(in("roots/file"), geteuid(), getegid(), 0640);
	assert_int_equal(chmod(in("roots/file"), 06604), 0);
	assert_int_equal(replace(in("roots/file"), "two", &mine), 0);
	assert_owned(in("roots/file"), geteuid(), getegid(), 0604);
	assert_says(in("roots/file"), "two");
	/* The link goes, and not what it leads to. */
	assert_int_equal(symlink("file", in("roots/other")), 0);
	assert_int_equal(replace(in("roots/other"), "three", &mine), 0);
	assert_says(in("roots/file"), "two");
	assert_says(in("roots/other"), "three");
	assert_owned(in("roots/other"), geteuid(), getegid(), 0640);
	memset(longest, 'x', NAME_MAX);
	longest[NAME_MAX] = '\0';
	assert_int_equal(replace(in(longest), "", &mine), BANK_ESYS);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(replace(in("users"), "", &mine), BANK_ESYS);
	assert_int_equal(errno, EISDIR);
	umask(before);
}

static void
test_replaced_by_root(void **state)
{
	const struct place_file users = { USER, GROUP, 0600 },
				roots = { 0, 0, 0600 };

	(void)state;
	root_or_skip();
	assert_int_equal(replace(in("users/file"), "one", &users), 0);
	assert_owned(in("users/file"), USER, GROUP, 0600);
	assert_int_equal(replace(in("users/file"), "two", &roots), 0);
	assert_owned(in("users/file"), USER, GROUP, 0600);
	assert_int_equal(replace(in("users/key"), "key", &roots), 0);
	assert_owned(in("users/key"), 0, 0, 0600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_anybody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_relative, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_links_that_root_does_not_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_where_others_may_write, setup, teardown),
		cmocka_unit_test_setup_teardown(test_made, setup, teardown),
		cmocka_unit_test_setup_teardown(test_entered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_replaced_by_root, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
