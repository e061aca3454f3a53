/* SPDX-License-Identifier: ISC */
#include "slice.h"

#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <unistd.h>

void
slice_set(uint64_t us)
{
	long policy = syscall(SYS_sched_getscheduler, 0);
	struct sched_attr attributes = {
		.size = sizeof(attributes),
		.sched_policy = (uint32_t)policy,
		.sched_flags = SCHED_FLAG_RESET_ON_FORK,
		.sched_nice = getpriority(PRIO_PROCESS, 0),
		.sched_runtime = us * 1000,
	};

	/* Another policy is an operator's choice. */
	if (policy == SCHED_NORMAL)
		(void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}
