/* SPDX-License-Identifier: ISC */
/*
 * Many vaults (many_vaults.h).
 */
#include "many_vaults.h"

#include <sys/mman.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "../../shared/base/util.h"
#include "store_fixture.h"

#define PATIENCE 60000 /* looks, of 1 ms */

static void
run_command(const char *format, const char *one, const char *other)
{
	char command[512];

	snprintf(command, sizeof(command), format, one, other);
	assert_int_equal(system(command), 0);
}

void
many_make(struct many *many, const char *const options[])
{
	memset(many, 0, sizeof(*many));
	many->options = options;
	vaults_start(&many->bank, options);
	many->lobby = vaults_enrol(&many->bank, "yes");
	assert_int_equal(vaults_stop(&many->bank), 0);
	snprintf(
	    many->path, sizeof(many->path), "%s/lots", many->bank.directory);
	many->gate = mmap(NULL, MANY_MOST * sizeof(*many->gate),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(many->gate != MAP_FAILED);
}

void
many_free(struct many *many)
{
	EVP_PKEY_free(many->lobby);
	vaults_remove(&many->bank);
	munmap(many->gate, MANY_MOST * sizeof(*many->gate));
}

/* In the vault's process. */
static enum shared_fault
at_gate(void *context, enum shared_call call)
{
	volatile struct many_gate *gate = context;

	if (gate->hold > 0 && --gate->hold == 0) {
		gate->waiting = true;
		for (int i = 0; gate->waiting && i < PATIENCE; i++)
			poll(NULL, 0, 1);
	}
	if (gate->busy > 0 && call == SHARED_NEXT) {
		gate->busy--;
		gate->quiet = !gate->quiet;
		return gate->quiet ? SHARED_OVERTAKEN : SHARED_WORKS;
	}
	if (gate->works > 0) {
		gate->works--;
		return SHARED_WORKS;
	}
	if (gate->faults > 0 && --gate->faults == 0) {
		enum shared_fault last = gate->fault;

		gate->fault = SHARED_WORKS;
		return last;
	}
	if (gate->fault == SHARED_WORKS)
		return shared_chance((void *)(uintptr_t)&gate->chance, call);
	return gate->fault;
}

void
many_run(struct many *many, unsigned host)
{
	struct many_gate *gate = &many->gate[host];

	many->host[host].over = (struct store_options) {
		.journal = shared_journal_open,
		.engine = &gate->options,
		.host = host + 1,
	};
	vaults_run(&many->host[host], many->options);
}

void
many_begin(struct many *many, unsigned count, unsigned poll_ms)
{
	many->count = count;
	(void)unlink(many->path);
	for (unsigned i = 0; i < count; i++) {
		memset(&many->host[i], 0, sizeof(many->host[i]));
		memset(&many->gate[i], 0, sizeof(many->gate[i]));
		many->gate[i].options = (struct shared_options) {
			.path = many->path,
			.fault = at_gate,
			.context = &many->gate[i],
			.poll_ms = poll_ms,
		};
		snprintf(many->host[i].directory,
		    sizeof(many->host[i].directory), "/tmp/test-vault-XXXXXX");
		assert_non_null(mkdtemp(many->host[i].directory));
		run_command("cp -a %s/. %s", many->bank.directory,
		    many->host[i].directory);
		many_run(many, i);
	}
}

void
many_catch_up(struct many *many, unsigned host)
{
	/* It is refused, and no refusal is said before all is known. */
	vaults_operator(&many->host[host], "lock nobody");
	assert_non_null(strstr(many->host[host].answer, "no account nobody"));
}

static void
compare(const struct many *many, unsigned host, const char *name)
{
	char *one = fixture_read(many->host[0].directory, name, NULL);
	char *other = fixture_read(many->host[host].directory, name, NULL);

	if (strcmp(one, other) != 0)
		fail_msg(
		    "%s:\n%s\nand on host %u:\n%s", name, one, host + 1, other);
	free(one);
	free(other);
}

const char *
many_end(struct many *many)
{
	static const char lot[] = "SELECT value FROM meta WHERE key = 'lot'";
	static char text[4096];
	const char *first = many->host[0].directory, *other;
	char *balance;

	for (unsigned i = 0; i < many->count; i++)
		many_catch_up(many, i);
	for (unsigned i = 0; i < many->count; i++)
		assert_int_equal(vaults_stop(&many->host[i]), 0);
	for (unsigned i = 1; i < many->count; i++) {
		other = many->host[i].directory;
		compare(many, i, "balance");
		compare(many, i, "password");
		assert_int_equal(fixture_verify(first), fixture_verify(other));
		assert_int_equal(
		    fixture_number(first, lot), fixture_number(other, lot));
	}
	balance = fixture_read(first, "balance", NULL);
	snprintf(text, sizeof(text), "%s", balance);
	free(balance);
	for (unsigned i = 0; i < many->count; i++)
		vaults_remove(&many->host[i]);
	return text;
}

void
many_hold(struct many *many, unsigned host, unsigned n)
{
	many->gate[host].hold = n;
}

bool
many_held(struct many *many, unsigned host)
{
	volatile struct many_gate *gate = &many->gate[host];
	struct pollfd pfd = { .fd = ipc_fd(many->host[host].front),
		.events = POLLIN };

	vaults_flush(&many->host[host]);
	for (int i = 0; !gate->waiting && i < PATIENCE; i++) {
		if (poll(&pfd, 1, 1) == 1 && !gate->waiting)
			return false;
	}
	assert_true(gate->waiting);
	return true;
}

void
many_release(struct many *many, unsigned host)
{
	volatile struct many_gate *gate = &many->gate[host];

	gate->hold = 0;
	gate->waiting = false;
}
