/* SPDX-License-Identifier: ISC */
/*
 * Notes of commands that were not answered yet.  bankctl often runs as root
 * with another user's environment.  So it uses a directory only if it belongs
 * to the user, and opens nothing through a link.
 */
#include "bankctl_pending.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/file.h"
#include "../../shared/base/util.h"
#include "bankctl.h"
#include "../base/options.h"

#define TXID_DIGITS (WIRE_TXID_TEXT - 1)
#define SHARED_PLACE "/var/tmp"

/* A directory for the notes, which is made name by name below `base`. */
struct note_place {
	const char *base; /* NULL: none */
	const char *below[3];
};

static int
cant_keep(const char *where)
{
	return bankctl_complain(EX_CANTCREAT,
	    "%s: %s; the transaction ID must be kept there until the bank has "
	    "answered: set XDG_STATE_HOME to a directory of your own, or use "
	    "--id",
	    where, strerror(errno));
}

/* Opens or makes a directory in another; -1 with errno if not the user's. */
static int
open_below(int above, const char *name)
{
	struct stat st;
	int fd;

	if (mkdirat(above, name, 0700) == 0) {
		if (fsync(above) == -1)
			return -1;
	} else if (errno != EEXIST)
		return -1;
	fd = openat(
	    above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

/* Opens the place's base if the place may be used; else returns -1. */
static int
open_base(const struct note_place *place)
{
	struct stat st;
	int fd;

	if (place->base == NULL || place->base[0] != '/')
		return -1;
	fd = open(place->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 &&
	    (st.st_uid == geteuid() || strcmp(place->base, SHARED_PLACE) == 0))
		return fd;
	close(fd);
	return -1;
}

static int
open_place(struct pending *pending, const struct note_place *place, int base)
{
	int fd = base, below;

	for (size_t i = 0; i < NELEM(place->below) && place->below[i] != NULL;
	     i++) {
		below = open_below(fd, place->below[i]);
		if (below == -1) {
			cant_keep(place->base);
			close(fd);
			return EX_CANTCREAT;
		}
		close(fd);
		fd = below;
	}
	pending->directory = fd;
	return 0;
}

static int
open_directory(struct pending *pending)
{
	const struct passwd *user = getpwuid(geteuid());
	char own[32];
	const struct note_place places[] = {
		{ getenv("XDG_STATE_HOME"), { "bankctl" } },
		{ getenv("HOME"), { ".local", "state", "bankctl" } },
		{ user != NULL ? user->pw_dir : NULL,
		    { ".local", "state", "bankctl" } },
		{ SHARED_PLACE, { own } },
	};
	int base;

	snprintf(own, sizeof(own), "bankctl-%lu", (unsigned long)geteuid());
	for (size_t i = 0; i < NELEM(places); i++) {
		if ((base = open_base(&places[i])) != -1)
			return open_place(pending, &places[i], base);
	}
	errno = ENOENT;
	return cant_keep(SHARED_PLACE);
}

/* Makes the note's name, which only this command for this bank has. */
static int
name_note(struct pending *pending, const struct bankctl *bankctl, int count,
    const char *const words[])
{
	const char *bank =
	    config_string(bankctl->config, PROCESS_CONTROL_SOCKET);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[32];
	bool good;

	/* The NUL after each word marks where the word ends. */
	good = context != NULL &&
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(context, bank, strlen(bank) + 1) == 1;
	for (int i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(
			   context, words[i], strlen(words[i]) + 1) == 1;
	good = good && EVP_DigestFinal_ex(context, digest, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (!good)
		return bankctl_complain(EX_SOFTWARE, "can't make a hash");
	hex_encode(digest, sizeof(digest), pending->name);
	return 0;
}

static int
lock_note(int fd)
{
	int result;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -1;
	bankctl_complain(
	    0, "the same command is already running; waiting for it to end");
	do
		result = flock(fd, LOCK_EX);
	while (result == -1 && errno == EINTR);
	return result;
}

/* Opens and locks the note.  One that is gone was answered: makes a new one. */
static int
open_note(struct pending *pending)
{
	struct stat st;

	for (;;) {
		pending->file = openat(pending->directory, pending->name,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		    0600);
		if (pending->file == -1 || fstat(pending->file, &st) == -1)
			return -1;
		if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
			errno = EPERM;
			return -1;
		}
		if (lock_note(pending->file) == -1 ||
		    fstat(pending->file, &st) == -1)
			return -1;
		if (st.st_nlink > 0)
			return 0;
		close(pending->file);
	}
}

/* Whether the note is complete; for an incomplete one nothing was sent. */
static bool
read_note(struct pending *pending)
{
	uint8_t txid[WIRE_TXID_SIZE];
	char text[TXID_DIGITS + 1];

	if (file_read_at(pending->file, text, sizeof(text), 0) !=
		(ssize_t)sizeof(text) ||
	    text[TXID_DIGITS] != '\n' ||
	    wire_parse_txid(text, TXID_DIGITS, txid) != 0)
		return false;
	memcpy(pending->txid, text, TXID_DIGITS);
	pending->txid[TXID_DIGITS] = '\0';
	return true;
}

/* The first line is the ID alone; the command follows, for people. */
static int
write_note(struct pending *pending, int count, const char *const words[])
{
	uint8_t txid[WIRE_TXID_SIZE];
	int result;

	if (wire_make_txid(clock_real_ms(), txid) != 0) {
		errno = EIO;
		return -1;
	}
	wire_format_txid(txid, pending->txid);
	if (ftruncate(pending->file, 0) == -1)
		return -1;
	result = dprintf(pending->file, "%s\n", pending->txid);
	for (int i = 0; result >= 0 && i < count; i++)
		result = dprintf(pending->file, "%s%c", words[i],
		    i + 1 < count ? ' ' : '\n');
	if (result < 0 || fsync(pending->file) == -1)
		return -1;
	return fsync(pending->directory);
}

int
bankctl_pending_open(struct pending *pending, const struct bankctl *bankctl,
    int count, const char *const words[])
{
	int code;

	*pending = (struct pending) { .directory = -1, .file = -1 };
	if ((code = name_note(pending, bankctl, count, words)) != 0 ||
	    (code = open_directory(pending)) != 0)
		return code;
	if (open_note(pending) == -1)
		return cant_keep(pending->name);
	pending->again = read_note(pending);
	if (!pending->again && write_note(pending, count, words) == -1)
		return cant_keep(pending->name);
	return 0;
}

void
bankctl_pending_close(struct pending *pending, bool answered)
{
	/* Before the lock is released: a waiting command looks for the note. */
	if (answered && pending->file != -1)
		(void)unlinkat(pending->directory, pending->name, 0);
	if (pending->file != -1)
		close(pending->file);
	if (pending->directory != -1)
		close(pending->directory);
}
