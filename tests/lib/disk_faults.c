/* SPDX-License-Identifier: ISC */
/*
 * The faults of disk_faults.h.
 */
#include "disk_faults.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../shared/base/util.h"

#define EVER LONG_MAX
/* One that is only interrupted gets its way some time. */
#define LONG_TIME 100

static const struct {
	const char *name;
	int answer;
} errors[] = {
	{ "EIO", EIO },
	{ "ENOSPC", ENOSPC },
	{ "EDQUOT", EDQUOT },
	{ "EINTR", EINTR },
	{ "short", DISK_SHORT },
};

bool
disk_may_answer(enum disk_kind kind, int answer)
{
	if (answer == DISK_SHORT)
		return kind == DISK_READ || kind == DISK_WRITE;
	if (kind == DISK_READ || kind == DISK_UNLINK)
		return answer == EIO || answer == EINTR;
	return true;
}

int
disk_any_error(enum disk_kind kind)
{
	int answer;

	do
		answer = errors[(size_t)random() % NELEM(errors)].answer;
	while (!disk_may_answer(kind, answer));
	return answer;
}

long
disk_each_fault(bool (*may)(enum disk_kind kind, int answer),
    long (*fail)(const struct disk_fault *which, const char *text, int life),
    int life)
{
	struct disk_fault which;
	char text[64];
	long total = 0;

	for (size_t i = 0; i < DISK_KINDS * NELEM(errors) * 2; i++) {
		which.kind = (enum disk_kind)(i / 2 / NELEM(errors));
		which.answer = errors[i / 2 % NELEM(errors)].answer;
		which.times = i % 2 == 0    ? 1
		    : which.answer == EINTR ? LONG_TIME
					    : EVER;
		if (!may(which.kind, which.answer))
			continue;
		snprintf(text, sizeof(text), "%s %s%s",
		    disk_kind_names[which.kind],
		    errors[i / 2 % NELEM(errors)].name,
		    which.times > 1 ? " for ever" : "");
		total += fail(&which, text, life);
	}
	return total;
}
