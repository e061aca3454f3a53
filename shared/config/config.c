/* SPDX-License-Identifier: ISC */
/*
 * The values in force: set from the table's defaults, changed by files and
 * assignments, printed, and passed between processes as text.  Every process;
 * reads no file (config_file.c does).
 */
#include "config.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "config_state.h"
#include "../base/error.h"
#include "../base/util.h"

/* A line of config_dump(): section, key and value. */
#define LINE_SIZE (CONFIG_VALUE_SIZE + 128)

static struct config *
allocate(const struct config_key *keys, size_t count)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		return NULL;
	config->keys = keys;
	config->count = count;
	config->slots = calloc(count > 0 ? count : 1, sizeof(*config->slots));
	if (config->slots == NULL) {
		free(config);
		return NULL;
	}
	return config;
}

/*
 * A relative default path is relative to the current directory, until
 * config_read() makes it relative to the file.
 */
static int
put_default(struct config *config, size_t index, const char *directory)
{
	const char *text = config->keys[index].default_value;
	char reason[CONFIG_REASON_SIZE];
	int error = config_put(config, index, text, directory, reason);

	if (error == BANK_EINVAL)
		error = config_put(config, index, text, NULL, reason);
	assert(error != BANK_EINVAL);
	config->slots[index].set = false;
	return error;
}

struct config *
config_new(const struct config_key *keys, size_t count)
{
	struct config *config = allocate(keys, count);
	char buffer[PATH_MAX];
	const char *directory = realpath(".", buffer);

	if (config == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (put_default(config, i, directory) != 0) {
			config_free(config);
			return NULL;
		}
	}
	return config;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->count; i++)
		free(config->slots[i].text);
	free(config->slots);
	free(config);
}

struct config *
config_copy(const struct config *config)
{
	struct config *copy = allocate(config->keys, config->count);

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < config->count; i++) {
		copy->slots[i] = config->slots[i];
		copy->slots[i].text = strdup(config->slots[i].text);
		if (copy->slots[i].text == NULL) {
			config_free(copy);
			return NULL;
		}
	}
	return copy;
}

void
config_take(struct config *config, struct config *from)
{
	struct config_slot *slots = config->slots;

	config->slots = from->slots;
	from->slots = slots;
	config_free(from);
}

long
config_find(const struct config *config, const char *section, const char *key)
{
	for (size_t i = 0; i < config->count; i++)
		if (strcasecmp(config->keys[i].section, section) == 0 &&
		    strcasecmp(config->keys[i].key, key) == 0)
			return (long)i;
	return -1;
}

bool
config_has_section(const struct config *config, const char *section)
{
	for (size_t i = 0; i < config->count; i++)
		if (strcasecmp(config->keys[i].section, section) == 0)
			return true;
	return false;
}

const char *
config_string(const struct config *config, size_t index)
{
	assert(index < config->count);
	return config->slots[index].text;
}

int64_t
config_number(const struct config *config, size_t index)
{
	assert(index < config->count);
	return config->slots[index].number;
}

bool
config_is_set(const struct config *config, size_t index)
{
	assert(index < config->count);
	return config->slots[index].set;
}

/* A row as a file has it, below its section, and below a comment or NULL. */
static void
print_row(const struct config *config, size_t index, const char **section,
    const char *comment, FILE *out)
{
	const struct config_key *row = &config->keys[index];
	char quoted[CONFIG_VALUE_SIZE + 2];

	if (strcmp(*section, row->section) != 0)
		fprintf(out, "%s[%s]\n", **section != '\0' ? "\n" : "",
		    row->section);
	*section = row->section;
	if (comment != NULL)
		fprintf(out, "# %s\n", comment);
	/* config_put() accepted only values that have a spelling. */
	if (config_quote(config->slots[index].text, quoted) == 0)
		fprintf(out, "%s = %s\n", row->key, quoted);
}

void
config_print(const struct config *config, FILE *out, bool with_meaning)
{
	const char *section = "";

	for (size_t i = 0; i < config->count; i++)
		print_row(config, i, &section,
		    with_meaning ? config->keys[i].meaning : NULL, out);
}

void
config_print_changes(
    const struct config *config, const struct config *other, FILE *out)
{
	char comment[CONFIG_VALUE_SIZE + 16];
	const char *section = "";

	for (size_t i = 0; i < config->count; i++) {
		if (strcmp(config->slots[i].text, other->slots[i].text) == 0)
			continue;
		snprintf(comment, sizeof(comment), "default: %s",
		    *other->slots[i].text != '\0' ? other->slots[i].text
						  : "empty");
		print_row(config, i, &section, comment, out);
	}
}

char *
config_dump(const struct config *config)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	bool failed;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < config->count; i++)
		fprintf(out, "%s.%s=%s\n", config->keys[i].section,
		    config->keys[i].key, config->slots[i].text);
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}

/* Cuts `section.key=value` in place.  BANK_EINVAL if a part is missing. */
static int
cut_assignment(char *line, char **key, char **value)
{
	*value = strchr(line, '=');
	if (*value == NULL)
		return BANK_EINVAL;
	*(*value)++ = '\0';
	*key = strchr(line, '.');
	if (*key == NULL)
		return BANK_EINVAL;
	*(*key)++ = '\0';
	return *line != '\0' && **key != '\0' ? 0 : BANK_EINVAL;
}

static int
load_line(struct config *config, char *line)
{
	char reason[CONFIG_REASON_SIZE];
	char *key, *value;
	long index;

	if (cut_assignment(line, &key, &value) != 0)
		return BANK_EINVAL;
	index = config_find(config, line, key);
	if (index < 0)
		return BANK_EINVAL;
	return config_put(config, (size_t)index, value, NULL, reason);
}

int
config_exit_code(int error)
{
	if (error == BANK_ENOMEM)
		return EX_OSERR;
	return error == 0 ? 0 : EX_CONFIG;
}

int
config_load(struct config *config, const char *dump, size_t length)
{
	struct config *next = NULL;
	const char *end = dump + length;
	int error = BANK_EINVAL;

	if (length > 0 && memchr(dump, '\0', length) != NULL)
		goto out;
	if ((next = config_copy(config)) == NULL) {
		error = BANK_ENOMEM;
		goto out;
	}
	while (dump < end) {
		const char *stop = memchr(dump, '\n', (size_t)(end - dump));
		size_t n = (size_t)((stop != NULL ? stop : end) - dump);
		char line[LINE_SIZE];

		error = BANK_EINVAL;
		if (n >= sizeof(line))
			goto out;
		memcpy(line, dump, n);
		line[n] = '\0';
		if ((error = load_line(next, line)) != 0)
			goto out;
		dump += n + (stop != NULL);
	}
	config_take(config, next);
	next = NULL;
	error = 0;
out:
	config_free(next);
	return error;
}

int
config_set(
    struct config *config, const char *assignment, char *error, size_t size)
{
	char line[LINE_SIZE], buffer[PATH_MAX], reason[CONFIG_REASON_SIZE];
	const char *directory = realpath(".", buffer);
	char *key, *value;
	long index;
	int result;

	string_copy(error, bank_strerror(BANK_ENOMEM), size);
	if (string_copy(line, assignment, sizeof(line)) >= sizeof(line) ||
	    cut_assignment(line, &key, &value) != 0) {
		config_complain(error, size, NULL, NULL, NULL,
		    "an option has the form section.key=value");
		return BANK_ECONFIG;
	}
	if (directory == NULL) {
		config_complain(error, size, NULL, NULL, NULL,
		    "the current directory can't be determined");
		return BANK_ECONFIG;
	}
	if ((index = config_find(config, line, key)) < 0) {
		config_complain_unknown(config, error, size, NULL, line, key);
		return BANK_ECONFIG;
	}
	result = config_put(config, (size_t)index, value, directory, reason);
	if (result == BANK_EINVAL) {
		config_complain(error, size, NULL, line, key, reason);
		return BANK_ECONFIG;
	}
	return result;
}

long
config_needs_restart(
    const struct config *old_config, const struct config *new_config)
{
	for (size_t i = 0; i < old_config->count; i++)
		if (!old_config->keys[i].reloadable &&
		    strcmp(old_config->slots[i].text,
			new_config->slots[i].text) != 0)
			return (long)i;
	return -1;
}
