/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target on each file of the directories named, without clang:
 * `replay_NAME [DIR ...]`, by default fuzz/corpus/NAME of $TESTS, or of tests
 * here.  A corpus that isn't there is a failure.  Speaks TAP.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
run_file(const char *path)
{
	uint8_t *data, *exact;
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL || (data = malloc(INPUT_MAX)) == NULL)
		return -1;
	size = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	/* Of just its size, so that a sanitizer sees a byte too many. */
	if ((exact = malloc(size > 0 ? size : 1)) == NULL)
		return -1;
	memcpy(exact, data, size);
	free(data);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

static int
run_directory(const char *path)
{
	char file[PATH_MAX + 256];
	const struct dirent *entry;
	int count = 0;
	DIR *directory = opendir(path);

	if (directory == NULL)
		return -1;
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (run_file(file) != 0) {
			closedir(directory);
			return -1;
		}
		count++;
	}
	closedir(directory);
	return count;
}

static void
corpus_of(const char *program, char *path, size_t size)
{
	const char *tests = getenv("TESTS"), *name = strrchr(program, '/');

	name = name != NULL ? name + 1 : program;
	if (strncmp(name, "replay_", strlen("replay_")) == 0)
		name += strlen("replay_");
	snprintf(path, size, "%s/fuzz/corpus/%s",
	    tests != NULL ? tests : "tests", name);
}

int
main(int argc, char *argv[])
{
	char path[PATH_MAX];
	int count, total = 0;

	corpus_of(argv[0], path, sizeof(path));
	for (int i = 1; i < argc || i == 1; i++) {
		count = run_directory(argc > 1 ? argv[i] : path);
		if (count <= 0) {
			fprintf(stderr, "not ok 1 - no corpus in %s\n1..1\n",
			    argc > 1 ? argv[i] : path);
			return 1;
		}
		total += count;
	}
	/* Not stdout: a target may have sent that away. */
	fprintf(stderr, "ok 1 - %d inputs\n1..1\n", total);
	return 0;
}
