/* SPDX-License-Identifier: ISC */
/*
 * bankctl init: makes a whole bank under one directory, in the layout of an
 * installation.  It keeps what exists and makes what is missing, so it can be
 * run again, and also in the checkout, which has ini files already.
 */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/number.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire.h"
#include "../store/store_kiosks.h"
#include "bankctl.h"
#include "bankctl_client.h"
#include "bankctl_commands.h"
#include "bankctl_file.h"
#include "bankctl_keys.h"
#include "bankctl_kiosk.h"
#include "bankctl_templates.h"
#include "../base/options.h"

#define PORT 4280
#define PORT_MAX 65535
#define ERROR_SIZE 1024
#define VALUE_SIZE 1024

struct init {
	const char *directory;
	unsigned port;
	bool demo;
	char bankd_ini[PATH_MAX], atm_ini[PATH_MAX];
};

static int
parse(struct init *init, int argc, char *argv[])
{
	uint64_t port;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--demo") == 0)
			init->demo = true;
		else if (strcmp(argv[i], "--port") == 0 && i + 1 < argc) {
			if (number_parse(argv[++i], 1, PORT_MAX, &port) != 0)
				return bankctl_complain(EX_USAGE,
				    "--port %s: not from 1 to 65535", argv[i]);
			init->port = (unsigned)port;
		} else if (argv[i][0] == '-' || init->directory != NULL)
			return bankctl_complain(EX_USAGE,
			    "usage: bankctl init [--demo] [--port port] "
			    "[directory]");
		else
			init->directory = argv[i];
	}
	if (init->directory == NULL)
		init->directory = ".";
	return 0;
}

static int
make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	return bankctl_file_unmade(path);
}

static int
make_below(const struct init *init, const char *name, mode_t mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", init->directory, name);
	return make_directory(path, mode);
}

/* Writes `text`, which is malloc'd, and frees it. */
static int
write_missing(const char *path, char *text)
{
	int code = 0;

	if (text == NULL)
		code = bankctl_complain(EX_OSERR, "no memory");
	else if (access(path, F_OK) == 0)
		fprintf(stderr, "%s is kept\n", path);
	else
		code = bankctl_write_file(path, text, strlen(text), 0644);
	free(text);
	return code;
}

static int
make_ini(struct init *init)
{
	int code;

	snprintf(init->bankd_ini, sizeof(init->bankd_ini), "%s/etc/bankd.ini",
	    init->directory);
	snprintf(init->atm_ini, sizeof(init->atm_ini), "%s/etc/atm.ini",
	    init->directory);
	code =
	    write_missing(init->bankd_ini, bankctl_text_bankd_ini(init->port));
	if (code == 0)
		code = write_missing(
		    init->atm_ini, bankctl_text_atm_ini(init->port));
	return code;
}

static bool
has(const char *directory, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0;
}

/* Gives customers only to a bank that has none yet: they have money. */
static int
make_demo(const char *state)
{
	static const char *const names[] = { "password", "balance" };
	const char *const texts[] = { bankctl_text_password,
		bankctl_text_balance };
	struct place_file file;
	char path[PATH_MAX];
	struct stat st;
	int code = 0;

	if (has(state, "bank.db") || has(state, names[0]) ||
	    has(state, names[1])) {
		fprintf(stderr, "%s: its customers are kept\n", state);
		return 0;
	}
	if (stat(state, &st) == -1)
		return bankctl_complain(
		    EX_OSERR, "%s: %s", state, strerror(errno));
	/* Root makes the file for the owner of the state. */
	file = (struct place_file) { st.st_uid, st.st_gid, 0600 };
	for (size_t i = 0; i < NELEM(names) && code == 0; i++) {
		snprintf(path, sizeof(path), "%s/%s", state, names[i]);
		code = bankctl_write_file_as(
		    path, texts[i], strlen(texts[i]), &file);
	}
	return code;
}

/* The kiosk's name and its key's path in atm.ini; empty if it has none. */
static int
read_kiosk(
    const struct init *init, struct store_kiosk *kiosk, char path[PATH_MAX])
{
	char key[VALUE_SIZE], name[KIOSK_NAME_SIZE + 1], error[ERROR_SIZE];
	int code = 0;

	if (config_peek(init->atm_ini, "kiosk:name", name, sizeof(name), error,
		sizeof(error)) != 0 ||
	    config_peek(init->atm_ini, "kiosk:key", key, sizeof(key), error,
		sizeof(error)) != 0)
		return bankctl_complain(EX_CONFIG, "%s", error);
	if (*name != '\0' && !wire_is_id(name, strlen(name)))
		code = bankctl_complain(EX_CONFIG,
		    "%s: [kiosk] name: not a valid ID", init->atm_ini);
	string_copy(kiosk->name, name, sizeof(kiosk->name));
	snprintf(path, PATH_MAX, "%s%s%s", *key == '/' ? "" : init->directory,
	    *key == '/' ? "" : "/etc/", key);
	if (*key == '\0')
		kiosk->name[0] = '\0';
	return code;
}

/* Enrols only once, since the kiosk may have been revoked later. */
static int
enrol(struct bankctl *bankctl, const struct init *init)
{
	const char *state = config_string(bankctl->config, BANK_STATE);
	struct store_kiosk kiosk = { .cash = true };
	char path[PATH_MAX];
	int code;

	if ((code = read_kiosk(init, &kiosk, path)) != 0)
		return code;
	if (kiosk.name[0] == '\0')
		return 0;
	if (access(path, F_OK) == 0 && has(state, "bank.db")) {
		fprintf(stderr, "kiosk %s is kept\n", kiosk.name);
		return 0;
	}
	if ((code = bankctl_kiosk_key(path, kiosk.public_key)) != 0)
		return code;
	return bankctl_kiosk_enrol(bankctl, &kiosk);
}

static int
fill(struct bankctl *bankctl, struct init *init)
{
	const char *state = config_string(bankctl->config, BANK_STATE);
	int code;

	code = make_directory(state, 0755);
	if (code == 0)
		code = make_below(init, "/var/kiosk", 0700);
	if (code == 0)
		code = bankctl_keys_make(bankctl->config);
	if (code == 0 && init->demo)
		code = make_demo(state);
	if (code == 0)
		code = enrol(bankctl, init);
	return code;
}

/*
 * In another user's directory, root makes a bank of that user's, with that
 * user's rights.
 */
static int
become_owner(const char *directory)
{
	struct place place = { .fd = -1 };
	struct stat st;
	int code = 0, fd;

	if (geteuid() != 0)
		return 0;
	fd = place_directory(directory);
	if (fd < 0 && errno == ENOENT &&
	    place_open(&place, directory, false) == 0)
		fd = place.fd;
	if (fd < 0 || fstat(fd, &st) == -1)
		return bankctl_file_unmade(directory);
	if (st.st_uid != 0 && place_become(st.st_uid, st.st_gid) != 0)
		code = bankctl_complain(EX_NOPERM,
		    "%s: can't become its owner: %s", directory,
		    strerror(errno));
	close(fd);
	return code;
}

int
bankctl_init_run(struct bankctl *bankctl, int argc, char *argv[])
{
	struct init init = { .port = PORT };
	struct control_text answer = { 0 };
	int code;

	if ((code = parse(&init, argc, argv)) != 0)
		return code;
	if ((code = become_owner(init.directory)) != 0 ||
	    (code = make_below(&init, "", 0755)) != 0 ||
	    (code = make_below(&init, "/etc", 0755)) != 0 ||
	    (code = make_below(&init, "/var", 0755)) != 0 ||
	    (code = make_ini(&init)) != 0)
		return code;
	bankctl->config_path = init.bankd_ini;
	if ((code = bankctl_read_config(bankctl)) == 0)
		code = fill(bankctl, &init);
	if (code == 0 && bankctl->json != CONTROL_JSON_NONE)
		code = bankctl_client_print_made(&answer, 0, "", bankctl->json);
	else if (code == 0)
		fprintf(stderr,
		    "the bank is in %s: bankd -c %s\n"
		    "its kiosk:        atm-tui -c %s\n",
		    init.directory, init.bankd_ini, init.atm_ini);
	return code;
}
