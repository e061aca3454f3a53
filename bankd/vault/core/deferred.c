/* SPDX-License-Identifier: ISC */
/*
 * The queue between two batches (the vault's).
 */
#include "deferred.h"

#include "vault_state.h"

void
deferred_add(struct vault *vault, struct deferred *deferred)
{
	if (deferred->queued)
		return;
	deferred->queued = true;
	TAILQ_INSERT_TAIL(&vault->deferred, deferred, link);
}

void
deferred_forget(struct vault *vault, struct deferred *deferred)
{
	if (!deferred->queued)
		return;
	deferred->queued = false;
	TAILQ_REMOVE(&vault->deferred, deferred, link);
}

bool
deferred_run(struct vault *vault)
{
	struct deferred *deferred = TAILQ_FIRST(&vault->deferred);

	if (deferred == NULL)
		return false;
	deferred_forget(vault, deferred);
	deferred->run(vault, deferred);
	return true;
}
