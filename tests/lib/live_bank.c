/* SPDX-License-Identifier: ISC */
/*
 * A bank without its monitor, for fuzzers that speak to a bank that runs:
 * two processes and the messages that a monitor sends them.  Where clang's
 * coverage counts, the two count in the memory of the process that looks.
 */
#include "live_bank.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../bankd/front/front.h"
#include "../../bankd/base/ipc.h"
#include "../../bankd/monitor/listen.h"
#include "../../bankd/base/options.h"
#include "../../bankd/vault/vault.h"
#include "../../shared/base/error.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "memory_directory.h"
#include "patience.h"

#define PATIENCE_MS 60000

struct child {
	int (*run)(int monitor_fd);
	enum ipc_role role;
	pid_t pid;
	struct ipc *ipc;
	bool ready;
};

static struct child vault = { .run = vault_main, .role = IPC_VAULT };
static struct child front = { .run = front_main, .role = IPC_FRONT };

/* The counters of this program; none where it isn't built with them. */
extern char counters[] __asm__("__start___sancov_cntrs")
    __attribute__((weak, visibility("hidden")));
extern char counters_end[] __asm__("__stop___sancov_cntrs")
    __attribute__((weak, visibility("hidden")));

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "live bank: %s\n", what);
	abort();
}

/* All whole pages of them: what shares a page with others stays private. */
static void
share_counters(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = ((uintptr_t)counters + page - 1) & ~(page - 1);
	uintptr_t end = (uintptr_t)counters_end & ~(page - 1);

	if (start < end)
		must(mmap((void *)start, end - start, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
			 0) != MAP_FAILED,
		    "its counters can't be shared");
}

static void
write_file(const struct live_bank *bank, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", bank->directory, name);
	must(file_replace(path, text, strlen(text), 0600) == 0, name);
}

static char *
make_config(const struct live_bank *bank)
{
	static const char *const options[] = { "process.sandbox=off",
		"login.hash_cost=1", "bank.any_file_system=yes",
		"login.max_attempts=1000", "login.max_attempts_total=10000",
		"session.max_sessions_per_address=1000", "limits.rate=0",
		"log.level=info" };
	struct config *config = config_new(bankd_options, BANKD_OPTION_COUNT);
	char text[128], error[256], *dump;
	bool good = true;

	snprintf(text, sizeof(text), "bank.state=%s", bank->directory);
	good = config_set(config, text, error, sizeof(error)) == 0;
	snprintf(text, sizeof(text), "keys.key=%s/key", bank->directory);
	good = good && config_set(config, text, error, sizeof(error)) == 0;
	for (size_t i = 0; good && i < NELEM(options); i++)
		good =
		    config_set(config, options[i], error, sizeof(error)) == 0;
	must(good, error);
	dump = config_dump(config);
	config_free(config);
	return dump;
}

static void
say(struct child *child, enum ipc_type type, const void *body, size_t length,
    int fd)
{
	must(ipc_send(child->ipc, type, 0, body, length, fd) == 0 &&
		ipc_drain(child->ipc) == 0,
	    "a process takes no message");
}

static void
start_process(struct child *child, const struct child *before)
{
	int link[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == 0,
	    "no socket");
	child->pid = fork();
	must(child->pid != -1, "no process");
	if (child->pid == 0) {
		close(link[0]);
		if (before != NULL)
			close(ipc_fd(before->ipc));
		_exit(child->run(link[1]));
	}
	close(link[1]);
	child->ipc = ipc_new(link[0], IPC_MONITOR, child->role);
	must(child->ipc != NULL, "no memory");
}

static void
drain(struct child *child)
{
	struct ipc_message message;
	int error, result;

	while ((error = ipc_read(child->ipc)) == 0) {
		while ((result = ipc_next(child->ipc, &message)) == 1) {
			child->ready |= message.type == IPC_READY;
			must(memmem(message.body, message.length, LIVE_PASSWORD,
				 strlen(LIVE_PASSWORD)) == NULL,
			    "it says a password");
			if (message.type == IPC_FAILED ||
			    (message.type == IPC_LOG && message.body[0] <= 3))
				fprintf(stderr, "%.*s\n",
				    (int)message.length - 1,
				    (const char *)message.body + 1);
			must(message.type != IPC_FAILED, "a process failed");
		}
		must(result == 0, "a malformed message");
	}
	must(error == BANK_EAGAIN, "a process has ended");
}

static void
await_ready(struct child *child)
{
	struct pollfd pfd = { .fd = ipc_fd(child->ipc), .events = POLLIN };

	say(child, IPC_START, NULL, 0, -1);
	while (!child->ready) {
		must(patience_poll(&pfd, 1, PATIENCE_MS) == 1,
		    "it doesn't start");
		drain(child);
	}
}

static void
listen_on(struct live_bank *bank)
{
	socklen_t length = sizeof(bank->address);
	int fds[LISTEN_MAX];
	char error[256] = "";

	must(
	    listen_open("127.0.0.1", 0, fds, error, sizeof(error)) == 1, error);
	must(getsockname(fds[0], (struct sockaddr *)&bank->address, &length) ==
		0,
	    "no address");
	say(&front, IPC_LISTENER, NULL, 0, fds[0]);
	close(fds[0]);
}

static void
configure(struct live_bank *bank)
{
	char *dump = make_config(bank);
	struct channel_pem leaf = { 0 };
	int link[2];

	must(channel_make_leaf(&leaf, "Bank", &bank->bank) == 0, "no leaf");
	say(&front, IPC_LEAF, leaf.certificate, leaf.certificate_length, -1);
	say(&front, IPC_LEAF_KEY, leaf.key, leaf.key_length, -1);
	channel_pem_wipe(&leaf);
	say(&front, IPC_CONFIG, dump, strlen(dump), -1);
	say(&vault, IPC_CONFIG, dump, strlen(dump), -1);
	free(dump);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == 0,
	    "no socket");
	say(&vault, IPC_PEER, NULL, 0, link[0]);
	say(&front, IPC_PEER, NULL, 0, link[1]);
	close(link[0]);
	close(link[1]);
}

void
live_bank_start(struct live_bank *bank)
{
	memory_directory("live", bank->directory, sizeof(bank->directory));
	must(channel_make_bank(&bank->bank, "Bank") == 0, "no key");
	write_file(bank, "key", bank->bank.key);
	write_file(bank, "password",
	    "chris " LIVE_PASSWORD "\nfey " LIVE_PASSWORD "\njoe " LIVE_PASSWORD
	    "\n");
	write_file(bank, "balance",
	    "chris 10000000000 10000000000\nfey 10000 1000\n"
	    "joe 10000 1000\n");
	share_counters();
	start_process(&vault, NULL);
	start_process(&front, &vault);
	configure(bank);
	listen_on(bank);
	await_ready(&vault);
	await_ready(&front);
}

void
live_bank_drain(void)
{
	drain(&vault);
	drain(&front);
}

void
live_bank_operator(const char *command)
{
	char answer[4096], request[4096];
	struct pollfd pfd = { .events = POLLIN };
	size_t length = 0;
	ssize_t n = 1;
	int link[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == 0,
	    "no socket");
	(void)snprintf(request, sizeof(request), "15 1001:ann\n%s", command);
	say(&vault, IPC_CONTROL, request, strlen(request), link[1]);
	close(link[1]);
	pfd.fd = link[0];
	while (n > 0 && length < sizeof(answer) - 1) {
		must(patience_poll(&pfd, 1, PATIENCE_MS) == 1, command);
		n = read(link[0], answer + length, sizeof(answer) - 1 - length);
		length += n > 0 ? (size_t)n : 0;
	}
	answer[length] = '\0';
	close(link[0]);
	if (strstr(answer, ". 0") == NULL)
		fprintf(stderr, "%s: %s", command, answer);
	must(strstr(answer, ". 0") != NULL, command);
}

void
live_bank_freeze(bool frozen)
{
	must(kill(vault.pid, frozen ? SIGSTOP : SIGCONT) == 0, "no vault");
}

static void
stop(struct child *child)
{
	int status;

	ipc_free(child->ipc);
	must(waitpid(child->pid, &status, 0) == child->pid, "no process");
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a bad end");
}

void
live_bank_stop(struct live_bank *bank)
{
	char command[96];
	struct pollfd pfd = { .fd = ipc_fd(vault.ipc), .events = POLLIN };
	struct ipc_message message;

	say(&vault, IPC_STOP, NULL, 0, -1);
	while (patience_poll(&pfd, 1, PATIENCE_MS) == 1 &&
	    ipc_read(vault.ipc) == 0)
		while (ipc_next(vault.ipc, &message) == 1)
			continue;
	stop(&vault);
	stop(&front);
	channel_pem_wipe(&bank->bank);
	/* grep's 1: it looked everywhere and found none. */
	snprintf(command, sizeof(command), "grep -rqF %s %s", LIVE_PASSWORD,
	    bank->directory);
	must(WEXITSTATUS(system(command)) == 1, "a file has a password");
	snprintf(command, sizeof(command), "rm -rf %s", bank->directory);
	must(system(command) == 0, command);
}
