/* SPDX-License-Identifier: ISC */
/*
 * The kernel's header of the call can't be included where <sched.h> is, as
 * both define a struct sched_param; so this is a file of its own.
 */
#include "front_slice.h"

#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <unistd.h>

#define SLICE_NS 5000000

void
front_slice_ask(void)
{
	struct sched_attr attributes = {
		.size = sizeof(attributes),
		.sched_policy = SCHED_NORMAL,
		.sched_nice = getpriority(PRIO_PROCESS, 0),
		.sched_runtime = SLICE_NS,
	};

	/* Another policy is an operator's choice. */
	if (syscall(SYS_sched_getscheduler, 0) == SCHED_NORMAL)
		(void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}
