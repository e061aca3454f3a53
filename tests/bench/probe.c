/* SPDX-License-Identifier: ISC */
/*
 * What the machine gives by itself, one line of JSON each: fdatasync into
 * blocks that exist, a hop to another process and back, the private RSA
 * operation of a login, yescrypt as libcrypt has it and as the bank does it.
 * Also makes one hash of a password, for banks of many customers.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <crypt.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../../bankd/vault/guard/hashing.h"
#include "../../shared/crypt/channel.h"
#include "../../shared/crypt/seal.h"
#include "../../shared/crypt/seal_envelope.h"
#include "figures.h"

#define BLOCK 4096
#define BLOCKS 4096
#define MESSAGE 276 /* a sealed request between front and vault */

struct probe {
	const char *name;
	void (*run)(struct histogram *times, uint64_t until, const char *word);
};

/* Overwrites one block after another of a file that has them all. */
static void
probe_sync(struct histogram *times, uint64_t until, const char *path)
{
	uint8_t block[BLOCK];
	uint64_t before;
	int fd;

	memset(block, 'x', sizeof(block));
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1)
		err(EX_CANTCREAT, "%s", path);
	for (int i = 0; i < BLOCKS; i++)
		if (pwrite(fd, block, BLOCK, (off_t)i * BLOCK) != BLOCK)
			err(EX_IOERR, "%s", path);
	if (fsync(fd) == -1)
		err(EX_IOERR, "%s", path);
	for (int i = 0; clock_ns() < until; i++) {
		before = clock_ns();
		memcpy(block, &before, sizeof(before));
		if (pwrite(fd, block, BLOCK, (off_t)(i % BLOCKS) * BLOCK) !=
			BLOCK ||
		    fdatasync(fd) == -1)
			err(EX_IOERR, "%s", path);
		histogram_add(times, clock_ns() - before);
	}
	close(fd);
	unlink(path);
}

static void
send_back(int fd)
{
	uint8_t message[MESSAGE];
	ssize_t n;

	while ((n = read(fd, message, sizeof(message))) > 0)
		if (write(fd, message, (size_t)n) != n)
			_exit(EX_IOERR);
	_exit(0);
}

/* Both sleep until the other has written, as front and vault do. */
static void
probe_hop(struct histogram *times, uint64_t until, const char *word)
{
	uint8_t message[MESSAGE] = { 0 };
	uint64_t before;
	pid_t other;
	int fds[2];

	(void)word;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1 ||
	    (other = fork()) == -1)
		err(EX_OSERR, "a hop");
	if (other == 0) {
		close(fds[0]);
		send_back(fds[1]);
	}
	close(fds[1]);
	while (clock_ns() < until) {
		before = clock_ns();
		if (write(fds[0], message, MESSAGE) != MESSAGE ||
		    recv(fds[0], message, MESSAGE, MSG_WAITALL) != MESSAGE)
			err(EX_IOERR, "a hop");
		histogram_add(times, clock_ns() - before);
	}
	close(fds[0]);
	waitpid(other, NULL, 0);
}

static void
probe_rsa(struct histogram *times, uint64_t until, const char *word)
{
	uint8_t k[SEAL_KEY_SIZE] = { 1 }, wrapped[FRAME_WRAPPED_SIZE];
	EVP_PKEY *key = EVP_RSA_gen(CHANNEL_BANK_BITS);
	uint64_t before;

	(void)word;
	if (key == NULL || seal_wrap(key, k, wrapped) != 0)
		errx(EX_SOFTWARE, "RSA");
	while (clock_ns() < until) {
		before = clock_ns();
		if (seal_unwrap(key, wrapped, k) != 0)
			errx(EX_SOFTWARE, "RSA");
		histogram_add(times, clock_ns() - before);
	}
	EVP_PKEY_free(key);
}

/* As libcrypt is found by any program, in pages of 4 KiB. */
static void
probe_yescrypt(struct histogram *times, uint64_t until, const char *word)
{
	static struct crypt_data data;
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	uint64_t before;

	if (crypt_gensalt_rn("$y$", strtoul(word, NULL, 10), NULL, 0, setting,
		(int)sizeof(setting)) == NULL)
		err(EX_SOFTWARE, "crypt_gensalt");
	while (clock_ns() < until) {
		before = clock_ns();
		if (crypt_r("1234", setting, &data) == NULL)
			err(EX_SOFTWARE, "crypt");
		histogram_add(times, clock_ns() - before);
	}
}

/* As the bank makes it. */
static void
probe_hash(struct histogram *times, uint64_t until, const char *word)
{
	unsigned long cost = strtoul(word, NULL, 10);
	char hash[STORE_HASH_SIZE];
	uint64_t before;

	while (clock_ns() < until) {
		before = clock_ns();
		if (hashing_make("1234", cost, hash) != 0)
			errx(EX_SOFTWARE, "no hash");
		histogram_add(times, clock_ns() - before);
	}
}

static const struct probe probes[] = {
	{ "fdatasync", probe_sync },
	{ "hop", probe_hop },
	{ "rsa", probe_rsa },
	{ "yescrypt", probe_yescrypt },
	{ "hash", probe_hash },
};

static int
make_hash(const char *cost, const char *password)
{
	char hash[STORE_HASH_SIZE];

	if (hashing_make(password, strtoul(cost, NULL, 10), hash) != 0)
		errx(EX_SOFTWARE, "no hash");
	puts(hash);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct histogram times;
	uint64_t start = clock_ns();
	double seconds;

	if (argc == 4 && strcmp(argv[1], "password") == 0)
		return make_hash(argv[2], argv[3]);
	if (argc != 4)
		errx(EX_USAGE,
		    "usage: probe fdatasync seconds file | hop seconds - | "
		    "rsa seconds - | yescrypt seconds cost | "
		    "hash seconds cost | password cost password");
	seconds = strtod(argv[2], NULL);
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (strcmp(probes[i].name, argv[1]) != 0)
			continue;
		probes[i].run(
		    &times, start + (uint64_t)(seconds * 1e9), argv[3]);
		printf("{\"case\":\"%s\",\"requests\":%llu,"
		       "\"throughput\":%.1f,",
		    probes[i].name, (unsigned long long)times.count,
		    (double)times.count * 1e9 / (double)(clock_ns() - start));
		histogram_print(&times, stdout);
		puts("}");
		return 0;
	}
	errx(EX_USAGE, "unknown: %s", argv[1]);
}
