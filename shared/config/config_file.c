/* SPDX-License-Identifier: ISC */
/*
 * Reads an ini file, completely or not at all.  iniparser(3) parses.  What it
 * doesn't report (the line of a name, a last line that was dropped) is found
 * here in the text of the file.  Only processes that may open files run this.
 * Only the loader and the string getter of iniparser are used.  The names are
 * read from the dictionary itself, because the functions that list names skip
 * keys before the first section.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <iniparser/iniparser.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config_state.h"
#include "../base/error.h"
#include "../base/file.h"
#include "../base/util.h"

#define FILE_LIMIT (1 << 20)
#define WHERE_SIZE (PATH_MAX + 16)
#define NAME_SIZE 1024
#define MESSAGE_SIZE (PATH_MAX + 2048) /* iniparser's, a line of the file */

/* One reading of one file. */
struct reading {
	struct config *config; /* NULL for config_peek() */
	const char *path;
	char *text;
	bool changed; /* the text differs from that of the file */
	size_t length;
	dictionary *names;
	char directory[PATH_MAX];
	char *error;
	size_t size;
};

/* iniparser's callback has no context argument. */
static _Thread_local char *first_message;

static int keep_message(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static int
keep_message(const char *format, ...)
{
	va_list arguments;

	if (first_message == NULL || first_message[0] != '\0')
		return 0;
	va_start(arguments, format);
	vsnprintf(first_message, MESSAGE_SIZE, format, arguments);
	va_end(arguments);
	return 0;
}

/* `path:line`, or only the path if the line is unknown (0). */
static void
name_place(const struct reading *reading, unsigned line, char where[WHERE_SIZE])
{
	if (line > 0)
		snprintf(where, WHERE_SIZE, "%s:%u", reading->path, line);
	else
		snprintf(where, WHERE_SIZE, "%s", reading->path);
}

static int
complain(const struct reading *reading, unsigned line, const char *section,
    const char *key, const char *what)
{
	char where[WHERE_SIZE];

	name_place(reading, line, where);
	config_complain(
	    reading->error, reading->size, where, section, key, what);
	return BANK_ECONFIG;
}

/* A part of the file's text, and trimming it. */
struct span {
	const char *start, *end;
};

static struct span
trim(const char *start, const char *end)
{
	while (start < end && isspace((unsigned char)*start))
		start++;
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	return (struct span) { start, end };
}

static bool
span_is(struct span span, const char *name)
{
	size_t length = (size_t)(span.end - span.start);

	return length == strlen(name) &&
	    strncasecmp(span.start, name, length) == 0;
}

/* Whether the line begins a section; then sets its name. */
static bool
opens_section(struct span line, struct span *section)
{
	if (line.end - line.start < 2 || *line.start != '[' ||
	    line.end[-1] != ']')
		return false;
	*section = trim(line.start + 1, line.end - 1);
	return true;
}

static bool
sets_key(struct span line, const char *key)
{
	const char *equals;

	if (line.start == line.end)
		return false;
	equals = memchr(line.start, '=', (size_t)(line.end - line.start));
	return equals != NULL && span_is(trim(line.start, equals), key);
}

/*
 * The last line that begins the section (key NULL) or sets the key: as with
 * iniparser, the last one counts.  0 if there is none, as for a name that is
 * broken over lines.
 */
static unsigned
find_line(const struct reading *reading, const char *section, const char *key)
{
	const char *p = reading->text, *end = p + reading->length;
	struct span current = { p, p };
	unsigned found = 0, number = 1;
	bool continues = false;

	for (; p < end; number++) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		struct span line = trim(p, stop != NULL ? stop : end);
		bool opened = !continues && opens_section(line, &current);

		if (!continues && span_is(current, section) &&
		    (key == NULL ? opened : sets_key(line, key)))
			found = number;
		continues = line.start < line.end && line.end[-1] == '\\';
		p = stop != NULL ? stop + 1 : end;
	}
	return found;
}

/* iniparser would take a directory for an empty file and drain a pipe. */
static int
load_text(struct reading *reading)
{
	struct stat st;
	int error = BANK_ESYS;

	if (stat(reading->path, &st) == 0 && !S_ISREG(st.st_mode))
		return complain(reading, 0, NULL, NULL, "not a regular file");
	error = file_read(
	    reading->path, FILE_LIMIT, &reading->text, &reading->length);
	if (error == BANK_ERANGE)
		return complain(reading, 0, NULL, NULL, "larger than 1 MB");
	if (error == BANK_ESYS) {
		int saved = errno;

		complain(reading, 0, NULL, NULL, strerror(saved));
		errno = saved;
	}
	return error;
}

/* Refuses what iniparser would drop silently. */
static int
check_text(struct reading *reading)
{
	struct span all = trim(reading->text, reading->text + reading->length);
	const char *wrong;
	unsigned line;

	if (memchr(reading->text, '\0', reading->length) != NULL)
		return complain(reading, 0, NULL, NULL, "contains a zero byte");
	wrong = config_text_mend(
	    reading->text, reading->length, &line, &reading->changed);
	if (wrong != NULL)
		return complain(reading, line, NULL, NULL, wrong);
	all = trim(reading->text, reading->text + reading->length);
	if (all.start < all.end && all.end[-1] == '\\')
		return complain(reading, 0, NULL, NULL,
		    "ends with a backslash, which continues a line");
	return 0;
}

/*
 * Expects `iniparser: WHAT in FILE (LINE):...`; any other message is reported
 * completely.
 */
static int
complain_message(const struct reading *reading, const char *path, char *message)
{
	static const char prefix[] = "iniparser: ";
	char *what = message, *in, *place;
	unsigned line = 0;

	if (strncmp(what, prefix, sizeof(prefix) - 1) == 0)
		what += sizeof(prefix) - 1;
	in = strstr(what, " in ");
	place = in == NULL ? NULL : strstr(in, path);
	if (place != NULL)
		place += strlen(path);
	if (place != NULL && strncmp(place, " (", 2) == 0) {
		line = (unsigned)strtoul(place + 2, NULL, 10);
		*in = '\0';
	}
	what[strcspn(what, "\n")] = '\0';
	return complain(reading, line, NULL, NULL, what);
}

static int
parse_file(struct reading *reading, const char *path)
{
	char message[MESSAGE_SIZE] = "";

	first_message = message;
	iniparser_set_error_callback(keep_message);
	reading->names = iniparser_load(path);
	first_message = NULL;
	/* If memory runs out it returns what it has, so the message decides. */
	if (message[0] != '\0')
		return complain_message(reading, path, message);
	return reading->names != NULL ? 0 : BANK_ENOMEM;
}

/* iniparser reads only files: a changed text becomes a file in memory. */
static int
parse(struct reading *reading)
{
	char path[64];
	int fd, result;

	if (!reading->changed)
		return parse_file(reading, reading->path);
	if ((fd = memfd_create("ini", MFD_CLOEXEC)) == -1)
		return BANK_ENOMEM;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, reading->text, reading->length) !=
	    (ssize_t)reading->length)
		result = BANK_ENOMEM;
	else if (access(path, R_OK) == -1)
		result = complain(reading, 0, NULL, NULL,
		    "begins with a byte order mark, or has a comment after a "
		    "section or with a backslash at its end; reading such a "
		    "file requires /proc");
	else
		result = parse_file(reading, path);
	close(fd);
	return result;
}

/* An entry of the dictionary: `section`, or `section:key`. */
static int
check_name(const struct reading *reading, const char *entry, bool is_section)
{
	const struct config *config = reading->config;
	char section[NAME_SIZE], where[WHERE_SIZE];
	const char *key = is_section ? NULL : strchr(entry, ':');
	unsigned line;

	string_copy(section, entry, sizeof(section));
	if (key != NULL)
		section[key++ - entry] = '\0';
	if (key == NULL ? config_has_section(config, section)
			: config_find(config, section, key) >= 0)
		return 0;
	line = find_line(reading, section, key);
	if (section[0] == '\0' && key != NULL)
		return complain(reading, line, NULL, key,
		    "comes before the first [section]");
	name_place(reading, line, where);
	config_complain_unknown(
	    config, reading->error, reading->size, where, section, key);
	return BANK_ECONFIG;
}

static int
check_names(const struct reading *reading)
{
	const dictionary *names = reading->names;

	for (size_t i = 0; i < (size_t)names->size; i++) {
		int error;

		if (names->key[i] == NULL)
			continue;
		error =
		    check_name(reading, names->key[i], names->val[i] == NULL);
		if (error != 0)
			return error;
	}
	return 0;
}

/*
 * Takes one row from the file.  A relative default path is relative to this
 * file too.
 */
static int
apply_row(const struct reading *reading, struct config *next, size_t index)
{
	const struct config_key *row = &next->keys[index];
	bool was_set = next->slots[index].set;
	char name[NAME_SIZE], reason[CONFIG_REASON_SIZE];
	const char *value;
	int error;

	snprintf(name, sizeof(name), "%s:%s", row->section, row->key);
	value = iniparser_getstring(reading->names, name, NULL);
	if (value == NULL && (was_set || row->type != CONFIG_PATH))
		return 0;
	error =
	    config_put(next, index, value != NULL ? value : row->default_value,
		reading->directory, reason);
	if (error == BANK_EINVAL)
		return complain(reading,
		    find_line(reading, row->section, row->key), row->section,
		    row->key, reason);
	next->slots[index].set = value != NULL;
	return error;
}

static int
apply(struct reading *reading)
{
	struct config *next = config_copy(reading->config);
	char path[PATH_MAX];
	int error = BANK_ENOMEM;

	if (next == NULL)
		return error;
	string_copy(path, reading->path, sizeof(path));
	if (realpath(dirname(path), reading->directory) == NULL) {
		error = complain(reading, 0, NULL, NULL,
		    "its directory can't be determined");
		goto out;
	}
	for (size_t i = 0; i < next->count; i++)
		if ((error = apply_row(reading, next, i)) != 0)
			goto out;
	config_take(reading->config, next);
	next = NULL;
out:
	config_free(next);
	return error;
}

/* Checks all names of the file; end_reading() follows in any case. */
static int
begin_reading(struct reading *reading)
{
	int result;

	/* The only error without a message of its own. */
	string_copy(reading->error, bank_strerror(BANK_ENOMEM), reading->size);
	if ((result = load_text(reading)) == 0 &&
	    (result = check_text(reading)) == 0)
		result = parse(reading);
	return result;
}

static void
end_reading(struct reading *reading)
{
	int saved = errno;

	if (reading->names != NULL)
		iniparser_freedict(reading->names);
	free(reading->text);
	errno = saved;
}

int
config_read(struct config *config, const char *path, char *error, size_t size)
{
	struct reading reading = {
		.config = config, .path = path, .error = error, .size = size
	};
	int result = begin_reading(&reading);

	if (result == 0 && (result = check_names(&reading)) == 0)
		result = apply(&reading);
	end_reading(&reading);
	return result;
}

int
config_peek(const char *path, const char *name, char *value, size_t value_size,
    char *error, size_t size)
{
	struct reading reading = { .path = path, .error = error, .size = size };
	int result = begin_reading(&reading);

	if (result == 0)
		string_copy(value, iniparser_getstring(reading.names, name, ""),
		    value_size);
	end_reading(&reading);
	return result;
}
